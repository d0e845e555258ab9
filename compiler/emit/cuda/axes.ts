import { resultOf, type CoreOf, type Node } from "../../ir/graph.ts";
import type { Context } from "../cpp/context.ts";
import { origin } from "../cpp/functions.ts";
import { printPositions, readsOf } from "../cpp/gather.ts";
import { indent } from "../cpp/names.ts";

export const axesName = (node: Node, c: Context): string => `${c.names.of(resultOf(node))}_axes`;

/** What the positions of a gather's axes read, with the tables that they need where the device finds them. */
export function printAxes(node: Node, core: CoreOf<"resample" | "permute">, c: Context): string[] {
  const [x] = node.inputs as [string];
  const extent = c.extent(x);
  const { pixel, left, right } = c.image(x);
  const [channels, rows, columns] = readsOf(core, extent, [1, (left + extent.width + right) * pixel, pixel]);
  const axis = (name: string, reads: Parameters<typeof printPositions>[1]): string[] => {
    const { tables, text } = printPositions(name, reads);
    return [`CNNC_INLINE auto ${name}() const {`, ...indent([...tables, `return ${text};`]), "}"];
  };
  return [
    "",
    origin(node),
    `struct ${axesName(node, c)} {`,
    ...indent([...axis("rows", rows), ...axis("columns", columns), ...axis("channels", channels)]),
    "};",
  ];
}
