import { findUnit, numberValue, splitNumber } from "../../grammar/tokens/units.ts";
import type { Constant } from "../opkit/attributes.ts";
import { InvalidArgumentError } from "commander";

export type Overrides = Readonly<Record<string, Constant>>;

/** Collects `--set width=32 --set wide=true` (an option parser of commander). */
export function collectOverride(text: string, before: Overrides = {}): Overrides {
  const [, name, value] = /^([A-Za-z_]\w*)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("It has the form NAME=VALUE.");
  return { ...before, [name]: constantOf(value) };
}

/** The constant that a text means: a number with or without a unit, true, false, a list of these, else a text. */
export function constantOf(text: string): Constant {
  const trimmed = text.trim();
  if (trimmed === "true" || trimmed === "false") return trimmed === "true";
  if (/^\[.*\]$/s.test(trimmed)) {
    const inner = trimmed.slice(1, -1).trim();
    return inner === "" ? [] : itemsOf(inner).map(constantOf);
  }
  const sign = trimmed.startsWith("-") ? -1 : 1;
  const parts = splitNumber(trimmed.replace(/^-/, ""));
  const known = parts !== undefined && (parts.unit === "" || findUnit(parts.unit) !== undefined);
  return known ? sign * numberValue(parts) : { kind: "string", value: trimmed };
}

/** Cuts at the commas that are not within a list of their own. */
export function itemsOf(text: string): string[] {
  const items = [""];
  let depth = 0;
  for (const sign of text) {
    depth += Number(sign === "[") - Number(sign === "]");
    if (sign === "," && depth === 0) items.push("");
    else items.push(items.pop()! + sign);
  }
  return items;
}

/** A whole number of 1 or more (an option parser of commander). */
export function positive(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("It must be a whole number, 1 or more.");
}

/** A whole number of 0 or more (an option parser of commander). */
export function natural(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("It must be a whole number, 0 or more.");
}

/** A whole number of 2 or more (an option parser of commander). */
export function eta(text: string): number {
  if (positive(text) >= 2) return Number(text);
  throw new InvalidArgumentError("It must be a whole number, 2 or more.");
}

/** A time, 0 or more (an option parser of commander). */
export function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError("It must be a number of seconds, 0 or more.");
}

/** A share from 0 up to, not including, 1 (an option parser of commander). */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value < 1) return value;
  throw new InvalidArgumentError("It must be a number from 0 to below 1.");
}

/** `0,5,7` or `0..9` (an option parser of commander). */
export function rows(text: string): readonly number[] {
  return text.split(",").flatMap((part) => {
    const [, from, to = from] = /^\s*(\d+)(?:\.\.(\d+))?\s*$/.exec(part) ?? [];
    const count = Number(to) - Number(from) + 1;
    if (from === undefined || !(count >= 1 && count <= 1e6)) {
      throw new InvalidArgumentError("It has the form 0,5,7 or 0..9.");
    }
    return Array.from({ length: count }, (_, i) => Number(from) + i);
  });
}
