import type { Constant } from "../../opkit/attributes.ts";

const MOST_ITEMS = 6;

/** A constant as an error shows it: the text one would write for it. */
export function describeConstant(constant: Constant): string {
  if (typeof constant === "number") return formatNumber(constant);
  if (typeof constant === "boolean") return String(constant);
  if (isList(constant)) {
    const shown = constant.slice(0, MOST_ITEMS).map(describeConstant);
    return `[${[...shown, ...(constant.length > MOST_ITEMS ? ["…"] : [])].join(", ")}]`;
  }
  switch (constant.kind) {
    case "string":
      return JSON.stringify(constant.value);
    case "word":
      return constant.value;
    case "range":
      return `${formatNumber(constant.from)}..${formatNumber(constant.to)}`;
  }
}

export function isList(constant: Constant): constant is readonly Constant[] {
  return Array.isArray(constant);
}

/** A number in at most 12 digits: the rest is rounding. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(12)));
}
