import { Builder } from "../ir/builder.ts";
import { e, mapLeaves, valuesOf, type Expression } from "../ir/expression.ts";
import { familyOf } from "../ir/families/index.ts";
import { resultOf, valueOf, type Core, type Graph, type Node, type Step, type ValueId } from "../ir/graph.ts";
import { extentOf, sameShape, type Shape } from "../shape/tensor-type.ts";
import { withoutDead } from "./rewrite.ts";

/**
 * Reverse-mode differentiation: walks the nodes backwards and, for each, adds nodes that turn the gradient of its
 * result into gradients of its operands — the step's own gradient expressions, then the family's adjoint.
 * Gradients of the loss start from 1/N per sample, those of outputs from targets named `seed.OUTPUT`. `step` ends in
 * the optimiser; `gradient` also hands out the gradients of f32 inputs. `measure` has no gradients, only means of results.
 */
export function differentiate(graph: Graph): Graph {
  if (graph.program === "infer") return graph;
  const b = Builder.of(graph);
  if (graph.program === "measure") {
    const ends = { objective: graph.objective, gradients: [], watched: [], results: means(graph, b) };
    return withoutDead(withoutGradients(b.graph(graph.program, graph.model, ends)));
  }
  const gradients = new Gradients(b);
  seed(graph, b, gradients);
  const wanted = wantedValues(graph);
  for (const node of [...graph.nodes].reverse()) backward(node, b, gradients, wanted);

  const parameterGradients = graph.parameters.map((id) => totalOf(id, graph, b, gradients));
  const inputGradients = graph.inputs.flatMap((id) => {
    const value = graph.program === "gradient" ? gradients.of(id) : undefined;
    return value === undefined ? [] : [{ name: `${id}.gradient`, value }];
  });
  const results = [...(graph.objective === "loss" ? means(graph, b) : []), ...inputGradients];
  const watched = graph.watched.map(({ layer, value }) => ({ layer, value: watch(graph, b, layer, value) }));
  if (graph.optimizer) b.push(update(graph, parameterGradients));
  const done = b.graph(graph.program, graph.model, {
    objective: graph.objective,
    gradients: parameterGradients,
    watched,
    results,
  });
  const { optimizer, memory } = graph;
  return withoutDead(withoutGradients({ ...done, ...(optimizer && { optimizer }), ...(memory && { memory }) }));
}

/** A parameter's gradient: of its only use, or the sum of what its uses add to it. */
function totalOf(id: ValueId, graph: Graph, b: Builder, gradients: Gradients): ValueId {
  const parts = gradients.partsOf(id);
  if (parts.length === 0) throw new Error(`no gradient reaches the parameter ${id}`);
  if (parts.length === 1) return parts[0]!;
  const { origin } = graph.nodes.find(({ inputs }) => inputs.includes(id))!;
  b.at(id, { ...origin, text: `gradient of all uses of ${id}` });
  return b.node({ family: "gradient_total" }, parts, { gradientOf: id });
}

/** The gradients collected so far; where a value is read several times they are added up. */
class Gradients {
  readonly #parts = new Map<ValueId, ValueId[]>();
  readonly #b: Builder;

  constructor(b: Builder) {
    this.#b = b;
  }

  add(id: ValueId, gradient: ValueId): void {
    this.#parts.set(id, [...(this.#parts.get(id) ?? []), gradient]);
  }

  partsOf(id: ValueId): readonly ValueId[] {
    return this.#parts.get(id) ?? [];
  }

  /** Complete once every reader of the value has been walked. */
  of(id: ValueId): ValueId | undefined {
    const parts = this.partsOf(id);
    if (parts.length < 2) return parts[0];
    const sum = parts.map(e.value).reduce((a, x) => e.add(a, x));
    const total = this.#b.map(sum, undefined, { gradientOf: id });
    this.#parts.set(id, [total]);
    return total;
  }
}

function seed(graph: Graph, b: Builder, gradients: Gradients): void {
  const at = (id: ValueId, layer: string): Builder => {
    const { origin } = graph.nodes.find((node) => node.outputs.includes(id))!;
    return b.at(layer, { ...origin, text: `gradient of ${origin.text}` });
  };
  if (graph.objective === "outputs") {
    for (const { name, value } of graph.results) {
      const { shape } = b.typeOf(value);
      const given = b.leaf(`seed.${name}`, "target", { dtype: "f32", shape });
      gradients.add(value, at(value, given).map(e.value(given), undefined, { part: "staged" }));
    }
    return;
  }
  const loss = graph.results.find((result) => result.name === "loss")!.value;
  gradients.add(loss, at(loss, loss).perSample(e.scalar("inverse_batch"), "gradient"));
}

/** Values on a path from a parameter (or an f32 input, for `gradient`) to the end: only they need gradients. */
function wantedValues(graph: Graph): ReadonlySet<ValueId> {
  const inputs = graph.inputs.filter((id) => valueOf(graph, id).type.dtype === "f32");
  const wanted = new Set<ValueId>([...graph.parameters, ...(graph.program === "gradient" ? inputs : [])]);
  for (const node of graph.nodes) {
    const read = [...node.inputs, ...node.body.flatMap((step) => valuesOf(step.expression))];
    if (read.some((id) => wanted.has(id))) node.outputs.forEach((id) => wanted.add(id));
  }
  return wanted;
}

function backward(node: Node, b: Builder, gradients: Gradients, wanted: ReadonlySet<ValueId>): void {
  const result = resultOf(node);
  if (!wanted.has(result)) return;
  b.at(result, { ...node.origin, text: `gradient of ${node.origin.text}` });
  const gradient = gradients.of(result);
  if (gradient === undefined) return;
  const step = node.body[0]!;
  for (const [id, expression] of Object.entries(step.gradients ?? {}))
    if (wanted.has(id)) gradients.add(id, backwardStep(b, step, id, expression, gradient));
  const { adjoint } = familyOf(node.core);
  if (!adjoint) return;
  const wants = (i: number): boolean => wanted.has(node.inputs[i]!);
  adjoint({ b, core: node.core, inputs: node.inputs, result, gradient, wants }).forEach((id, i) => {
    if (id !== undefined && wants(i)) gradients.add(node.inputs[i]!, id);
  });
}

/** The gradient of one operand of a pointwise step; summed over all elements that read the same number of it. */
function backwardStep(b: Builder, step: Step, id: ValueId, expression: Expression, gradient: ValueId): ValueId {
  const [operand, { shape }] = [b.valueOf(id), b.typeOf(step.value)];
  const arrives = mapGradient(expression, gradient);
  const everywhere = arrives.op === "value" ? arrives.id : undefined;
  if (operand.batched && sameShape(operand.type.shape, shape))
    return everywhere ?? b.map(arrives, undefined, { gradientOf: id });
  const full = everywhere ?? b.map(arrives, undefined, { part: "part", result: b.typeOf(step.value) });
  const sum = !operand.batched ? channelSum : operand.type.shape.length === 0 ? sampleSum : sumOverPositions(shape);
  return b.node(sum, [full], { gradientOf: id });
}

const channelSum: Core = { family: "channel_sum" };
const sampleSum: Core = { family: "sample_sum" };

/** Of each channel of a sample: one window over all rows and columns. */
function sumOverPositions(shape: Shape): Core {
  const { height, width } = extentOf(shape);
  const window = { kernel: [height, width], stride: [height, width], dilation: [1, 1], pad: [0, 0, 0, 0] } as const;
  return { family: "pool", pooling: "sum", window };
}

function mapGradient(expression: Expression, gradient: ValueId): Expression {
  return mapLeaves(expression, (leaf) => (leaf.op === "gradient" ? e.value(gradient) : leaf));
}

function means(graph: Graph, b: Builder): { name: string; value: ValueId }[] {
  return graph.results.map(({ name, value }) => {
    b.at(name, graph.optimizer?.origin ?? b.origin);
    return { name, value: b.node({ family: "batch_mean" }, [value], { part: "mean" }) };
  });
}

/** Which units of a rectified layer fire. */
function watch(graph: Graph, b: Builder, layer: string, value: ValueId): ValueId {
  const { origin } = graph.nodes.find((node) => node.outputs.includes(value))!;
  return b
    .at(layer, { ...origin, text: `units of ${origin.text}` })
    .node({ family: "activity" }, [value], { part: "units" });
}

function update(graph: Graph, gradients: readonly ValueId[]): Node {
  const { steps, origin, ...core } = graph.optimizer!;
  return { core: { family: "update", ...core }, inputs: gradients, body: steps, outputs: [], origin };
}

function withoutGradients(graph: Graph): Graph {
  const strip = ({ value, expression }: Step): Step => ({ value, expression });
  const nodes = graph.nodes.map((node) => ({ ...node, body: node.body.map(strip) }));
  return { ...graph, nodes };
}
