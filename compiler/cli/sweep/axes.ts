import { InvalidArgumentError } from "commander";
import { itemsOf } from "../overrides.ts";

/** What is varied: a parameter of the model or an option of the training, and its values as `--set` would read them. */
export interface Axis {
  readonly name: string;
  readonly values: readonly string[];
}

const mostValues = 10_000;

/** Collects `--sweep depth=1..3 --sweep width=16,32` (an option parser of commander). */
export function collectAxis(text: string, before: readonly Axis[] = []): readonly Axis[] {
  const [, name, values] = /^([A-Za-z_]\w*)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || values === undefined) throw new InvalidArgumentError("It has the form NAME=VALUES.");
  if (before.some((axis) => axis.name === name)) throw new InvalidArgumentError(`${name} is swept already.`);
  const items = itemsOf(values).map((item) => item.trim());
  if (items.includes("")) throw new InvalidArgumentError("There is no value between two commas, or at an end.");
  return [...before, { name, values: [...new Set(items.flatMap(valuesOf))] }];
}

const number = String.raw`-?\d+(?:\.\d+)?(?:e[+-]?\d+)?`;
const range = new RegExp(`^(${number})\\.\\.(${number})(?:([+*])(${number}))?$`, "i");

/** `1..3`: the whole numbers; `0..0.5+0.1`: each is larger by 0.1; `16..128*2`: each is twice as large. */
function valuesOf(item: string): readonly string[] {
  const [, first, last, sign, size] = range.exec(item) ?? [];
  if (first === undefined) return [item];
  const [from, to] = [Number(first), Number(last)];
  if (sign === undefined && !(Number.isSafeInteger(from) && Number.isSafeInteger(to)))
    throw new InvalidArgumentError("Ends that are not whole need a step: 0..0.5+0.1, or 0.001..0.1*10.");
  const step = Number(size ?? 1);
  const growing = sign === "*" ? from > 0 && step > 1 : step > 0;
  if (!growing || to < from) throw new InvalidArgumentError(`${item} does not rise from its first number to its last.`);
  const steps = sign === "*" ? Math.log(to / from) / Math.log(step) : (to - from) / step;
  // The last number belongs to it, though sums and products of decimal fractions miss it by a bit.
  const count = Math.floor(steps + 1e-9) + 1;
  if (count > mostValues) throw new InvalidArgumentError(`${item} has ${count} values (${mostValues} at most).`);
  const valueAt = (i: number): number => (sign === "*" ? from * step ** i : from + i * step);
  return Array.from({ length: count }, (_, i) => String(Number(valueAt(i).toPrecision(12))));
}
