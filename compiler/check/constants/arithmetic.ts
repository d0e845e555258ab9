import { arithmeticWords, callInstead, textOf } from "../../../grammar/index.ts";
import type { Binary, BinaryOperator, DiagnosticExtras, Unary } from "../../../grammar/index.ts";
import type { Constant } from "../../opkit/attributes.ts";
import type { Context } from "../context.ts";
import { constantOf, unknown } from "../values.ts";
import type { Evaluated } from "../values.ts";
import { describeConstant, isList } from "./describe.ts";

export function evaluateUnary(node: Unary, c: Context): Evaluated {
  const operand = c.evaluate(node.operand);
  if (operand.kind === "unknown") return unknown;
  if (operand.kind !== "constant") {
    c.reporter.add("CNN311", node.span, { operator: node.operator });
    return unknown;
  }
  const { value } = operand;
  if (node.operator === "-" && typeof value === "number") return constantOf(value === 0 ? 0 : -value);
  if (node.operator === "not" && typeof value === "boolean") return constantOf(!value);
  return mismatch(node, node.operator === "-" ? "a number" : "true or false", value, c);
}

export function evaluateBinary(node: Binary, c: Context): Evaluated {
  const [left, right] = [c.evaluate(node.left), c.evaluate(node.right)];
  if (left.kind === "unknown" || right.kind === "unknown") return unknown;
  if (left.kind !== "constant" || right.kind !== "constant") return onTensors(node, left, right, c);
  return apply(node, left.value, right.value, c);
}

function apply(node: Binary, left: Constant, right: Constant, c: Context): Evaluated {
  const { operator } = node;
  if (operator === "and" || operator === "or") {
    if (typeof left !== "boolean") return mismatch(node, "true or false", left, c);
    if (typeof right !== "boolean") return mismatch(node, "true or false", right, c);
    return constantOf(operator === "and" ? left && right : left || right);
  }
  if (operator === "==" || operator === "!=") {
    if (kindOf(left) !== kindOf(right)) return mismatch(node, `two of one kind (here ${kindOf(left)})`, right, c);
    c.evaluation.spend(workOf(left), node.span, c.reporter);
    return constantOf(equal(left, right) === (operator === "=="));
  }
  if (typeof left !== "number") return mismatch(node, "numbers", left, c);
  if (typeof right !== "number") return mismatch(node, "numbers", right, c);
  const value = numeric[operator](left, right);
  if (typeof value === "boolean" || Number.isFinite(value)) return constantOf(value);
  c.reporter.add("CNN314", node.span, { expression: oneLine(textOf(node.span)) });
  return unknown;
}

type NumericOperator = Exclude<BinaryOperator, "and" | "or" | "==" | "!=">;

/** `/` is exact; where a size must be whole, a fraction is an error at its use. `%` has the sign of the right side. */
const numeric: Readonly<Record<NumericOperator, (a: number, b: number) => number | boolean>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a - b * Math.floor(a / b),
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

/** How long a comparison may take, in steps of evaluation. */
function workOf(constant: Constant): number {
  if (isList(constant)) return constant.reduce<number>((sum, item) => sum + workOf(item), 1);
  return typeof constant === "object" && constant.kind === "string" ? 1 + constant.value.length / 1000 : 1;
}

function equal(left: Constant, right: Constant): boolean {
  if (isList(left) || isList(right)) {
    if (!isList(left) || !isList(right) || left.length !== right.length) return false;
    return left.every((item, i) => equal(item, right[i]!));
  }
  if (typeof left === "object" && typeof right === "object") {
    if (left.kind === "range") return right.kind === "range" && left.from === right.from && left.to === right.to;
    return left.kind === right.kind && left.value === right.value;
  }
  return left === right;
}

function kindOf(constant: Constant): string {
  if (typeof constant === "object" && !isList(constant)) return constant.kind;
  return isList(constant) ? "list" : typeof constant;
}

function mismatch(node: Unary | Binary, expected: string, found: Constant, c: Context): Evaluated {
  c.reporter.add("CNN313", node.span, { operator: node.operator, expected, found: describeConstant(found) });
  return unknown;
}

function onTensors(node: Binary, left: Evaluated, right: Evaluated, c: Context): Evaluated {
  const isScaled = left.kind === "constant" || right.kind === "constant";
  c.reporter.add("CNN311", node.span, { operator: node.operator }, isScaled ? scalingHelp(node) : callInstead(node));
  return unknown;
}

function scalingHelp({ operator }: Binary): DiagnosticExtras {
  if (!(operator in arithmeticWords)) return {};
  const help = "an input is scaled and shifted by `normalize`; behind a layer its weights take up any such number";
  return { help };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
