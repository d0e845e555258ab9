import { tapsOf, transposed, type AxisTaps } from "../../ir/axis-map.ts";
import { contributions, type Triple } from "../../ir/factors.ts";
import type { CoreOf } from "../../ir/graph.ts";
import type { Extent } from "../../shape/tensor-type.ts";
import { float } from "./names.ts";

/** What a position of an axis reads: floats from where x begins, with their factors. */
interface Read {
  readonly offset: number;
  readonly weight: number;
}
type Reads = readonly (readonly Read[])[];

/** An argument of `gather` that stands for an axis, and the tables that it needs. */
export interface PrintedAxis {
  readonly tables: readonly string[];
  readonly text: string;
}

/** Floats from a channel, a row, a column of x to the next one. */
type Strides = Triple<number>;

/** What each axis of the result reads: channels, rows, columns. */
export function readsOf(core: CoreOf<"resample" | "permute">, x: Extent, strides: Strides): Triple<Reads> {
  if (core.family === "permute") {
    const [c, h, w] = contributions(core);
    const inMemory = (axis: readonly Triple<number>[]): Reads =>
      axis.map((at) => [{ offset: at.reduce((sum, i, k) => sum + i * strides[k]!, 0), weight: 1 }]);
    return [inMemory(c), inMemory(h), inMemory(w)];
  }
  const sizes = [x.channels, x.height, x.width] as const;
  const along = (k: 0 | 1 | 2): Reads => {
    const [axis, n, m] = [core.axes[k], sizes[k], core.size[k]];
    const taps: AxisTaps = core.transposed ? transposed(tapsOf(axis, m, n), m) : tapsOf(axis, n, m);
    return taps.map((read) => read.map(({ at, weight }) => ({ offset: at * strides[k], weight })));
  };
  return [along(0), along(1), along(2)];
}

/** Rows or columns: a line or its mirror images where the places are these, their table where each position reads at most one, else all taps. */
export function printPositions(name: string, reads: Reads): PrintedAxis {
  const offsets = singleOffsets(reads);
  const line = offsets && lineOf(offsets);
  if (line) return { tables: [], text: `Line<${line.join(", ")}>{}` };
  const mirror = offsets && mirrorOf(offsets);
  if (mirror) return { tables: [], text: `Mirror<${mirror.join(", ")}>{}` };
  if (offsets) return { tables: [table("int", name, offsets)], text: `Places{${name}}` };
  const begin = [0];
  for (const read of reads) begin.push(begin.at(-1)! + read.length);
  const all = reads.flat();
  const tables = [
    table("int", `${name}_begin`, begin),
    table(
      "int",
      `${name}_offset`,
      all.map(({ offset }) => offset),
    ),
    table(
      "float",
      `${name}_weight`,
      all.map(({ weight }) => float(weight)),
    ),
  ];
  return { tables, text: `Sums{${name}_begin, ${name}_offset, ${name}_weight}` };
}

/** Channels: neighbours that stay neighbours are whole vectors in memory. */
export function printChannels(name: string, reads: Reads, channels: number, lanes: number): PrintedAxis {
  const offsets = singleOffsets(reads);
  if (!offsets) throw new Error(`${name}: a channel that is a sum of channels`);
  const at = offsets.findIndex((offset) => offset >= 0);
  const first = (offsets[at] ?? channels) - at;
  const isRun = offsets.every((offset, c) => offset === (first + c >= 0 && first + c < channels ? first + c : -1));
  if (isRun) return { tables: [], text: `Run<${first}, ${offsets.length}>{}` };
  const some = offsets.includes(-1);
  const whole = Math.ceil(offsets.length / lanes) * lanes;
  const padded = Array.from({ length: whole }, (_, c) => offsets[c] ?? (some ? -1 : 0));
  return { tables: [table(some ? "int" : "uint32_t", name, padded)], text: `${some ? "SomeLanes" : "Lanes"}{${name}}` };
}

/** The one element that each position reads, or -1 for none; undefined where some reads several, or part of one. */
function singleOffsets(reads: Reads): readonly number[] | undefined {
  if (!reads.every((read) => read.length === 0 || (read.length === 1 && read[0]!.weight === 1))) return undefined;
  return reads.map(([read]) => read?.offset ?? -1);
}

/** First, step, begin and end of positions that read at equal distances. */
function lineOf(offsets: readonly number[]): readonly [number, number, number, number] | undefined {
  const begin = Math.max(
    0,
    offsets.findIndex((offset) => offset >= 0),
  );
  const end = offsets.findLastIndex((offset) => offset >= 0) + 1;
  const step = end - begin > 1 ? offsets[begin + 1]! - offsets[begin]! : 0;
  const first = end > begin ? offsets[begin]! - begin * step : 0;
  const straight = offsets.slice(begin, end).every((offset, i) => offset === first + (begin + i) * step);
  return straight ? [first, step, begin, end] : undefined;
}

/** Begin, last and step of positions that read elements in a row and their mirror images about the outermost ones. */
function mirrorOf(offsets: readonly number[]): readonly [number, number, number] | undefined {
  const [begin, end] = [offsets.indexOf(0), offsets.reduce((a, b) => Math.max(a, b), 0)];
  const step = Math.abs(offsets[begin + 1]! - offsets[begin]!);
  const last = end / step;
  const isMirror = offsets.every((offset, p) => offset === step * (last - Math.abs(last - Math.abs(p - begin))));
  return isMirror ? [begin, last, step] : undefined;
}

function table(type: string, name: string, values: readonly (number | string)[]): string {
  return `static constexpr ${type} ${name}[] = {${values.join(", ")}};`;
}
