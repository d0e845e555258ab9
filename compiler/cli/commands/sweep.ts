import * as path from "node:path";
import { baseName } from "../../compile.ts";
import { CliError } from "../cli-error.ts";
import type { ExitCode } from "../cli-error.ts";
import { formatScore } from "../format-score.ts";
import { stoppedCode, withInterrupt } from "../interrupt.ts";
import type { TargetOptions } from "../options.ts";
import { isFolder, writeWhole } from "../output-file.ts";
import type { Axis } from "../sweep/axes.ts";
import { candidatesOf, mustBeFree, parametersIn } from "../sweep/candidates.ts";
import type { Candidates } from "../sweep/candidates.ts";
import { holdFolder } from "../sweep/hold-folder.ts";
import { plotOf } from "../sweep/plot.ts";
import { pointsOf } from "../sweep/points.ts";
import { ranked, rankingTable } from "../sweep/ranking.ts";
import type { Ranked } from "../sweep/ranking.ts";
import { latest, SweepRecord } from "../sweep/record.ts";
import type { Plan } from "../sweep/record.ts";
import { runRounds } from "../sweep/run-rounds.ts";
import { DataSets } from "../sweep/train-trial.ts";
import { printJson, printLine, warn } from "../terminal.ts";
import { version } from "../../version.ts";

export interface SweepCommandOptions extends TargetOptions {
  readonly sweep: readonly Axis[];
  readonly random?: number;
  readonly halve: number;
  readonly eta: number;
  readonly data: string;
  readonly out?: string;
  readonly seed: number;
  readonly epochs?: number;
  readonly batch?: number;
  readonly validation: number;
  readonly threads?: number;
}

/** `cnnc sweep FILE --sweep depth=1..3 --sweep width=16,32 --data DIR` */
export async function sweepCommand(file: string, options: SweepCommandOptions): Promise<ExitCode> {
  const { sweep: axes, random, seed, halve, eta, out = `${baseName(file)}.sweep` } = options;
  const parameters = parametersIn(file, options);
  if (parameters === undefined) return 1;
  mustBeFree(axes, parameters, { ...options, seed: undefined });
  const points = pointsOf(axes, random, seed);
  const found = await candidatesOf(file, points, parameters, options);
  if (found === undefined) return 1;
  for (const { name, failed } of found.candidates) if (failed !== undefined) warn(`${name} is left out: ${failed}`);
  mustHaveRounds(found, options);
  if (!isFolder(options.data)) throw new CliError(`${options.data} is no folder`);
  await holdFolder(out);
  const record = new SweepRecord(out, planOf(found, options), found.candidates);
  const settings = new Map(found.candidates.map((it) => [it.name, it.settings]));
  const stopping = (): void => void process.stderr.write("\nstopping after this step; again to stop at once\n");
  return withInterrupt(async (signal) => {
    const common = { file, options, data: new DataSets(options.data), record, signal };
    const done = await runRounds({ ...common, settings, halving: { rounds: halve, eta } });
    if (done) return tell(ranked(record.trials), found.model, out, options);
    process.stderr.write("stopped; the same command goes on\n");
    return stoppedCode(signal);
  }, stopping);
}

/** All that decides results: a sweep that goes on has the same. */
function planOf({ model, sourceHash }: Candidates, options: SweepCommandOptions): Plan {
  const { sweep, random, halve, eta, seed, epochs, batch, validation, set, augment, target, cpu, precision } = options;
  return {
    ...{ cnnc: version, model, source: sourceHash, data: path.resolve(options.data), sweep, set, random, halve, eta },
    ...{ seed, epochs, batch, validation, augment, target, cpu, precision },
  };
}

/** The first round must have an epoch for each point. */
function mustHaveRounds({ candidates }: Candidates, { halve, eta }: SweepCommandOptions): void {
  const shortest = candidates.filter(({ failed }) => failed === undefined).sort((a, b) => a.epochs - b.epochs)[0]!;
  const needed = eta ** halve;
  if (shortest.epochs >= needed) return;
  throw new CliError(
    `halving ${halve} times leaves less than an epoch for the first round: it needs ${needed}, ${shortest.name} has ${shortest.epochs}`,
    `take more --epochs, or --halve ${Math.floor(Math.log(shortest.epochs) / Math.log(eta) + 1e-9)}`,
  );
}

function tell(trials: readonly Ranked[], model: string, out: string, options: SweepCommandOptions): ExitCode {
  const plot = path.join(out, "sweep.svg");
  const [best] = trials;
  const result = best && best.state !== "failed" ? latest(best) : undefined;
  if (result) writeWhole(plot, Buffer.from(plotOf(trials, model)));
  if (options.json) printJson({ model, plot: result ? plot : null, trials });
  else printLine(rankingTable(trials).join("\n"));
  if (!best || !result) throw new CliError("no point could be trained to the end", undefined, 1);
  if (options.json || options.quiet) return 0;
  printLine("");
  printLine(`best: ${best.name}, ${result.score.metric} ${formatScore(result.score)}, weights in ${best.weights}`);
  printLine(`plot in ${plot}`);
  return 0;
}
