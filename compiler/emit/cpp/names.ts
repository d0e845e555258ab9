import type { ValueId } from "../../ir/graph.ts";

/** C++ names for values: `logits.conv1` is `logits_conv1`. Two that would meet get numbers. */
export class Names {
  readonly #taken = new Set<string>();
  readonly #names = new Map<ValueId, string>();

  of(id: ValueId): string {
    const name = this.#names.get(id) ?? this.fresh(id);
    this.#names.set(id, name);
    return name;
  }

  /** A name for something else: these words where they are free, else with a number. */
  fresh(words: string): string {
    const base = words.replace(/[^A-Za-z0-9]/g, "_");
    let name = base;
    for (let n = 2; this.#taken.has(name); n++) name = `${base}_${n}`;
    this.#taken.add(name);
    return name;
  }
}

/** What a value is to its layer, whichever of its kind that is: `conv_bias` of `features.0.conv2.bias`. */
export function roleOf(id: ValueId): string {
  const segments = id.split(".");
  const layer = segments.findLastIndex((segment) => /^[^0-9].*[0-9]$/.test(segment));
  return segments
    .slice(layer < 0 ? -1 : layer)
    .map((segment) => segment.replace(/(?<=.)[0-9]+$/, ""))
    .join("_");
}

/** A C++ string literal. */
export function literal(text: string): string {
  return JSON.stringify(text);
}

/** A comment cannot end the line early nor continue on the next, which a backslash before spaces makes it do too. */
export function comment(text: string): string {
  return `// ${text.replace(/[\r\n]+/g, " ").replace(/\\\s*$/, "\\.")}`;
}

/** A float literal that reads back to the same bits. */
export function float(x: number): string {
  if (Number.isNaN(x)) return '__builtin_nanf("")';
  if (!Number.isFinite(x)) return x > 0 ? "__builtin_inff()" : "-__builtin_inff()";
  const rounded = Math.fround(x);
  let text = `${rounded}`;
  for (let digits = 1; digits <= 9; digits++) {
    text = `${Number(rounded.toPrecision(digits))}`;
    if (Math.fround(Number(text)) === rounded) break;
  }
  return /[.e]/.test(text) ? `${text}f` : `${text}.f`;
}

/** A double literal; large numbers have an exponent already: `1e+30`. */
export const double = (x: number): string => (/[.e]/.test(`${x}`) ? `${x}` : `${x}.`);

/** FNV-1a of a name: the stream of random numbers that is its own. */
export function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

export const indent = (lines: readonly string[]): string[] => lines.map((line) => (line === "" ? "" : `  ${line}`));

/** The items by what `keyOf` says of them, in the order in which it is first said. */
export function groupBy<K, T>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** From an element of a block on. */
export const from = (block: string, element: number): string => (element === 0 ? block : `${block} + ${element}L`);
