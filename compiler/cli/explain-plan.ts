import { resultOf } from "../ir/graph.ts";
import type { Node } from "../ir/graph.ts";
import type { Choice, Layout, Plan, Stage, State, Units } from "../ir/plan.ts";
import { repeatedMacs } from "../passes/work.ts";
import { columns, formatBytes, formatCount } from "./columns.ts";

export interface ExplainedNode {
  readonly value: string;
  readonly line: number;
  readonly source: string;
  readonly kernel: string;
  readonly lanes: number;
  readonly tile?: Choice["tile"];
  readonly block?: Choice["block"];
  readonly reason: string;
}

export function algorithmsOf({ graph, choices }: Pick<Plan, "graph" | "choices">): ExplainedNode[] {
  return graph.nodes.map((node, i) => explainNode(node, choices[i]!));
}

function explainNode(node: Node, { kernel, lanes, tile, block, reason }: Choice): ExplainedNode {
  const { line, text } = node.origin;
  return {
    value: valueOf(node),
    line,
    source: text,
    kernel,
    lanes,
    ...(tile && { tile }),
    ...(block && { block }),
    reason,
  };
}

/** An optimiser's node assigns parameters and has no result of its own. */
function valueOf(node: Node): string {
  return node.core.family === "update" ? "all parameters" : resultOf(node);
}

export function algorithmsText(plan: Pick<Plan, "graph" | "choices">): string[] {
  const rows = algorithmsOf(plan).map(({ value, line, kernel, lanes, reason, ...tiles }) => [
    value,
    String(line),
    kernel,
    String(lanes),
    describeTile(tiles),
    reason,
  ]);
  const head = ["value", "line", "kernel", "lanes", "tile", "why"];
  return columns([head, ...rows], ["left", "right", "left", "right", "left", "left"]);
}

/** Of a thread's registers, or of a block of threads where that shares one. */
export function describeTile({ tile, block }: Pick<ExplainedNode, "tile" | "block">): string {
  if (block) return `${block.rows}×${block.columns}`;
  return tile ? `${tile.pixels}×${tile.vectors}` : "";
}

export interface ExplainedArena {
  /** Bytes that do not depend on the batch, and those of each sample. */
  readonly once: number;
  readonly perSample: number;
  /** What kernels work in. */
  readonly perThread: number;
  /** Per sample, if every value had memory of its own. */
  readonly withoutReuse: number;
  readonly values: readonly { readonly value: string; readonly offset: number; readonly bytes: number }[];
}

export function arenaOf({ graph, arena }: Pick<Plan, "graph" | "arena">): ExplainedArena {
  const tiles = [...arena.tiles].map(([node, place]) => [`tiles of ${valueOf(graph.nodes[node]!)}`, place] as const);
  const values = [...arena.offsets, ...tiles]
    .map(([value, place]) => ({ value, ...place }))
    .sort((a, b) => a.offset - b.offset);
  return {
    once: arena.once,
    perSample: arena.slice + 4 * arena.scalars.length,
    perThread: arena.scratch,
    withoutReuse: arena.withoutReuse + 4 * arena.scalars.length,
    values,
  };
}

export function arenaText(plan: Pick<Plan, "graph" | "arena">): string[] {
  const { once, perSample, perThread, withoutReuse, values } = arenaOf(plan);
  const rows = values.map(({ value, offset, bytes }) => [
    value,
    String(offset),
    String(offset + bytes),
    formatBytes(bytes),
  ]);
  const own = perThread > 0 ? `, ${formatBytes(perThread)} per thread` : "";
  const total = `${formatBytes(perSample)} per sample (${formatBytes(withoutReuse)} without reuse)${own}, ${formatBytes(once)} once`;
  return [...columns([["value", "from", "to", "size"], ...rows], ["left", "right", "right", "right"]), "", total];
}

/** What passes decided beside the graph, as far as they have come; the latest decision stands last. */
export function decisionsText({ graph, repeated = [], choices, layouts, stages, arena, group }: State): string[] {
  const parts: string[][] = [];
  if (repeated.length > 0) parts.push(["computed again", ...repeatedText({ graph, repeated })]);
  if (choices) parts.push(["algorithms", ...algorithmsText({ graph, choices })]);
  if (layouts) parts.push(["layouts", ...[...layouts].map(([value, layout]) => `${value}: ${describeLayout(layout)}`)]);
  if (stages) parts.push(["stages", ...stages.map((stage, i) => `${i + 1}. ${describeStage(stage, graph.nodes)}`)]);
  if (arena) parts.push(["arena", ...arenaText({ graph, arena })]);
  if (group)
    parts.push(["groups", `${group} ${group > 1 ? "samples" : "sample"} of a batch through all layers at a time`]);
  return parts.flatMap(([title, ...lines]) => ["", `── ${title}`, ...lines]);
}

/** What is computed a second time rather than kept, and what that takes. */
function repeatedText({ graph, repeated }: Pick<Plan, "graph" | "repeated">): string[] {
  return [repeated.join(", "), `${formatCount(repeatedMacs({ graph, repeated }))} MACs per sample`];
}

function describeLayout(layout: Layout): string {
  switch (layout.kind) {
    case "external":
      return "the caller's";
    case "image":
      return `[rows][${layout.left} + columns + ${layout.right}][${layout.pixel}]${describeHolder(layout)}`;
    case "scalars":
      return "one number per sample";
    case "once":
      return "once for the batch";
  }
}

function describeHolder({ within, over }: Extract<Layout, { kind: "image" }>): string {
  if (over) return `, over ${over}`;
  return within ? `, in ${within.value} from channel ${within.channel} on` : "";
}

function describeStage({ nodes, units }: Stage, all: readonly Node[]): string {
  return `${describeUnits(units)}: ${nodes.map((index) => valueOf(all[index]!)).join(", ")}`;
}

function describeUnits(units: Units): string {
  switch (units.by) {
    case "samples":
      return `groups of ${units.samples} samples`;
    case "bands":
      return `bands of about ${units.rows} rows of each sample`;
    case "tiles":
      return `${units.down} rows of tiles of each sample, then ${units.blocks} blocks of channels for ${units.samples} samples`;
    case "blocks":
      return `${units.blocks} blocks of channels for ${units.samples} samples`;
    case "preparation":
      return "when parameters have changed";
    case "sums":
      return "sums over the batch";
    case "ranges":
      return `ranges of ${units.floats} parameters`;
  }
}
