import { version } from "../../version.ts";
import type { EpochRecord, TrainingRun } from "../../telemetry/training-run.ts";
import type { Trainer } from "../../../runtime/index.ts";
import { formatCount, formatSeconds } from "../columns.ts";
import type { AnyModel, AnyNet } from "../load.ts";
import type { Overrides } from "../overrides.ts";

export interface RunContext {
  readonly net: AnyNet;
  readonly trainer: Trainer<AnyModel>;
  readonly epochs: readonly EpochRecord[];
  /** How many samples each part of the data has; absent: there is none. */
  readonly sizes: Readonly<Record<"training" | "validation" | "test", number | undefined>>;
  /** How it ended, where not by its last epoch. */
  readonly end: string | undefined;
  readonly options: {
    readonly data: string;
    readonly out: string;
    readonly resume?: string;
    readonly initFrom?: string;
    readonly augment: boolean;
    readonly set?: Overrides;
  };
}

/** What the run was made with, for its page. */
export function runFacts({ net, trainer, epochs, sizes, end, options }: RunContext): TrainingRun["facts"] {
  const { manifest } = net;
  const { train, source, hash } = manifest;
  const samples = Object.entries(sizes).flatMap(([part, size]) => (size ? [`${formatCount(size)} for ${part}`] : []));
  const seconds = epochs.reduce((sum, it) => sum + it.seconds, 0);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["network", `${manifest.model} in ${source.file}`],
    ["parameters of the model", options.set && JSON.stringify(options.set)],
    ["weights", `${options.out} (${formatCount(net.parameters.count)} numbers)`],
    ["data", `${options.data} (${samples.join(", ")})`],
    ["went on from", options.resume],
    ["began with weights of", options.initFrom],
    ["epochs, batch", trainer.run && `${trainer.run.epochs}, ${trainer.run.batch}`],
    ["end", end],
    ["parts of a batch", train?.accumulate?.toString()],
    ["seed", String(trainer.seed)],
    ["optimizer", train?.optimizer],
    ["schedule", train?.schedule],
    ["gradient clipping", train?.clip],
    ["average of weights", train?.ema?.toString()],
    ["augmentation", options.augment ? undefined : "none (--no-augment)"],
    ["time of training", `${formatSeconds(seconds)} for ${formatCount(epochs.length)} epochs, without validation`],
    ["device", `${net.device}, ${net.threads} threads`],
    ["versions", `cnnc ${version}, Node ${process.version}, ${process.platform} ${process.arch}, build ${hash}`],
    ["written", new Date().toISOString()],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}
