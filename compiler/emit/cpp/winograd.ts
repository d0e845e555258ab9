import { asConvolution } from "../../ir/as-convolution.ts";
import { resultOf, type Node } from "../../ir/graph.ts";
import type { Tile, Winograd } from "../../ir/plan.ts";
import { poolings, tile, window, type Call, type Printed } from "./call.ts";
import { vector, type Context } from "./context.ts";

/** A convolution, or a gradient that is one. */
type Tiled = Call<"conv"> | Call<"conv_data_grad">;

/** A convolution in tiles, whose transformed inputs are in the memory of the thread, or have been put in that of the sample. */
export function printWinograd(call: Tiled): Printed {
  const { c, index, inputs, loop } = call;
  const scratch = scratchOf(c);
  if (loop === "tiles")
    return {
      head: templateOf(call),
      operands: [tilesOf(call), c.derived(index), "b, n0, n1", scratch, outputs(call)],
      kernel: "conv_winograd_block",
    };
  return {
    head: templateOf(call),
    operands: [c.memory(inputs[0]!), c.derived(index), "n", rowsOfTiles(call), scratch, outputs(call)],
  };
}

export const scratchOf = (c: Context): string => `scratch_of<${c.plan.arena.scratch / 4}>(call, thread)`;

/** The tiles of rows [y0, y1) of them, transformed, for the blocks that come after. */
export function printTransform(call: Tiled): readonly string[] {
  const operands = [call.c.memory(call.inputs[0]!), "n", "y0, y1", tilesOf(call)];
  return [`winograd_inputs<${templateOf(call)}>(`, `    ${operands.join(", ")});`];
}

function templateOf({ c, core, index, inputs: [x], result }: Tiled): string {
  const { winograd, lanes, tile: t } = c.choice(index);
  const { channels, height, width } = c.extent(result);
  const shape = `${c.type(x!)}, ${window(asConvolution(core)!.window)}, ${channels}, ${height}, ${width}`;
  return `${vector(lanes)}, ${shape}, ${winogradTile(winograd!, t!)}`;
}

export const winogradTile = ({ results, group }: Pick<Winograd, "results" | "group">, t: Tile): string =>
  `WinogradTile{${[...results, group].join(", ")}, ${tile(t)}}`;

function tilesOf({ c, index }: Tiled): string {
  return `memory.in_slice<float>(${c.plan.arena.tiles.get(index)!.offset}), slice / 4`;
}

/** All rows of tiles, or those of a band of rows of the result. */
function rowsOfTiles({ c, index, node, result, loop }: Tiled): string {
  const [high] = c.choice(index).winograd!.results;
  const down = Math.ceil(c.extent(result).height / high);
  if (loop !== "bands") return `0, ${down}`;
  const rows = high / (node.tail?.core.window.stride[0] ?? 1);
  return `h0 / ${rows}, h1 == ${c.extent(resultOf(node)).height} ? ${down} : h1 / ${rows}`;
}

function outputs({ c, node, steps, tail }: Tiled): string {
  if (!node.tail) return `each_output(${steps})`;
  const { pooling, window: pooled, index } = node.tail.core;
  const operands = [steps, tail, ...(index === undefined ? [] : [c.memory(index)])];
  return `pooled_outputs<${poolings[pooling]}, ${window(pooled)}>(${operands.join(", ")})`;
}

/** One block of the copy of a node's weights. */
export function winogradWeights(node: Node, index: number, c: Context, from: string): string {
  const conv = asConvolution(node.core);
  if (!conv) throw new Error(`${node.core.family} is not computed in tiles`);
  const parameter = node.inputs[1]!;
  const { winograd, lanes, tile: t } = c.choice(index);
  const [k, channels] = c.value(parameter).type.shape;
  const isTurned = conv !== node.core;
  const packed = isTurned ? `${c.packing(parameter).lanes}, ${from}` : from;
  const head = `${vector(lanes)}, ${packed}, ${window(conv.window)}, ${winogradTile(winograd!, t!)}, ${k}, ${channels}`;
  return `${isTurned ? "winograd_data_weights" : "winograd_weights"}<${head}>(${c.memory(parameter)}, ${c.derived(index)}, int(block));`;
}
