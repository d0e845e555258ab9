import { InvalidArgumentError } from "commander";
import { hashName, RandomStream } from "../../../runtime/index.ts";
import { CliError } from "../cli-error.ts";
import { constantOf, natural, positive } from "../overrides.ts";
import type { Overrides } from "../overrides.ts";
import type { Axis } from "./axes.ts";

/** A choice of a value on each axis. */
export interface Point {
  /** `depth=2 width=16` */
  readonly name: string;
  /** As they are written on the command line. */
  readonly values: Readonly<Record<string, string>>;
}

const mostPoints = 1000;

/**
 * All points of the grid, or some that are drawn from it: where few of the axes matter, these show more values of each than a
 * coarse grid of as many points (Bergstra and Bengio 2012).
 */
export function pointsOf(axes: readonly Axis[], random: number | undefined, seed: number): Point[] {
  const size = axes.reduce((product, { values }) => product * values.length, 1);
  const count = Math.min(random ?? size, size);
  if (count > mostPoints)
    throw new CliError(
      `these are ${count} points, ${mostPoints} at most can be tried`,
      random === undefined ? "take fewer values, or --random 50 draws 50 of them" : undefined,
    );
  return (count === size ? grid(axes) : drawn(axes, count, seed)).map((choice) => pointAt(axes, choice));
}

/** The index of a value on each axis. */
type Choice = readonly number[];

/** The last axis changes fastest. */
function grid(axes: readonly Axis[]): Choice[] {
  return axes.reduce<Choice[]>(
    (choices, { values }) => choices.flatMap((choice) => values.map((_, i) => [...choice, i])),
    [[]],
  );
}

/** Different ones, in the order in which they are drawn. */
function drawn(axes: readonly Axis[], count: number, seed: number): Choice[] {
  const stream = new RandomStream(seed, hashName("sweep"));
  const choices = new Map<string, Choice>();
  while (choices.size < count) {
    const choice = axes.map(({ values }) => stream.below(values.length));
    choices.set(choice.join(), choice);
  }
  return [...choices.values()];
}

function pointAt(axes: readonly Axis[], choice: Choice): Point {
  const entries = axes.map(({ name, values }, i) => [name, values[choice[i]!]!] as const);
  return { name: entries.map(([name, value]) => `${name}=${value}`).join(" "), values: Object.fromEntries(entries) };
}

/** What of the training can be varied, as the options of `cnnc train` read it. */
export const trainingOptions = { batch: positive, epochs: positive, seed: natural } as const;
type TrainingOption = keyof typeof trainingOptions;

/** What a point says instead of the file, and instead of the options that all points share. */
export interface Settings extends Partial<Record<TrainingOption, number>> {
  readonly set: Overrides;
}

/** Where a model has a parameter that is called like an option of the training, its parameter is meant. */
export function isTrainingOption(name: string, parameters: readonly string[]): name is TrainingOption {
  return Object.hasOwn(trainingOptions, name) && !parameters.includes(name);
}

/** Refuses values that no option of the training has. */
export function settingsOf({ values }: Point, parameters: readonly string[]): Settings {
  const settings: Partial<Record<TrainingOption, number>> & { set: Record<string, Overrides[string]> } = { set: {} };
  for (const [name, value] of Object.entries(values)) {
    if (isTrainingOption(name, parameters)) settings[name] = optionValue(name, value);
    else settings.set[name] = constantOf(value);
  }
  return settings;
}

function optionValue(name: TrainingOption, text: string): number {
  try {
    return trainingOptions[name](text);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw new CliError(`${name}=${text}: ${error.message}`);
    throw error;
  }
}
