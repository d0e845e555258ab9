import type { Precision } from "../ir/plan.ts";
import type { Tuning } from "../ir/tuning.ts";
import type { CpuName } from "./cpu.ts";
import type { Overrides } from "./overrides.ts";

/** What every command takes. */
export interface CommonOptions {
  readonly model?: string;
  readonly set?: Overrides;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What every command takes that goes through the back end. */
export interface TargetOptions extends CommonOptions {
  readonly target?: "cpu" | "cuda";
  /** Of processors. */
  readonly cpu?: readonly CpuName[];
  /** Of CUDA devices. */
  readonly precision?: Precision;
  /** Absent: as the file says. */
  readonly augment?: boolean;
  /** Instead of what stands in the file's tuning. */
  readonly tuning?: Tuning;
  /** What `cnnc bench` measures: code that tells how long its nodes run. */
  readonly profiled?: boolean;
}
