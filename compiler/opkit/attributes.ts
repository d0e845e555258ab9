/**
 * Attribute kinds of operators: how a constant of the language becomes a typed option, and what to say when
 * it does not. `kernel=3` and `kernel=[3, 5]` are both `perAxis`.
 */

/** What a compile-time expression of the language evaluates to. */
export type Constant =
  | number
  | boolean
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "word"; readonly value: string }
  | { readonly kind: "range"; readonly from: number; readonly to: number }
  | readonly Constant[];

/** What an attribute comes to for one operand. */
export type Spread<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly expected: string };

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false };

/** Axes that windows slide along: rows and columns of a picture [C, H, W], or the length of a sequence [C, L]. */
export type Axes = 1 | 2;

/** `T` is what an operator sees, `W` what is written, where that is short for something that depends on the operand. */
export interface Attribute<T, W = T> {
  readonly doc: string;
  /** In plain words, for errors and docs: `a whole number, 1 or more`. */
  readonly expected: string;
  /** Absent: the attribute must be given. */
  readonly default?: W;
  /** Accepts what the language evaluated, or says no. */
  readonly parse: (constant: Constant) => Parsed<W>;
  /** What is written, for an operand with so many axes, or what such an operand would take. */
  forAxes?(written: W, axes: Axes): Spread<T>;
  /** Words that completion offers. */
  readonly words?: readonly string[];
  /** Numbers are written with this unit, or another one for the same: `8deg`, `25ms`. */
  readonly unit?: "deg" | "ms" | "Hz";
  /** What a number without a unit is: absent where it is a mistake. */
  readonly bare?: (x: number) => Parsed<W>;
  /** What is written for a value, where that is not the value. */
  written?(value: W): string;
}

export type Attributes = Readonly<Record<string, Attribute<unknown>>>;

/** The values an operator sees: `{ kernel: [number, number]; bias: boolean; … }`. */
export type Values<A extends Attributes> = {
  readonly [K in keyof A]: A[K] extends Attribute<infer T, infer _> ? T : never;
};

interface Options<T> {
  readonly doc: string;
  readonly default?: T;
}
interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

const no = { ok: false } as const;
const yes = <T>(value: T) => ({ ok: true, value }) as const;
const within = (x: number, { min = -Infinity, max = Infinity }: Bounds): boolean => x >= min && x <= max;
const isWhole = (x: Constant, bounds: Bounds): x is number =>
  typeof x === "number" && Number.isSafeInteger(x) && within(x, bounds);

function boundsText({ min, max }: Bounds): string {
  if (min !== undefined && max !== undefined) return `, ${min} to ${max}`;
  if (min !== undefined) return `, ${min} or more`;
  return max === undefined ? "" : `, ${max} or less`;
}

export function whole({ min, max, ...options }: Options<number> & Bounds): Attribute<number> {
  const bounds = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
  return {
    ...options,
    expected: `a whole number${boundsText(bounds)}`,
    parse: (x) => (isWhole(x, bounds) ? yes(x) : no),
  };
}

/** A whole number, or the word `none`. */
export function wholeOrNone({
  min,
  ...options
}: Options<number | "none"> & { min: number }): Attribute<number | "none"> {
  return {
    ...options,
    expected: `a whole number, ${min} or more, or none`,
    words: ["none"],
    parse: (x) => {
      if (isWhole(x, { min })) return yes(x);
      return typeof x === "object" && "kind" in x && x.kind === "word" && x.value === "none"
        ? yes("none" as const)
        : no;
    },
  };
}

export function real({ min, max, ...options }: Options<number> & Bounds): Attribute<number> {
  const bounds = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
  return {
    ...options,
    expected: `a number${boundsText(bounds)}`,
    parse: (x) => (typeof x === "number" && Number.isFinite(x) && within(x, bounds) ? yes(x) : no),
  };
}

export function flag(options: Options<boolean>): Attribute<boolean> {
  return {
    ...options,
    expected: "true or false",
    words: ["true", "false"],
    parse: (x) => (typeof x === "boolean" ? yes(x) : no),
  };
}

export function reals({
  nonZero,
  ...options
}: Options<readonly number[]> & { readonly nonZero?: true }): Attribute<readonly number[]> {
  return {
    ...options,
    expected: `a list of numbers, one per channel${nonZero ? ", none of them 0" : ""}`,
    parse: (x) =>
      Array.isArray(x) &&
      x.length > 0 &&
      x.every((item) => typeof item === "number" && Number.isFinite(item) && !(nonZero && item === 0))
        ? yes(x as readonly number[])
        : no,
  };
}

/** The range that the language evaluated, where it lies within bounds. */
function rangeWithin(x: Constant, bounds: Bounds): readonly [number, number] | undefined {
  if (typeof x !== "object" || !("kind" in x) || x.kind !== "range") return undefined;
  return within(x.from, bounds) && within(x.to, bounds) ? [x.from, x.to] : undefined;
}

/** `0.01..0.05`; a single number is a range of its own. */
export function range({
  min,
  max,
  ...options
}: Options<readonly [number, number]> & Bounds): Attribute<readonly [number, number]> {
  const bounds = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
  return {
    ...options,
    expected: `a range from..to of numbers${boundsText(bounds)}`,
    parse: (x) => {
      if (typeof x === "number") return within(x, bounds) ? yes([x, x] as const) : no;
      const found = rangeWithin(x, bounds);
      return found ? yes(found) : no;
    },
  };
}

/** In degrees: `-5deg..10deg`; a single angle is the range from its negative: `8deg` is `-8deg..8deg`. */
export function angles(options: Options<readonly [number, number]>): Attribute<readonly [number, number]> {
  const turn = { min: -360, max: 360 };
  return {
    ...options,
    expected: "an angle like 8deg (which is -8deg..8deg) or a range of angles, none beyond 360deg",
    unit: "deg",
    parse: (x) => {
      if (typeof x === "number") return within(x, { min: 0, max: turn.max }) ? yes([-x, x] as const) : no;
      const found = rangeWithin(x, turn);
      return found ? yes(found) : no;
    },
  };
}

/** Seconds, or a number of samples. */
export type Duration = { readonly seconds: number } | { readonly samples: number };

/** `25ms`, or a whole number of samples. */
export function duration(options: Options<Duration>): Attribute<Duration> {
  return {
    ...options,
    expected: "a time like 25ms, or a whole number of samples, 1 or more",
    unit: "ms",
    parse: (x) => (typeof x === "number" && x > 0 && Number.isFinite(x) ? yes({ seconds: x }) : no),
    // A fraction is a time that a parameter of the model stands for.
    bare: (x) => (Number.isSafeInteger(x) ? (x > 0 ? yes({ samples: x }) : no) : x > 0 ? yes({ seconds: x }) : no),
    written: (value) =>
      "samples" in value ? `${value.samples}` : `${Number((value.seconds * 1000).toPrecision(12))}ms`,
  };
}

/** `16kHz`; a number without a unit is hertz. */
export function frequency({ min, ...options }: Options<number> & { readonly min: number }): Attribute<number> {
  const parse = (x: Constant) => (typeof x === "number" && Number.isFinite(x) && x >= min ? yes(x) : no);
  return {
    ...options,
    expected: `a frequency like 16kHz, or a number of hertz, ${min} or more`,
    unit: "Hz",
    parse,
    bare: parse,
  };
}

/** Shares of the height and of the width: a number for both, or [height, width]. */
export function shares(options: Options<readonly [number, number]>): Attribute<readonly [number, number]> {
  const isShare = (x: Constant | undefined): x is number => typeof x === "number" && within(x, { min: 0, max: 1 });
  return {
    ...options,
    expected: "a number, 0 to 1, or a list [height, width] of two",
    parse: (x) => {
      if (isShare(x)) return yes([x, x] as const);
      if (!Array.isArray(x) || x.length !== 2) return no;
      const [height, width] = x as readonly Constant[];
      return isShare(height) && isShare(width) ? yes([height, width] as const) : no;
    },
  };
}

/** As it is written: a number for all axes, or a list with one for each. */
export type PerAxis = number | readonly number[];

const isPerAxis = (x: Constant, lengths: readonly number[], bounds: Bounds): x is PerAxis & Constant =>
  isWhole(x, bounds) ||
  (Array.isArray(x) && lengths.includes(x.length) && x.every((item) => isWhole(item as Constant, bounds)));

/** A number for each axis that a window slides along: [height, width], or [length]. */
export function perAxis({
  min,
  max,
  ...options
}: Options<PerAxis> & { min: number; max?: number }): Attribute<readonly number[], PerAxis> {
  const bounds = { min, ...(max !== undefined && { max }) };
  return {
    ...options,
    expected: `a whole number${boundsText(bounds)}, or a list [height, width] of two (of one for a sequence)`,
    parse: (x) => (isPerAxis(x, [1, 2], bounds) ? yes(x) : no),
    forAxes: (written, axes) => {
      if (typeof written === "number") return yes(Array.from({ length: axes }, () => written));
      if (written.length === axes) return yes(written);
      return { ok: false, expected: axes === 1 ? "a number" : "a number or a list [height, width]" };
    },
  };
}

/**
 * A number for each side, [top, left, bottom, right], or [left, right] of a sequence. Written is a number, one for each
 * axis, or one for each side, those of an axis side by side.
 */
export function perSide({
  max,
  ...options
}: Options<PerAxis> & { max?: number }): Attribute<readonly number[], PerAxis> {
  const bounds = { min: 0, ...(max !== undefined && { max }) };
  const lists = "[height, width] or [top, bottom, left, right]";
  return {
    ...options,
    expected: `a whole number${boundsText(bounds)}, or a list ${lists} (for a sequence [left, right])`,
    parse: (x) => (isPerAxis(x, [1, 2, 4], bounds) ? yes(x) : no),
    forAxes: (written, axes) => {
      if (typeof written === "number") return yes(Array.from({ length: 2 * axes }, () => written));
      if (written.length === axes) return yes([...written, ...written]);
      const [before, after] = [0, 1].map((side) => written.filter((_, i) => i % 2 === side));
      if (written.length === 2 * axes) return yes([...before!, ...after!]);
      return { ok: false, expected: `a number or a list ${axes === 1 ? "[left, right]" : lists}` };
    },
  };
}

/** [top, left, bottom, right], [left, right] of a sequence, or the word `same`. */
export type Padding = readonly number[] | "same";

/** A number for each side, or `same`. */
export function padding(options: Options<PerAxis | "same">): Attribute<Padding, PerAxis | "same"> {
  const sides = perSide({ doc: options.doc });
  return {
    ...options,
    expected: `${sides.expected}, or same`,
    words: ["same"],
    parse: (x) => {
      const isSame = typeof x === "object" && "kind" in x && x.kind === "word" && x.value === "same";
      return isSame ? yes("same" as const) : sides.parse(x);
    },
    forAxes: (written, axes) => (written === "same" ? yes(written) : sides.forAxes!(written, axes)),
  };
}

/** A whole number for each axis of a shape. */
export function wholes({ min, max, ...options }: Options<readonly number[]> & Bounds): Attribute<readonly number[]> {
  const bounds = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
  return {
    ...options,
    expected: `a list of 1 to 3 whole numbers${boundsText(bounds)}`,
    parse: (x) => {
      if (!Array.isArray(x) || x.length < 1 || x.length > 3) return no;
      return x.every((item): item is number => isWhole(item as Constant, bounds)) ? yes(x as readonly number[]) : no;
    },
  };
}

/** A number of equal parts, or the sizes of the parts. */
export function cuts(options: Options<number | readonly number[]>): Attribute<number | readonly number[]> {
  const bounds = { min: 1 };
  return {
    ...options,
    expected: "a whole number, 1 or more, or a list of these",
    parse: (x) => {
      if (isWhole(x, bounds)) return yes(x);
      if (!Array.isArray(x) || x.length === 0) return no;
      return x.every((item): item is number => isWhole(item as Constant, bounds)) ? yes(x as readonly number[]) : no;
    },
  };
}

const axisWords = ["channels", "height", "width", "length"] as const;
/** An axis by its word, or by its number in the shape. */
export type Axis = (typeof axisWords)[number] | number;

export function axis(options: Options<Axis>): Attribute<Axis> {
  const names = word(axisWords, { doc: options.doc });
  return {
    ...options,
    expected: `${names.expected}, or the number of the axis, 0 for channels`,
    words: axisWords,
    parse: (x): Parsed<Axis> => (isWhole(x, { min: 0, max: 2 }) ? yes(x) : names.parse(x)),
  };
}

/** A place along an axis: a number, from the end where it is negative, or the word `end`. */
export function place(options: Options<number | "end">): Attribute<number | "end"> {
  const end = word(["end"], { doc: options.doc });
  return {
    ...options,
    expected: "a whole number, below 0 counted from the end, or end",
    words: ["end"],
    parse: (x) => (isWhole(x, {}) ? yes(x) : end.parse(x)),
  };
}

/** One of a few words: `init=he`. */
export function word<const W extends string>(choices: readonly W[], options: Options<W>): Attribute<W> {
  return {
    ...options,
    expected: `one of ${choices.join(", ")}`,
    words: choices,
    parse: (x) =>
      typeof x === "object" && "kind" in x && x.kind === "word" && (choices as readonly string[]).includes(x.value)
        ? yes(x.value as W)
        : no,
  };
}
