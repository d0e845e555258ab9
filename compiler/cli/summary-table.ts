import { formatShape } from "../shape/tensor-type.ts";
import { columns, formatBytes, formatCount, formatShare, shortened } from "./columns.ts";
import type { Align } from "./columns.ts";
import type { BlockSummary, LayerSummary, MemorySummary, Summary } from "./summary.ts";

const aligns: readonly Align[] = ["left", "right", "right", "right", "right", "right"];
const head = ["layer", "output", "parameters", "share", "MACs", "sees"];

/** Wide enough for a terminal beside an editor. */
const widest = 100;
const narrowestName = 20;

/** A line for each layer; blocks that are within `depth` others, or more, are a line each. */
export function summaryTable(summary: Summary, depth: number): string[] {
  const { name, inputs, params, macs, weightBytes } = summary;
  const rows = [
    ...inputs.map((input) => [`${input.name} (${input.dtype})`, formatShape(input.shape)]),
    ...linesOf(summary, depth).map(rowOf),
  ];
  const total = `${formatCount(params)} parameters (${formatBytes(weightBytes)}), ${formatCount(macs)} MACs per sample`;
  return [name, "", ...columns([head, ...withShortNames(rows)], aligns), "", total, ...memoryLines(summary)];
}

type Line = LayerSummary | BlockSummary;

/** The layers in their order, with a closed block in place of its own. */
function linesOf({ layers, blocks }: Summary, depth: number): Line[] {
  const closed = new Map<string, BlockSummary>();
  for (const block of blocks.filter((it) => it.depth === depth))
    for (const layer of block.layers) closed.set(layer, block);
  return [...new Set(layers.map((layer) => closed.get(layer.name) ?? layer))];
}

function rowOf(line: Line): string[] {
  const { name, shape, params, share, macs, receptiveField: field } = line;
  return [
    "block" in line ? `${name} (${line.layers.length} layers)` : name,
    formatShape(shape),
    params === 0 ? "" : formatCount(params),
    params === 0 ? "" : formatShare(share),
    macs === 0 ? "" : formatCount(macs),
    field === undefined || field === "all" ? (field ?? "") : field.join("×"),
  ];
}

function withShortNames(rows: readonly (readonly string[])[]): string[][] {
  const others = aligns.slice(1).map((_, i) => Math.max(...[head, ...rows].map((row) => (row[i + 1] ?? "").length)));
  const room = widest - others.reduce((sum, width) => sum + width + 2, 0);
  return rows.map(([name = "", ...cells]) => [shortened(name, Math.max(room, narrowestName)), ...cells]);
}

function memoryLines({ memory: { cpu, prediction, training } }: Summary): string[] {
  const parts = ({ perSample, once, perThread }: MemorySummary): string =>
    [
      `${formatBytes(perSample)} per sample`,
      ...(perThread > 0 ? [`${formatBytes(perThread)} per thread`] : []),
      `${formatBytes(once)} once`,
    ].join(", ");
  const lines = [`memory of prediction: ${parts(prediction)} (${cpu})`];
  if (training !== undefined) {
    const { perSample, once, batch, accumulate = 1, repeatedMacs } = training;
    const samples = Math.ceil(batch / accumulate);
    const all = formatBytes(once + samples * perSample);
    const what = `a batch of ${batch}${samples < batch ? `, ${samples} at a time` : ""}`;
    const again = repeatedMacs === undefined ? "" : `; ${formatCount(repeatedMacs)} MACs per sample done again`;
    lines.push(`memory of training: ${parts(training)}; ${all} for ${what}${again} (${cpu})`);
  }
  return lines;
}
