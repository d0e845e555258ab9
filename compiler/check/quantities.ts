import { findUnit } from "../../grammar/index.ts";
import type { Expression, NumberLiteral, Span } from "../../grammar/index.ts";

const measures = { bytes: "an amount of memory", time: "a time", angle: "an angle", frequency: "a frequency" } as const;

export interface Quantity {
  readonly span: Span;
  readonly text: string;
  readonly unit: string;
  readonly measure: string;
}

/** The first number in an expression whose unit is more than a count, and measures something else than the one that is `wanted`. */
export function quantityIn(node: Expression, wanted?: string): Quantity | undefined {
  const within = (part: Expression): Quantity | undefined => quantityIn(part, wanted);
  switch (node.kind) {
    case "Number": {
      const unit = node.unit === undefined ? undefined : findUnit(node.unit);
      if (unit === undefined || unit.measures === "count") return undefined;
      if (wanted !== undefined && findUnit(wanted)?.measures === unit.measures) return undefined;
      return { span: node.span, text: node.text, unit: unit.name, measure: measures[unit.measures] };
    }
    case "List":
      return node.items.map(within).find((found) => found !== undefined);
    case "Paren":
      return within(node.value);
    case "Unary":
      return within(node.operand);
    case "Binary":
      return within(node.left) ?? within(node.right);
    case "Range":
      return within(node.from) ?? within(node.to);
    case "Chain":
    case "Call":
    case "If":
    case "String":
    case "Boolean":
    case "Name":
    case "Attribute":
      return undefined;
  }
}

/** The numbers of a quantity that lack their unit; beside a factor that has it a number needs none. */
export function withoutUnit(node: Expression): readonly NumberLiteral[] {
  switch (node.kind) {
    case "Number":
      return node.unit === undefined || findUnit(node.unit)?.measures === "count" ? [node] : [];
    case "Paren":
      return withoutUnit(node.value);
    case "Unary":
      return withoutUnit(node.operand);
    case "Range":
      return [...withoutUnit(node.from), ...withoutUnit(node.to)];
    case "Binary": {
      const isProduct = node.operator === "*" || node.operator === "/";
      if (isProduct) return quantityIn(node) === undefined ? withoutUnit(node.left) : [];
      return [...withoutUnit(node.left), ...withoutUnit(node.right)];
    }
    case "List":
    case "Chain":
    case "Call":
    case "If":
    case "String":
    case "Boolean":
    case "Name":
    case "Attribute":
      return [];
  }
}
