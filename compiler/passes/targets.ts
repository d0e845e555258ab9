import type { CpuTarget, CudaTarget, Isa, Precision, Target } from "../ir/plan.ts";
import type { Tuning } from "../ir/tuning.ts";

const cpu = { device: "cpu", halo: true, pools: true } as const;
const x64 = { ...cpu, architecture: "x64" } as const;

/** What the CPUs that we make code for offer. With AVX-512 both vector widths have 32 registers. */
export const targets: { readonly [name in Isa]: CpuTarget } = {
  avx512: { ...x64, name: "avx512", level: "x86-64-v4", lanes: [16, 8, 1], registers: 32, vectors: 5 },
  avx2: { ...x64, name: "avx2", level: "x86-64-v3", lanes: [8, 1], registers: 16, vectors: 5 },
  scalar: { ...x64, name: "scalar", level: "x86-64", lanes: [1], registers: 52, vectors: 16 },
  neon: { ...cpu, architecture: "arm64", name: "neon", level: "aarch64", lanes: [4, 1], registers: 32, vectors: 5 },
};

/** What the levels of processors offer, of each architecture the best first. */
export const levels: readonly CpuTarget[] = [targets.avx512, targets.avx2, targets.scalar, targets.neon];

export const precisions: readonly Precision[] = ["f32", "tf32", "f16", "bf16"];

/** A thread has one element; blocks of threads look where their operand ends, so nothing stands beside it. */
export function cudaTarget(precision: Precision): CudaTarget {
  return { device: "cuda", name: "cuda", level: `cuda-${precision}`, precision, lanes: [1], halo: false, pools: false };
}

/** All that code can be made for; of processors the best first. */
export const allTargets: readonly Target[] = [...levels, ...precisions.map(cudaTarget)];

export function targetFor(level: Target["level"]): Target {
  return allTargets.find((target) => target.level === level)!;
}

/** A target with what was measured for it. */
export function tunedTarget(target: Target, tuning: Tuning = {}): Target {
  return target.device === "cpu" ? { ...target, tuned: tuning[target.level] } : target;
}
