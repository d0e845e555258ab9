import { isAffineField } from "./affine-map.ts";
import { isBinary, isUnary, type Expression } from "./expression.ts";
import { extraResults, valueOf, type Graph, type Node, type Step, type ValueId } from "./graph.ts";

/**
 * The text form of a graph; `parse.ts` reads it back.
 *
 *     node conv {"window":…,"groups":1} (logits.normalize1, logits.conv1.weight)
 *       let logits.conv1: f32[6,28,28] = (add core logits.conv1.bias)
 *       store logits.tanh1: f32[6,28,28] = (tanh logits.conv1)
 */
export function print(graph: Graph): string {
  const typeOf = (id: ValueId): string => {
    const { type, batched } = valueOf(graph, id);
    const range = type.below === undefined ? "" : ` in ${type.below}`;
    return `${type.dtype}[${type.shape.join(",")}]${range}${batched ? "" : " once"}`;
  };
  const leaves = (["input", "target", "parameter", "buffer"] as const).flatMap((role) =>
    graph[`${role}s`].map((id) => `${role} ${id}: ${typeOf(id)}`),
  );
  const constants = graph.constants.map(
    (id) => `constant ${id}: ${typeOf(id)} = ${printExpression(valueOf(graph, id).elements!)}`,
  );
  const results = graph.results.map(({ name, value }) => `result ${name} = ${value}`);
  const gradients = graph.gradients.map((id) => `gradient ${id}`);
  const watched = graph.watched.map(({ layer, value }) => `watch ${layer} = ${value}`);
  return [
    `program ${graph.program} ${graph.model} ${graph.objective}`,
    ...leaves,
    ...constants,
    ...graph.nodes.flatMap((node) => ["", ...printNode(node, typeOf)]),
    "",
    ...gradients,
    ...watched,
    ...results,
    "",
  ].join("\n");
}

function printNode(node: Node, typeOf: (id: ValueId) => string): string[] {
  const { core, inputs, body, tail, outputs, origin } = node;
  const step = ({ value, expression, gradients = {} }: Step): string[] => {
    const type = core.family === "update" ? "" : `: ${typeOf(value)}`;
    return [
      `  ${outputs.includes(value) ? "store" : "let"} ${value}${type} = ${printExpression(expression)}`,
      ...Object.entries(gradients).map(([id, gradient]) => `    gradient ${id} = ${printExpression(gradient)}`),
    ];
  };
  const extras = [core, tail?.core]
    .flatMap((c) => (c ? extraResults(c) : []))
    .map((id) => `  ${outputs.includes(id) ? "store" : "let"} ${id}: ${typeOf(id)} = extra`);
  const behind = tail ? [`  then ${printCore(tail.core)}`, ...tail.body.flatMap(step)] : [];
  return [
    `# ${origin.file}:${origin.line}: ${origin.text}`,
    `node ${printCore(core)} (${inputs.join(", ")})`,
    ...body.flatMap(step),
    ...behind,
    ...extras,
  ];
}

function printCore({ family, ...attributes }: Node["core"]): string {
  if (Object.keys(attributes).length === 0) return family;
  const text = JSON.stringify(attributes, (key, value: unknown) =>
    isAffineField(key) ? printExpression(value as Expression) : value,
  );
  return `${family} ${text}`;
}

/** As a symbolic expression: `(add core logits.conv1.bias)`. */
export function printExpression(x: Expression): string {
  if (isUnary(x)) return `(${x.op} ${printExpression(x.x)})`;
  if (isBinary(x)) return `(${x.op} ${printExpression(x.a)} ${printExpression(x.b)})`;
  switch (x.op) {
    case "value":
      return x.id;
    case "core":
    case "gradient":
      return x.op;
    case "constant":
      return String(x.value);
    case "table":
      return `(table ${x.values.join(" ")})`;
    case "one_hot":
      return `(one_hot ${x.id})`;
    case "index":
      return `(index ${x.axis})`;
    case "random":
      return `(random ${x.stream})`;
    case "scalar":
      return `(scalar ${x.name})`;
    case "where_greater":
      return `(where_greater ${[x.a, x.b, x.then, x.otherwise].map(printExpression).join(" ")})`;
  }
}
