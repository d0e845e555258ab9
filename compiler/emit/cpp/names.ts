import type { ValueId } from "../../ir/graph.ts";

/** C++ names for values: `logits.conv1` is `logits_conv1`. Two ids that would meet get numbers. */
export class Names {
  readonly #taken = new Map<string, ValueId>();
  readonly #names = new Map<ValueId, string>();

  of(id: ValueId): string {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const base = id.replace(/[^A-Za-z0-9]/g, "_");
    let name = base;
    for (let n = 2; this.#taken.has(name); n++) name = `${base}_${n}`;
    this.#taken.set(name, id);
    this.#names.set(id, name);
    return name;
  }
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

/** A double literal. */
export const double = (x: number): string => (Number.isInteger(x) ? `${x}.` : `${x}`);

/** FNV-1a of a name: the stream of random numbers that is its own. */
export function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

export const indent = (lines: readonly string[]): string[] => lines.map((line) => (line === "" ? "" : `  ${line}`));
