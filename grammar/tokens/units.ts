/** What a unit does to the number it is glued to: `value = digits · 10^exponent · factor`. */
export interface Unit {
  readonly name: string;
  readonly measures: "count" | "bytes" | "time" | "angle" | "frequency";
  readonly exponent: number;
  readonly factor: number;
  readonly doc: string;
  /** What people write instead. */
  readonly misspelt?: readonly string[];
}

export const units: readonly Unit[] = [
  { name: "K", measures: "count", exponent: 3, factor: 1, doc: "thousand", misspelt: ["k"] },
  { name: "M", measures: "count", exponent: 6, factor: 1, doc: "million", misspelt: ["m"] },
  { name: "G", measures: "count", exponent: 9, factor: 1, doc: "thousand million" },
  { name: "KiB", measures: "bytes", exponent: 0, factor: 2 ** 10, doc: "1024 bytes", misspelt: ["KB", "kB", "kb"] },
  { name: "MiB", measures: "bytes", exponent: 0, factor: 2 ** 20, doc: "1024 KiB", misspelt: ["MB", "mb"] },
  { name: "GiB", measures: "bytes", exponent: 0, factor: 2 ** 30, doc: "1024 MiB", misspelt: ["GB", "gb"] },
  {
    name: "s",
    measures: "time",
    exponent: 0,
    factor: 1,
    doc: "second",
    misspelt: ["sec", "secs", "second", "seconds"],
  },
  {
    name: "ms",
    measures: "time",
    exponent: -3,
    factor: 1,
    doc: "thousandth of a second",
    misspelt: ["msec", "millis"],
  },
  { name: "Hz", measures: "frequency", exponent: 0, factor: 1, doc: "per second" },
  { name: "kHz", measures: "frequency", exponent: 3, factor: 1, doc: "thousand per second" },
  { name: "deg", measures: "angle", exponent: 0, factor: 1, doc: "degree", misspelt: ["degree", "degrees", "d"] },
];

export function findUnit(name: string): Unit | undefined {
  return units.find((unit) => unit.name === name);
}

/** The unit that a word is, or is a misspelling of. */
export function unitMeant(word: string): string | undefined {
  return (findUnit(word) ?? units.find(({ misspelt = [] }) => misspelt.includes(word)))?.name;
}

/** The parts of a number as written; the exponent is 0 where none stands. */
export interface NumberParts {
  readonly digits: string;
  readonly exponent: number;
  readonly unit: string;
}

export function splitNumber(text: string): NumberParts | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+|\d+\.)(?:[eE]([+-]?\d+))?(\w*)$/.exec(text);
  if (match === null) return undefined;
  return { digits: match[1] ?? "", exponent: Number(match[2] ?? 0), unit: match[3] ?? "" };
}

/** The value in the base unit. Powers of ten go through the decimal text, so `1.001K` is exactly 1001. */
export function numberValue({ digits, exponent, unit }: NumberParts): number {
  const { exponent: shift, factor } = findUnit(unit) ?? { exponent: 0, factor: 1 };
  return Number(`${digits}e${exponent + shift}`) * factor;
}
