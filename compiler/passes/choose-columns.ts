import { parts, valuesOf, type Expression } from "../ir/expression.ts";
import { valueOf, type Graph, type Node, type ValueId } from "../ir/graph.ts";
import type { Choice, CpuTarget } from "../ir/plan.ts";
import { extentOf } from "../shape/tensor-type.ts";
import { lanesFor } from "./tiles.ts";

/** What steps may be made of where vectors hold pixels: everything else depends on the place, or is a function of plain vectors. */
const simple: readonly Expression["op"][] = [
  ...(["value", "table", "constant", "neg", "add", "sub", "mul", "div", "max", "min", "where_greater"] as const),
];
const isSimple = (x: Expression): boolean => simple.includes(x.op) && parts(x).every(isSimple);

/**
 * A picture that has too few channels to fill a vector, and is made of the caller's memory, where pixels of one channel lie side by
 * side: vectors then hold these. Its steps read nothing else that differs from pixel to pixel.
 */
export function chooseColumns({ core, body, outputs }: Node, graph: Graph, target: CpuTarget): Choice | undefined {
  const result = valueOf(graph, body.at(-1)!.value);
  const { channels, height, width } = extentOf(result.type.shape);
  const [widest = 1] = target.lanes;
  if (core.family !== "map" || !result.batched || lanesFor(channels, target) > 1 || widest === 1 || width < widest)
    return undefined;
  const own = new Set(body.map(({ value }) => value));
  const isRead = (id: ValueId): boolean => {
    const { role, type } = valueOf(graph, id);
    const from = extentOf(type.shape);
    return (
      own.has(id) || (role === "input" && type.dtype !== "tokens" && from.height === height && from.width === width)
    );
  };
  const fits = ({ expression }: Node["body"][number]): boolean =>
    isSimple(expression) && valuesOf(expression).every(isRead);
  if (outputs.length !== 1 || outputs[0] !== result.id || !body.every(fits)) return undefined;
  return { kernel: "map_columns", lanes: widest, columns: true, reason: `${widest} pixels of a channel at a time` };
}
