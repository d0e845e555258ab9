import * as fs from "node:fs";
import * as path from "node:path";
import type { Score } from "../../../runtime/index.ts";
import { CliError } from "../cli-error.ts";
import { checkWritable, writeWhole } from "../output-file.ts";
import type { Candidate } from "./candidates.ts";

/** What a point had at the end of a round. */
export interface Result {
  readonly epochs: number;
  readonly score: Score;
}

/** A point, and how far it is. */
export interface Trial extends Pick<Candidate, "name" | "values" | "params" | "macs" | "epochs"> {
  /** Its file of weights, a checkpoint while it may go on. */
  readonly weights: string;
  /** One for each round that it has behind it. */
  readonly results: Result[];
  /** Of its training, without what was lost when the process was killed. */
  seconds: number;
  /** Why it does not go on. */
  failed?: string;
}

/** What a sweep is, as JSON: one that goes on must be the same. */
export type Plan = Readonly<Record<string, unknown>>;

interface Stored {
  readonly version: 1;
  readonly plan: Plan;
  readonly trials: readonly Trial[];
}

/** The state of a sweep, in `sweep.json` of its folder: replaced as a whole after each change. */
export class SweepRecord {
  readonly trials: readonly Trial[];
  readonly folder: string;
  readonly #plan: Plan;

  /** Takes up what the folder has of the same sweep; refuses another one. */
  constructor(folder: string, plan: Plan, candidates: readonly Candidate[]) {
    this.folder = folder;
    this.#plan = JSON.parse(JSON.stringify(plan)) as Plan;
    checkWritable(this.#file, "the state of the sweep is written there");
    const stored = this.#read();
    const before = new Map(stored?.trials.map((trial) => [trial.name, trial]));
    const digits = String(candidates.length).length;
    this.trials = candidates.map(({ name, values, params, macs, epochs, failed: invalid }, i) => {
      const { results = [], seconds = 0, failed = invalid } = before.get(name) ?? {};
      const weights = path.join(folder, `${String(i + 1).padStart(digits, "0")}.safetensors`);
      return { name, values, params, macs, epochs, weights, results, seconds, ...(failed !== undefined && { failed }) };
    });
  }

  save(): void {
    const stored: Stored = { version: 1, plan: this.#plan, trials: this.trials };
    writeWhole(this.#file, Buffer.from(`${JSON.stringify(stored, null, 2)}\n`));
  }

  get #file(): string {
    return path.join(this.folder, "sweep.json");
  }

  #read(): Stored | undefined {
    if (!fs.existsSync(this.#file)) return undefined;
    const stored = parsed(fs.readFileSync(this.#file, "utf8"));
    if (stored === undefined)
      throw new CliError(`${this.#file} is not the record of a sweep`, "remove it, or name another folder by --out");
    const names = new Set([...Object.keys(stored.plan), ...Object.keys(this.#plan)]);
    const text = (plan: Plan, name: string): string => JSON.stringify(plan[name]) ?? "nothing";
    const other = [...names].find((name) => text(stored.plan, name) !== text(this.#plan, name));
    if (other === undefined) return stored;
    throw new CliError(
      `${this.folder} holds another sweep: its ${other} is ${text(stored.plan, other)}, here ${text(this.#plan, other)}`,
      "start this one in a folder of its own: --out FOLDER",
    );
  }
}

/** Nothing: it is no record of a sweep. */
function parsed(text: string): Stored | undefined {
  try {
    const stored = JSON.parse(text) as Partial<Stored> | null;
    const whole = stored?.version === 1 && typeof stored.plan === "object" && Array.isArray(stored.trials);
    const trials = (whole ? stored.trials : undefined) as Partial<Trial>[] | undefined;
    return trials?.every((trial) => Array.isArray(trial?.results)) ? (stored as Stored) : undefined;
  } catch {
    return undefined;
  }
}

/** The last thing that was measured. */
export function latest({ results }: Trial): Result | undefined {
  return results.at(-1);
}
