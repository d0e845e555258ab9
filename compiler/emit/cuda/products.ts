import { resultOf, type ValueId } from "../../ir/graph.ts";
import { parameterOf } from "../../ir/parameters.ts";
import { window } from "../cpp/call.ts";
import type { Context } from "../cpp/context.ts";
import { printLaunch, type Launch, type Launching, type Printers } from "./launches.ts";

/** Convolutions, dense layers and their gradients. */
export const productPrinters: Printers = {
  conv: ({ core, inputs: [x], result, ...launching }) => {
    const { c } = launching;
    const { channels, height, width } = c.extent(result);
    const shape = [window(core.window), channels, core.groups, height, width];
    return [batchLaunch(launching, x!, shape)];
  },
  conv_data_grad: ({ core, inputs: [dy], result, ...launching }) => {
    const { c } = launching;
    const { channels, height, width } = c.extent(result);
    const shape = [window(core.window), channels, core.groups, height, width];
    return [batchLaunch(launching, dy!, shape)];
  },
  conv_weight_grad: ({ c, index, node, core, inputs: [x, dy] }) => {
    const { kernel, parts = 1 } = c.choice(index);
    const { offset, stride } = c.plan.arena.partials.get(index) ?? { offset: 0, stride: 0 };
    const gradient = c.memory(resultOf(node));
    const shape = [window(core.window), core.groups, parts];
    const operands = [c.memory(x!), c.memory(dy!), "call.batch"];
    const head = [...blockOf(index, c), ...shape].join(", ");
    if (parts === 1) return [{ kernel, head, operands: [...operands, gradient, "0"] }];
    const [memory, floats] = [`memory.at(${offset})`, `${stride / 4}`];
    const { size } = c.packing(parameterOf(c.plan.graph, resultOf(node))!);
    return [
      { kernel, head, operands: [...operands, memory, floats] },
      { kernel: "sum_of_parts", operands: [memory, `${parts}`, floats, `${size}`, gradient] },
    ];
  },
  dense: ({ inputs: [x], result, ...launching }) => {
    return [batchLaunch(launching, x!, [launching.c.extent(result).channels])];
  },
  dense_data_grad: ({ inputs: [dy], result, ...launching }) => {
    const { channels, height, width } = launching.c.extent(result);
    return [batchLaunch(launching, dy!, [height, width, channels])];
  },
  dense_weight_grad: ({ c, index, node, inputs: [x, dy] }) => {
    const operands = [c.memory(x!), c.memory(dy!), "call.batch", c.memory(resultOf(node))];
    return [{ kernel: c.choice(index).kernel, head: blockOf(index, c).join(", "), operands }];
  },
};

/** A kernel that multiplies `x`, of each sample, by weights. */
function batchLaunch(
  { c, index, node, steps }: Pick<Launching, "c" | "index" | "node" | "steps">,
  x: ValueId,
  shape: readonly (string | number)[],
): Launch {
  const { kernel, block, tile } = c.choice(index);
  const head = [...blockOf(index, c), ...shape, ...(block ? [] : [tile!.pixels])].join(", ");
  return { kernel, head, operands: [c.memory(x), weights(index, node.inputs[1]!, c), "call.batch", steps] };
}

/** With what a product multiplies, and its tile. */
function blockOf(index: number, c: Context): string[] {
  const { block } = c.choice(index);
  if (!block) return [];
  const { unit, rows, columns, depth, warps } = block;
  return [`Unit::${unit}`, `BlockTile{${[rows, columns, depth, ...warps].join(", ")}}`];
}

/** The weights that a node reads: in the parameter block, or their copy. */
function weights(index: number, parameter: ValueId, c: Context): string {
  return c.plan.arena.derived.has(index) ? narrowed(index, c) : c.memory(parameter);
}

function narrowed(node: number, c: Context): string {
  const { target } = c.plan;
  if (target.device !== "cuda") throw new Error("weights are narrowed for CUDA devices alone");
  return `reinterpret_cast<${target.precision}*>(${c.derived(node)})`;
}

/** Copies of weights in 16 bits: those that `prepare` makes, or those of each call. */
export function narrowLaunches(c: Context, prepared: boolean): string[] {
  return c.plan.derived
    .filter((copy) => copy.prepared === prepared)
    .flatMap(({ parameter, nodes }) => {
      const operands = [c.memory(parameter), `${c.packing(parameter).size}`, narrowed(nodes[0]!, c)];
      return printLaunch({ kernel: "narrow", operands });
    });
}
