import type { CheckedModel } from "../check/program.ts";
import { lower } from "./lower.ts";
import { valuesOf } from "../ir/expression.ts";
import { tapsOf, type AxisMap } from "../ir/axis-map.ts";
import { resultSizes, type Reordering } from "../ir/factors.ts";
import { valueOf, type Graph, type Node, type ValueId } from "../ir/graph.ts";
import { extentOf, type Extent } from "../shape/tensor-type.ts";
import { span } from "../shape/window.ts";

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
  return new Map([...fields].map(([id, field]) => [id, field === "all" ? field : inWhole(field)]));
}

/** A part of a pixel, between results that lie closer than pixels, is a pixel. */
function inWhole(field: Field): Field {
  return { ...field, rows: Math.ceil(field.rows), columns: Math.ceil(field.columns) };
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
  const { spans, stride, turned } = sight;
  const { rows, columns, rowStep, columnStep } = turned ? exchanged(field) : field;
  return {
    rows: rows + (spans[0] - 1) * rowStep,
    columns: columns + (spans[1] - 1) * columnStep,
    rowStep: rowStep * stride[0],
    columnStep: columnStep * stride[1],
  };
}

/** How many pixels of its operand an element sees along each axis, and how far apart neighbours look. */
interface Sight {
  readonly spans: readonly [number, number];
  readonly stride: readonly [number, number];
  /** Rows of the result are columns of the operand. */
  readonly turned?: boolean;
}

const exchanged = ({ rows, columns, rowStep, columnStep }: Field): Field => ({
  rows: columns,
  columns: rows,
  rowStep: columnStep,
  columnStep: rowStep,
});

function sightOf(core: Node["core"], x: Extent | undefined): Sight | undefined {
  if ("window" in core) {
    const { kernel, stride, dilation } = core.window;
    const spans = [span(kernel[0], dilation[0]), span(kernel[1], dilation[1])] as const;
    if (core.family !== "conv_data_grad") return { spans, stride };
    // The other way round: as many pixels as windows `stride` apart meet in one place.
    const meeting = (axis: 0 | 1): number => Math.ceil(spans[axis] / stride[axis]);
    return { spans: [meeting(0), meeting(1)], stride: [1 / stride[0], 1 / stride[1]] };
  }
  if (x === undefined) return undefined;
  if (core.family === "permute") return sightOfOrder(core, x);
  if (core.family !== "resample") return undefined;
  const [rows, columns] = [
    sightAlong(core.axes[1], x.height, core.size[1]),
    sightAlong(core.axes[2], x.width, core.size[2]),
  ];
  return { spans: [rows.span, columns.span], stride: [rows.stride, columns.stride] };
}

/** Positions may differ by a pixel, and so do their distances: the largest of each. */
function sightAlong(axis: AxisMap, n: number, m: number): { readonly span: number; readonly stride: number } {
  if (axis.map === "line") return { span: 1, stride: axis.step };
  const reaches = tapsOf(axis, n, m).map((taps) => taps.at(-1)!.at - taps[0]!.at + 1);
  return { span: reaches.reduce((a, reach) => Math.max(a, reach)), stride: n < m ? n / m : Math.ceil(n / m) };
}

function sightOfOrder(core: Reordering, { height, width }: Extent): Sight {
  const first = core.factors[0].length;
  const ofHeight = (i: number): boolean => i >= first && i < first + core.factors[1].length;
  const turned = core.order[2].some(ofHeight);
  const [rows, columns] = turned ? [width, height] : [height, width];
  const [, p, q] = resultSizes(core);
  // Where channels alone become an axis, as frequencies do, all along it see the same.
  const along = (axis: 1 | 2, size: number, result: number): number =>
    core.order[axis].length > 0 && core.order[axis].every((i) => i < first) ? 0 : size / result;
  return { spans: [1, 1], stride: [along(1, rows, p), along(2, columns, q)], turned };
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
