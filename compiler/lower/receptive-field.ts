import type { CheckedModel } from "../check/program.ts";
import { lower } from "./lower.ts";
import { valuesOf } from "../ir/expression.ts";
import { valueOf, type Graph, type Node, type ValueId } from "../ir/graph.ts";
import { extentOf, type Extent } from "../shape/tensor-type.ts";
import { largestShare, span } from "../shape/window.ts";

/** How many rows and columns of the input one element of a value sees, and how far apart neighbours look. */
export interface Field {
  readonly rows: number;
  readonly columns: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** `all`: behind a dense layer every element sees everything. */
export type ReceptiveField = Field | "all";

const point: Field = { rows: 1, columns: 1, rowStep: 1, columnStep: 1 };

/** The receptive field of each layer's value, by the layer's name. Parameters see nothing of the input. */
export function receptiveFields(model: CheckedModel): ReadonlyMap<string, ReceptiveField> {
  const graph = lower(model, "infer");
  const fields = new Map<ValueId, ReceptiveField>(graph.inputs.map((id) => [id, point]));
  for (const node of graph.nodes) addNode(graph, node, fields);
  return fields;
}

function addNode(graph: Graph, node: Node, fields: Map<ValueId, ReceptiveField>): void {
  const [x] = node.inputs.map((id) => extentOf(valueOf(graph, id).type.shape));
  const core = through(node.core, x, widest(node.inputs, fields));
  const computed = new Map<ValueId, ReceptiveField | undefined>();
  for (const { value, expression } of node.body) {
    const used = valuesOf(expression).map((id) => computed.get(id) ?? fields.get(id));
    computed.set(value, larger([core, ...used]));
  }
  for (const output of node.outputs) {
    const field = computed.get(output) ?? core;
    if (field !== undefined) fields.set(output, field);
  }
}

function through(
  core: Node["core"],
  x: Extent | undefined,
  field: ReceptiveField | undefined,
): ReceptiveField | undefined {
  if (field === undefined || field === "all") return field;
  if (core.family === "dense") return "all";
  // Norms by the moments of a sample see all of it, but two numbers of a channel say nothing about where: they count as
  // pointwise, as usual.
  const sight = sightOf(core, x);
  if (sight === undefined) return field;
  const { spans, stride } = sight;
  return {
    rows: field.rows + (spans[0] - 1) * field.rowStep,
    columns: field.columns + (spans[1] - 1) * field.columnStep,
    rowStep: field.rowStep * stride[0],
    columnStep: field.columnStep * stride[1],
  };
}

/** How many pixels of its operand an element sees along each axis, and how far apart neighbours look. */
interface Sight {
  readonly spans: readonly [number, number];
  readonly stride: readonly [number, number];
}

function sightOf(core: Node["core"], x: Extent | undefined): Sight | undefined {
  if ("window" in core) {
    const { kernel, stride, dilation } = core.window;
    return { spans: [span(kernel[0], dilation[0]), span(kernel[1], dilation[1])], stride };
  }
  if (core.family !== "adaptive_pool" || x === undefined) return undefined;
  // Windows differ by a pixel, and so do their distances: the largest of each.
  const [rows, columns] = core.size;
  return {
    spans: [largestShare(rows, x.height), largestShare(columns, x.width)],
    stride: [Math.ceil(x.height / rows), Math.ceil(x.width / columns)],
  };
}

function widest(ids: Graph["inputs"], fields: ReadonlyMap<ValueId, ReceptiveField>): ReceptiveField | undefined {
  return larger(ids.map((id) => fields.get(id)));
}

function larger(fields: readonly (ReceptiveField | undefined)[]): ReceptiveField | undefined {
  const known = fields.filter((field) => field !== undefined);
  const [first] = known;
  if (first === undefined || known.includes("all")) return first && "all";
  return (known as Field[]).reduce((a, b) => ({
    rows: Math.max(a.rows, b.rows),
    columns: Math.max(a.columns, b.columns),
    rowStep: Math.max(a.rowStep, b.rowStep),
    columnStep: Math.max(a.columnStep, b.columnStep),
  }));
}
