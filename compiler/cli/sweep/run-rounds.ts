import * as fs from "node:fs";
import { CnncDivergedError, qualityOf } from "../../../runtime/index.ts";
import { formatSeconds } from "../columns.ts";
import { formatScore } from "../format-score.ts";
import { printLine, warn } from "../terminal.ts";
import { roundEnds, survivors } from "./halving.ts";
import type { Halving } from "./halving.ts";
import type { Settings } from "./points.ts";
import { latest } from "./record.ts";
import type { Trial } from "./record.ts";
import { trainTrial } from "./train-trial.ts";
import type { Common } from "./train-trial.ts";

export interface Sweep extends Common {
  readonly settings: ReadonlyMap<string, Settings>;
  readonly halving: Halving;
}

/** Whether all rounds are done, and not ended by the signal. What the record has is not done again. */
export async function runRounds(sweep: Sweep): Promise<boolean> {
  const { halving, record } = sweep;
  let going = record.trials;
  for (let round = 0; round <= halving.rounds; round++) {
    going = going.filter(({ failed }) => failed === undefined);
    if (!(await runRound(going, round, sweep))) return false;
    if (round === halving.rounds) break;
    const measured = going.filter(({ failed }) => failed === undefined);
    const best = survivors(measured, ({ results }) => qualityOf(results[round]!.score), halving.eta);
    // Nobody goes on from their checkpoints.
    for (const trial of going) if (!best.includes(trial)) fs.rmSync(trial.weights, { force: true });
    going = best;
  }
  return true;
}

async function runRound(trials: readonly Trial[], round: number, sweep: Sweep): Promise<boolean> {
  for (const [i, trial] of trials.entries()) {
    if (trial.results.length > round) continue;
    const part = sweep.halving.rounds === 0 ? "" : `round ${round + 1}/${sweep.halving.rounds + 1}  `;
    const number = `${String(i + 1).padStart(String(trials.length).length)}/${trials.length}`;
    if (!(await runTrial(trial, round, `${part}${number}  ${trial.name}`, sweep))) return false;
  }
  return true;
}

async function runTrial(trial: Trial, round: number, title: string, sweep: Sweep): Promise<boolean> {
  const { record, halving, settings, options } = sweep;
  const until = roundEnds(trial.epochs, halving)[round]!;
  try {
    if (!(await trainTrial({ ...settings.get(trial.name)!, trial, until, title }, sweep))) return false;
    if (!options.quiet && !options.json) printLine(`${title}  ${standing(trial)}`);
  } catch (error) {
    if (!(error instanceof CnncDivergedError)) throw error;
    trial.failed = error.message;
    record.save();
    fs.rmSync(trial.weights, { force: true });
    warn(`${trial.name}: ${trial.failed}; the sweep goes on without it`);
  }
  return true;
}

/** `4 epochs  accuracy 84.1%  12.3 s` */
function standing(trial: Trial): string {
  const { epochs, score } = latest(trial)!;
  const count = epochs === 1 ? "1 epoch" : `${epochs} epochs`;
  return `${count}  ${score.metric} ${formatScore(score)}  ${formatSeconds(trial.seconds)}`;
}
