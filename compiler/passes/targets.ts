import type { Cpu, Isa, Target } from "../ir/plan.ts";

/** What the CPUs that we make code for offer. With AVX-512 both vector widths have 32 registers. */
export const targets: { readonly [name in Isa]: Target } = {
  avx512: { name: "avx512", cpu: "x86-64-v4", lanes: [16, 8, 1], registers: 32, vectors: 5 },
  avx2: { name: "avx2", cpu: "x86-64-v3", lanes: [8, 1], registers: 16, vectors: 5 },
  scalar: { name: "scalar", cpu: "x86-64", lanes: [1], registers: 52, vectors: 16 },
};

/** What the levels of processors offer, the best first. */
export const levels: readonly Target[] = [targets.avx512, targets.avx2, targets.scalar];

export function targetFor(cpu: Cpu): Target {
  return levels.find((target) => target.cpu === cpu)!;
}
