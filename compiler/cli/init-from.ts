import { CnncWeightsError } from "../../runtime/index.ts";
import type { MatchedWeights } from "../../runtime/index.ts";
import { listed } from "../../runtime/bind/load-weights.ts";
import { CliError } from "./cli-error.ts";
import { formatCount } from "./columns.ts";
import type { AnyNet } from "./load.ts";

export interface InitFromOptions {
  /** Another network's weights: what agrees by name and shape is where training begins. */
  readonly initFrom?: string;
  readonly resume?: string;
}

/** Before anything is compiled. */
export function checkInitFrom({ initFrom, resume }: InitFromOptions): void {
  if (initFrom !== undefined && resume !== undefined)
    throw new CliError("--init-from and --resume exclude each other", "a run that goes on has its weights already");
}

export function initFrom(net: AnyNet, file: string): MatchedWeights {
  try {
    return net.initializeFrom(file);
  } catch (error) {
    if (!(error instanceof CnncWeightsError) || error.missing.length + error.unexpected.length === 0) throw error;
    throw new CliError(error.message, "`as NAME` in the network gives a layer another name: logits.NAME.weight");
  }
}

/** What was taken, and what was not and why: a line for each kind that there is. */
export function matchLines(file: string, { matched, missing, mismatched, unused }: MatchedWeights): string[] {
  const all = matched.length + missing.length + mismatched.length;
  const shapes = mismatched.map(({ name, expected, got }) => `${name} (${got.join("×")}, here ${expected.join("×")})`);
  const kinds = [
    ["not there, so drawn", missing],
    ["there of another shape, so drawn", shapes],
    ["there, but not of this network", unused],
  ] as const;
  return [
    `${formatCount(matched.length)} of ${formatCount(all)} parameters begin with the weights of ${file}`,
    ...kinds.flatMap(([what, names]) => (names.length === 0 ? [] : [`  ${what}: ${listed(names)}`])),
  ];
}
