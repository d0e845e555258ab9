import { resultOf, type CoreOf, type Family, type Node, type ValueId } from "../../ir/graph.ts";
import type { Tile } from "../../ir/plan.ts";
import type { Window } from "../../shape/window.ts";
import { vector, type Context } from "./context.ts";

/** What a call is printed from: the node, its functors, and the rows that the unit covers. */
export interface Call<F extends Family = Family> {
  readonly c: Context;
  readonly index: number;
  readonly node: Node;
  readonly core: CoreOf<F>;
  readonly inputs: readonly ValueId[];
  /** The value the kernel itself computes, before pointwise steps. */
  readonly result: ValueId;
  readonly steps: string;
  readonly tail: string;
  /** `0, 28` or `h0, h1` */
  readonly rows: string;
  readonly v: string;
  readonly tile: string;
  /** Blocks of outputs that a unit of a dense layer covers; absent: all. */
  readonly blocks?: string;
}

export const window = ({ kernel: [kh, kw], stride: [sh, sw], pad: [ph, pw], dilation: [dh, dw] }: Window): string =>
  `Window{${[kh, kw, sh, sw, ph, pw, dh, dw].join(", ")}}`;
export const tile = ({ pixels, vectors }: Tile = { pixels: 1, vectors: 1 }): string => `Tile{${pixels}, ${vectors}}`;

const poolings = { max: "Pooling::max", average: "Pooling::average", average_with_pad: "Pooling::average_with_pad" } as const;

type Printer<F extends Family> = (call: Call<F>) => string;

/** One call per sample: `n` is in scope. */
const perSample: { readonly [F in Family]?: Printer<F> } = {
  map: ({ c, result, v, rows, steps }) => `map<${v}, ${elements(result, c)}>(n, ${rows}, ${steps})`,
  conv: ({ c, core, node, inputs: [x, w], result, steps, tail, rows, v, tile, index }) => {
    const { channels, height, width } = c.extent(result);
    const sizes = `${channels}, ${core.groups}, ${height}, ${width}, ${tile}`;
    const head = `${v}, ${c.type(x!)}, ${window(core.window)}, ${sizes}`;
    const operands = `${c.memory(x!)}, ${c.memory(w!)}, n, ${rows}, ${steps}`;
    const kernel = c.choice(index).kernel;
    if (!node.tail) return `${kernel}<${head}>(${operands})`;
    const pooled = c.extent(resultOf(node));
    const pool = `${poolings[node.tail.core.pooling]}, ${window(node.tail.core.window)}, ${pooled.height}, ${pooled.width}`;
    const keepsAll = node.body.some((step) => node.outputs.includes(step.value));
    return `conv_pool<${head}, ${pool}${keepsAll ? ", true" : ""}>(${operands}, ${tail})`;
  },
  conv_data_grad: ({ c, core, inputs: [dy], result, steps, rows, v, tile, index }) => {
    const { channels, height, width } = c.extent(result);
    const sizes = `${channels}, ${core.groups}, ${height}, ${width}, ${tile}`;
    return `${c.choice(index).kernel}<${v}, ${c.type(dy!)}, ${window(core.window)}, ${sizes}>(${c.memory(dy!)}, ${derived(index, c)}, n, ${rows}, ${steps})`;
  },
  pool: ({ c, core, inputs: [x], result, steps, rows, v }) => {
    const { height, width } = c.extent(result);
    const head = `${v}, ${c.type(x!)}, ${poolings[core.pooling]}, ${window(core.window)}, ${height}, ${width}`;
    return core.index === undefined
      ? `pool<${head}>(${c.memory(x!)}, n, ${rows}, ${steps})`
      : `pool_with_index<${head}>(${c.memory(x!)}, ${c.memory(core.index)}, n, ${rows}, ${steps})`;
  },
  pool_grad: ({ c, core, inputs: [dy, at], result, steps, rows, v }) => {
    const { height, width } = c.extent(result);
    const head = `${v}, ${c.type(dy!)}, ${poolings[core.pooling]}, ${window(core.window)}, ${height}, ${width}`;
    return `pool_grad<${head}>(${c.memory(dy!)}, ${at === undefined ? "nullptr" : c.memory(at)}, n, ${rows}, ${steps})`;
  },
  softmax: ({ c, core, inputs: [x], steps, rows, v }) => `softmax<${v}, ${core.log}>(${c.memory(x!)}, n, ${rows}, ${steps})`,
  softmax_grad: ({ c, core, inputs: [y, dy], steps, rows, v }) =>
    `softmax_grad<${v}, ${core.log}>(${c.memory(y!)}, ${c.memory(dy!)}, n, ${rows}, ${steps})`,
  cross_entropy: ({ c, inputs: [x, target], result, v }) => `cross_entropy<${v}>(${c.memory(x!)}, ${c.memory(target!)}, n, ${c.memory(result)})`,
  cross_entropy_grad: ({ c, inputs: [x, target, dloss], steps, rows, v }) =>
    `cross_entropy_grad<${v}>(${c.memory(x!)}, ${c.memory(target!)}, ${c.memory(dloss!)}, n, ${rows}, ${steps})`,
  class_hits: ({ c, inputs: [x, target], result, v }) => `class_hits<${v}>(${c.memory(x!)}, ${c.memory(target!)}, n, ${c.memory(result)})`,
  reshape: ({ c, inputs: [x], result, steps, rows, v }) => `reshape<${v}, ${elements(result, c)}>(${c.memory(x!)}, n, ${rows}, ${steps})`,
};

/** One call for several samples: `n0`, `n1` are in scope. */
const severalSamples: { readonly [F in Family]?: Printer<F> } = {
  dense: ({ c, inputs: [x, w], result, steps, v, tile, blocks }) => {
    const { channels } = c.extent(result);
    const covered = blocks ?? `0, dense_blocks<${v}, ${channels}, ${tile}>`;
    return `dense<${v}, ${c.type(x!)}, ${channels}, ${tile}>(${c.memory(x!)}, ${c.memory(w!)}, n0, n1, ${covered}, ${steps})`;
  },
  dense_data_grad: ({ c, inputs: [dy, w], result, steps, v, tile, index }) => {
    const outputs = c.value(w!).type.shape[0]!;
    return `dense_data<${v}, ${elements(result, c)}, ${outputs}, ${tile}>(${c.memory(dy!)}, ${derived(index, c)}, n0, n1, ${steps})`;
  },
};

/** The call for a node in a stage by samples or bands, as the body of its loop. */
export function printCall(call: Call): { readonly text: string; readonly loop: boolean } {
  const { family } = call.core;
  const several = severalSamples[family] as Printer<Family> | undefined;
  if (several) return { text: several(call), loop: false };
  const one = perSample[family] as Printer<Family> | undefined;
  if (!one) throw new Error(`no call for ${family}`);
  return { text: one(call), loop: true };
}

/** A tensor type that gives kernels the elements to walk, whether or not the value is stored. */
function elements(id: ValueId, c: Context): string {
  const { channels, height, width } = c.extent(id);
  return `Tensor<${height}, ${width}, ${channels}>`;
}

const derived = (index: number, c: Context): string => `memory.at(${c.plan.arena.derived.get(index)})`;

/** A weight gradient's kernel for one unit: what runs, how many tiles there are, where they go. */
export function weightGradient(c: Context, index: number): { readonly units: string; readonly call: (samples: string, unit: string, to: string) => string } {
  const { core, inputs } = c.node(index);
  const { kernel, lanes, tile: t } = c.choice(index);
  const v = vector(lanes);
  const [x, dy] = inputs as [ValueId, ValueId];
  if (core.family === "channel_sum")
    return { units: "1", call: (samples, _, to) => `channel_sum<${v}>(${c.memory(x)}, ${samples}, ${to})` };
  const outputs = c.extent(dy).channels;
  if (core.family === "dense_weight_grad") {
    const head = `${v}, ${c.type(x)}, ${outputs}, ${tile(t)}`;
    return { units: `dense_weights_units<${head}>()`, call: (_, unit, to) => `dense_weights<${head}>(${c.memory(x)}, ${c.memory(dy)}, call.batch, ${unit}, ${to})` };
  }
  if (core.family !== "conv_weight_grad") throw new Error(`${core.family} has no weight gradient`);
  const head = `${v}, ${c.type(x)}, ${c.type(dy)}, ${window(core.window)}, ${outputs}, ${core.groups}, ${tile(t)}`;
  return {
    units: `${kernel}_units<${head}>()`,
    call: (samples, unit, to) => `${kernel}<${head}>(${c.memory(x)}, ${c.memory(dy)}, ${samples}, ${unit}, ${to})`,
  };
}

/** The transposed copy of weights that a data gradient reads. */
export function deriveCall(c: Context, index: number): string {
  const node = c.node(index);
  const parameter = node.inputs[1]!;
  const packing = c.packing(parameter);
  const { lanes, tile: t } = c.choice(index);
  const [k = 1, ...rest] = c.value(parameter).type.shape;
  const operands = `(${c.memory(parameter)}, ${derived(index, c)})`;
  if (packing.form === "dense") {
    const [channels, height, width] = packing.operand;
    const from = tile({ pixels: 1, vectors: packing.vectors });
    return `transpose_dense<${packing.lanes}, ${from}, ${lanes}, ${tile(t)}, ${k}, ${channels}, ${height}, ${width}>${operands}`;
  }
  const [perGroup, kh, kw] = rest;
  const sizes = `${k}, ${perGroup}, ${kh}, ${kw}, ${packing.groups}`;
  if (packing.form === "conv_grouped") return `transpose_grouped<${packing.lanes}, ${lanes}, ${sizes}>${operands}`;
  return `transpose_conv<${packing.lanes}, ${tile({ pixels: 1, vectors: packing.vectors })}, ${lanes}, ${tile(t)}, ${sizes}>${operands}`;
}

