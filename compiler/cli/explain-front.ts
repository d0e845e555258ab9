import { listTokens, parse } from "../../grammar/index.ts";
import type { Node, SourceFile } from "../../grammar/index.ts";
import type { CheckedModel, Layer } from "../check/program.ts";
import { formatType } from "../shape/tensor-type.ts";
import { columns } from "./columns.ts";

/** What stands before the first pass: text as tokens, as a tree, and as checked layers. `line` picks one source line. */
export const frontSteps = [
  { name: "tokens", summary: "the text, cut into words and signs" },
  { name: "tree", summary: "what is written, before anybody knows what a word means" },
  { name: "layers", summary: "operators, attributes, shapes, parameters: the checked model" },
] as const;

export function explainTokens(file: SourceFile, line: number | undefined): string[] {
  const tokens = listTokens(file).filter(({ start }) => line === undefined || file.position(start).line === line);
  return columns([["token", "text"], ...tokens.map(({ kind, text }) => [kind, text])], ["left", "left"]);
}

/** The tree with one line for each statement, link and section; what is inside them stands in parentheses. */
export function explainTree(file: SourceFile, line: number | undefined): string[] {
  const lines = outline(parse(file).ast, 0);
  return lines
    .filter(({ node }) => line === undefined || file.position(node.span.start).line === line)
    .map(({ text }) => text);
}

interface Line {
  readonly node: Node;
  readonly text: string;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "kind" in value && "span" in value;
}

/** The parts of a node by field, comments left out. */
function partsOf(node: Node): readonly (readonly [string, Node])[] {
  return Object.entries(node).flatMap(([field, value]) => {
    if (field === "comments" || field === "doc") return [];
    return (Array.isArray(value) ? value : [value]).filter(isNode).map((part) => [field, part] as const);
  });
}

function outline(node: Node, depth: number): Line[] {
  const parts = partsOf(node);
  const nests = ["File", "Model", "Block", "Train", "Budget"].includes(node.kind);
  const below = parts.filter(([, part]) =>
    nests ? part.kind !== "Identifier" : hasChain(part) || isLinkOf(node, part),
  );
  const inline = parts.filter((part) => !below.includes(part));
  const text = `${"  ".repeat(depth)}${[node.kind, ...inline.map(([, part]) => written(part))].join(" ")}${valueOf(node)}`;
  return [{ node, text }, ...below.flatMap(([, part]) => outline(part, depth + 1))];
}

function isLinkOf(node: Node, part: Node): boolean {
  return node.kind === "Chain" && part !== node.head;
}

function hasChain(node: Node): boolean {
  return node.kind === "Chain" || partsOf(node).some(([, part]) => hasChain(part));
}

/** `(Argument kernel = (Number 5))` */
function written(node: Node): string {
  if (node.kind === "Identifier") return node.name;
  const parts = partsOf(node).map(([, part]) => written(part));
  return `(${[node.kind, ...parts].join(" ")}${valueOf(node)})`;
}

/** What a leaf holds. */
function valueOf(node: Node): string {
  if (node.kind === "Number") return ` ${node.text}`;
  if (node.kind === "String") return ` ${JSON.stringify(node.value)}`;
  if (node.kind === "Boolean" || node.kind === "Version") return ` ${node.value}`;
  return node.kind === "Name" ? ` ${node.name}` : "";
}

export function explainLayers({ layers }: CheckedModel, line: number | undefined): string[] {
  const chosen = layers.filter(({ span }) => line === undefined || span.file.position(span.start).line === line);
  return chosen.flatMap(describeLayer);
}

function describeLayer({ name, operator, attributes, operands, type, parameters }: Layer): string[] {
  const list = Object.entries(attributes).map(([attribute, value]) => {
    return `${attribute}=${operator.attributes[attribute]?.written?.(value) ?? JSON.stringify(value)}`;
  });
  return [
    `${name}: ${formatType(type)} = ${operator.name}(${[...operands, ...list].join(", ")})`,
    ...parameters.map(
      ({ name: parameter, spec, initializer }) =>
        `  ${parameter}: f32[${spec.shape.join(", ")}], ${Object.values(initializer).join(" ")}`,
    ),
  ];
}
