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
  readonly cpu?: readonly CpuName[];
  /** Absent: as the file says. */
  readonly augment?: boolean;
}
