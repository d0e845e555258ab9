import { resultOf, type Family, type ValueId } from "../../ir/graph.ts";
import { slide } from "../../shape/window.ts";
import { mapFunctor } from "./affine-map.ts";
import { poolings, window, type Call, type Printed } from "./call.ts";
import { vector, type Context } from "./context.ts";
import { printChannels, printPositions, readsOf } from "./gather.ts";
import { float } from "./names.ts";
import { printWinograd, scratchOf } from "./winograd.ts";

type Printer<F extends Family> = (call: Call<F>) => Printed;

const sizes = (result: ValueId, c: Context): string => {
  const { height, width } = c.extent(result);
  return `${height}, ${width}`;
};

/** A tensor type that gives kernels the elements to walk, whether or not the value is stored. */
function elements(id: ValueId, c: Context): string {
  const { channels, height, width } = c.extent(id);
  return `Tensor<${height}, ${width}, ${channels}>`;
}

const memoryOfScale = (scale: ValueId | undefined, c: Context): string =>
  scale === undefined ? "NoScale{}" : c.memory(scale);

function printGather({
  c,
  index,
  core,
  inputs: [x],
  result,
  steps,
  rows,
  v,
}: Call<"resample"> | Call<"permute">): Printed {
  const [extent, { pixel, left, right }] = [c.extent(x!), c.image(x!)];
  const [channels, height, width] = readsOf(core, extent, [1, (left + extent.width + right) * pixel, pixel]);
  const axes = [
    printPositions("rows", height),
    printPositions("columns", width),
    printChannels("channels", channels, extent.channels, c.choice(index).lanes),
  ];
  const fill = float(core.family === "resample" ? core.fill : 0);
  return {
    head: `${v}, ${elements(result, c)}`,
    operands: [c.memory(x!), ...axes.map(({ text }) => text), fill, "n", rows, steps],
    tables: axes.flatMap(({ tables }) => tables),
  };
}

const printers: { readonly [F in Family]?: Printer<F> } = {
  map: ({ c, index, node, result, v, rows, steps }) =>
    c.choice(index).columns
      ? { head: v, operands: [c.memory(resultOf(node)), "n", rows, steps] }
      : { head: `${v}, ${elements(result, c)}`, operands: ["n", rows, steps] },
  affine_sample: ({ c, core, node, inputs: [x], result, steps, rows, v }) => {
    const { channels, height, width } = c.extent(result);
    const map = `${mapFunctor(node, core, c).make}(n)`;
    return {
      head: `${vector(c.plan.target.lanes[0]!)}, ${v}, Fill::${core.fill}, ${height}, ${width}, ${channels}`,
      operands: [c.memory(x!), map, "n", rows, steps],
    };
  },
  conv: (call) => {
    const {
      c,
      core,
      node,
      inputs: [x, w],
      result,
      steps,
      tail,
      rows,
      v,
      tile,
    } = call;
    if (c.choice(call.index).winograd) return printWinograd(call);
    const shape = `${v}, ${c.type(x!)}, ${window(core.window)}, ${c.extent(result).channels}`;
    if (call.loop === "blocks") {
      const operands = [c.memory(x!), c.memory(w!), "b, n0, n1", rows, steps];
      return { head: `${shape}, ${sizes(result, c)}, ${tile}`, operands, kernel: "conv_direct_block" };
    }
    const head = `${shape}, ${core.groups}, ${sizes(result, c)}, ${tile}`;
    const operands = [c.memory(x!), c.memory(w!), "n", rows, steps];
    if (!node.tail) return { head, operands };
    const { pooling, window: pooled } = node.tail.core;
    const keepsAll = node.body.some((step) => node.outputs.includes(step.value));
    const pool = `${poolings[pooling]}, ${window(pooled)}, ${sizes(resultOf(node), c)}${keepsAll ? ", true" : ""}`;
    const { index } = node.tail.core;
    return {
      head: `${head}, ${pool}`,
      operands: [...operands, tail, ...(index === undefined ? [] : [c.memory(index)])],
    };
  },
  conv_data_grad: (call) => {
    const {
      c,
      core,
      index,
      inputs: [dy],
      result,
      steps,
      rows,
      v,
      tile,
    } = call;
    if (c.choice(index).winograd) return printWinograd(call);
    return {
      head: `${v}, ${c.type(dy!)}, ${window(core.window)}, ${c.extent(result).channels}, ${core.groups}, ${sizes(result, c)}, ${tile}`,
      operands: [c.memory(dy!), c.derived(index), "n", rows, steps],
    };
  },
  conv_max_data_grad: ({ c, core, index, inputs: [dy, , at], result, steps, v, tile }) => {
    const { lanes, together } = c.choice(index).patches!;
    const shape = `${window(core.window)}, ${c.extent(result).channels}, ${sizes(result, c)}`;
    const { height, width } = slide(c.extent(result), core.window);
    return {
      head: `${v}, ${vector(lanes)}, ${c.type(dy!)}, ${shape}, ${height}, ${width}, ${window(core.pooled)}, ${together}, ${tile}`,
      operands: [c.memory(dy!), c.memory(at!), c.derived(index), "n", scratchOf(c), steps],
    };
  },
  dense: ({ c, inputs: [x, w], result, steps, v, tile, loop }) => {
    const { channels } = c.extent(result);
    const blocks = loop === "blocks" ? "b, b + 1" : `0, dense_blocks<${v}, ${channels}, ${tile}>`;
    return {
      head: `${v}, ${c.type(x!)}, ${channels}, ${tile}`,
      operands: [c.memory(x!), c.memory(w!), "n0, n1", blocks, steps],
    };
  },
  dense_data_grad: ({ c, inputs: [dy, w], result, steps, v, tile, loop }) => {
    const { lanes, vectors } = c.packing(w!);
    const x = elements(result, c);
    const blocks = loop === "blocks" ? "b, b + 1" : `0, dense_data_blocks<${v}, ${x}, ${tile}>`;
    return {
      head: `${v}, ${x}, ${vector(lanes)}, ${c.value(w!).type.shape[0]}, ${vectors}, ${tile}`,
      operands: [c.memory(dy!), c.memory(w!), "n0, n1", blocks, steps],
    };
  },
  pool: ({ c, core, inputs: [x], result, steps, rows, v }) => ({
    head: `${v}, ${c.type(x!)}, ${poolings[core.pooling]}, ${window(core.window)}, ${sizes(result, c)}`,
    operands: [c.memory(x!), core.index === undefined ? "NoIndex{}" : c.memory(core.index), "n", rows, steps],
  }),
  pool_grad: ({ c, core, inputs: [dy, at], result, steps, rows, v }) => ({
    head: `${v}, ${c.type(dy!)}, ${poolings[core.pooling]}, ${window(core.window)}, ${sizes(result, c)}`,
    operands: [c.memory(dy!), at === undefined ? "NoIndex{}" : c.memory(at), "n", rows, steps],
  }),
  concat: ({ c, inputs, steps, rows, v }) => ({
    head: v,
    operands: ["n", rows, steps, ...inputs.map((x) => c.memory(x))],
  }),
  resample: printGather,
  permute: printGather,
  embedding: ({ c, inputs: [tokens, w], result, steps, v }) => ({
    head: `${v}, ${elements(result, c)}`,
    operands: [c.memory(tokens!), c.memory(w!), "n", steps],
  }),
  group_norm: ({ c, core: { groups, eps, scale }, inputs: [x], steps, v }) => ({
    head: `${v}, ${groups}`,
    operands: [c.memory(x!), "n", float(eps), memoryOfScale(scale, c), steps],
  }),
  group_norm_grad: ({ c, core: { groups }, inputs: [y, dy, scale], steps, v }) => ({
    head: `${v}, ${groups}`,
    operands: [c.memory(y!), c.memory(dy!), c.memory(scale!), "n", steps],
  }),
  channel_norm: ({ c, core: { eps, scale }, inputs: [x], steps, rows, v }) => ({
    head: v,
    operands: [c.memory(x!), "n", rows, float(eps), memoryOfScale(scale, c), steps],
  }),
  channel_norm_grad: ({ c, inputs: [y, dy, scale], steps, rows, v }) => ({
    head: v,
    operands: [c.memory(y!), c.memory(dy!), c.memory(scale!), "n", rows, steps],
  }),
  channel_window: ({ c, core: { before, after }, inputs: [x], steps, rows, v }) => ({
    head: `${v}, ${before}, ${after}`,
    operands: [c.memory(x!), "n", rows, steps],
  }),
  softmax: ({ c, core, inputs: [x], steps, rows, v }) => ({
    head: `${v}, ${core.log}`,
    operands: [c.memory(x!), "n", rows, steps],
  }),
  softmax_grad: ({ c, core, inputs: [y, dy], steps, rows, v }) => ({
    head: `${v}, ${core.log}`,
    operands: [c.memory(y!), c.memory(dy!), "n", rows, steps],
  }),
  cross_entropy: ({ c, inputs: [x, target], result, v }) => ({
    head: v,
    operands: [c.memory(x!), c.memory(target!), "n", c.memory(result)],
  }),
  cross_entropy_grad: ({ c, inputs: [x, target, dloss], steps, rows, v }) => ({
    head: v,
    operands: [c.memory(x!), c.memory(target!), c.memory(dloss!), "n", rows, steps],
  }),
  class_hits: ({ c, inputs: [x, target], result, v }) => ({
    head: v,
    operands: [c.memory(x!), c.memory(target!), "n", c.memory(result)],
  }),
  sample_sum: ({ c, inputs: [x], result, v }) => ({ head: v, operands: [c.memory(x!), "n", c.memory(result)] }),
  reshape: ({ c, inputs: [x], result, steps, rows, v }) => ({
    head: `${v}, ${elements(result, c)}`,
    operands: [c.memory(x!), "n", rows, steps],
  }),
};

/** The call of a node's kernel, on two lines behind its tables; and whether it is for one sample `n` or for samples n0 to n1. */
export function printCall(call: Call): { readonly text: readonly string[]; readonly perSample: boolean } {
  const print = printers[call.core.family] as Printer<Family> | undefined;
  if (!print) throw new Error(`no call for ${call.core.family}`);
  const { head, operands, tables = [], kernel = call.c.choice(call.index).kernel } = print(call);
  return {
    text: [...tables, `${kernel}<${head}>(`, `    ${operands.join(", ")});`],
    perSample: operands.includes("n"),
  };
}
