import { resultOf, type Node, type ValueId } from "../../ir/graph.ts";
import { poolings, tile, window, type Call, type Printed } from "./call.ts";
import { vector, type Context } from "./context.ts";

/** A convolution in tiles, whose transformed inputs are in the memory of the thread, or have been put in that of the sample. */
export function printWinograd(call: Call<"conv">): Printed {
  const { c, core, index, inputs, loop } = call;
  const { own, shared } = templateOf(call);
  const scratch = `scratch_of<${c.plan.arena.scratch / 4}>(call, thread)`;
  if (loop === "tiles")
    return {
      head: `${own}, ${shared}`,
      operands: [tilesOf(call), c.derived(index), "b, n0, n1", scratch, outputs(call)],
      kernel: "conv_winograd_block",
    };
  return {
    head: `${own}, ${window(core.window)}, ${shared}`,
    operands: [c.memory(inputs[0]!), c.derived(index), "n", rowsOfTiles(call), scratch, outputs(call)],
  };
}

/** The tiles of rows [y0, y1) of them, transformed, for the blocks that come after. */
export function printTransform(call: Call<"conv">): readonly string[] {
  const { c, core, inputs } = call;
  const { own, shared } = templateOf(call);
  return [
    `winograd_inputs<${own}, ${window(core.window)}, ${shared}>(`,
    `    ${[c.memory(inputs[0]!), "n", "y0, y1", tilesOf(call)].join(", ")});`,
  ];
}

function templateOf({ c, index, inputs: [x], result }: Call<"conv">): {
  readonly own: string;
  readonly shared: string;
} {
  const { winograd, lanes, tile: t } = c.choice(index);
  const { channels, height, width } = c.extent(result);
  const tiles = `WinogradTile{${winograd!.m}, ${winograd!.group}, ${tile(t)}}`;
  return { own: `${vector(lanes)}, ${c.type(x!)}`, shared: `${channels}, ${height}, ${width}, ${tiles}` };
}

function tilesOf({ c, index }: Call<"conv">): string {
  return `memory.in_slice<float>(${c.plan.arena.tiles.get(index)!.offset}), slice / 4`;
}

/** All rows of tiles, or those of a band of rows of the result. */
function rowsOfTiles({ c, index, node, result, loop }: Call<"conv">): string {
  const { m } = c.choice(index).winograd!;
  const down = Math.ceil(c.extent(result).height / m);
  if (loop !== "bands") return `0, ${down}`;
  const rows = m / (node.tail?.core.window.stride[0] ?? 1);
  return `h0 / ${rows}, h1 == ${c.extent(resultOf(node)).height} ? ${down} : h1 / ${rows}`;
}

function outputs({ c, node, steps, tail }: Call<"conv">): string {
  if (!node.tail) return `each_output(${steps})`;
  const { pooling, window: pooled, index } = node.tail.core;
  const operands = [steps, tail, ...(index === undefined ? [] : [c.memory(index)])];
  return `pooled_outputs<${poolings[pooling]}, ${window(pooled)}>(${operands.join(", ")})`;
}

/** The copy of a node's weights that `winograd_weights` makes. */
export function winogradWeights(node: Node, index: number, c: Context, from: string): string {
  const parameter: ValueId = node.inputs[1]!;
  const { winograd, lanes, tile: t } = c.choice(index);
  const [k, channels] = c.value(parameter).type.shape;
  const head = `${vector(lanes)}, ${from}, ${winograd!.m}, ${t!.vectors}, ${k}, ${channels}`;
  return `winograd_weights<${head}>(${c.memory(parameter)}, ${c.derived(index)})`;
}
