import type { Isa, Target } from "../ir/plan.ts";

/** What the CPUs that we make code for offer. With AVX-512 both vector widths have 32 registers. */
export const targets: { readonly [name in Isa]: Target } = {
  avx512: { name: "avx512", lanes: [16, 8, 1], registers: 32, vectors: 5 },
  avx2: { name: "avx2", lanes: [8, 1], registers: 16, vectors: 5 },
  scalar: { name: "scalar", lanes: [1], registers: 52, vectors: 16 },
};
