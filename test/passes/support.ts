import { parseGraph } from "../../compiler/ir/parse.ts";
import { print } from "../../compiler/ir/print.ts";
import type { Graph } from "../../compiler/ir/graph.ts";
import { verify } from "../../compiler/ir/verify.ts";
import type { Window } from "../../compiler/shape/window.ts";

interface WindowOptions {
  readonly stride?: number;
  readonly pad?: number;
}

const windowOf = (kernel: number, { stride = 1, pad = 0 }: WindowOptions = {}): Window => ({
  kernel: [kernel, kernel],
  stride: [stride, stride],
  dilation: [1, 1],
  pad: [pad, pad, pad, pad],
});

/** `conv {"window":…,"groups":1}`, as the text form writes it. */
export const conv = (kernel: number, options?: WindowOptions): string =>
  `conv ${JSON.stringify({ window: windowOf(kernel, options), groups: 1 })}`;

export const pool = (pooling: string, kernel: number, options: WindowOptions & { index?: string } = {}): string =>
  `pool ${JSON.stringify({ pooling, window: windowOf(kernel, { stride: kernel, ...options }), ...(options.index && { index: options.index }) })}`;

/** As many channels of a value as the size says, from `first` on. */
export function channelsOf(first: number, size: readonly [number, number, number]): string {
  const line = (start: number) => ({ map: "line", start, step: 1, beyond: "nothing" });
  return `resample ${JSON.stringify({ axes: [line(first), line(0), line(0)], size, fill: 0, transposed: false })}`;
}

/** A graph from its leaves, nodes and results; indentation of the test's text is taken off. */
export function graphOf(text: string, head = "program infer M outputs"): Graph {
  const graph = parseGraph(`${head}\n${lines(text)}`);
  verify(graph);
  return graph;
}

/** Nodes and results after a pass, without comments, indented like the test's text; windows are shortened. */
export function shown(graph: Graph): string {
  verify(graph);
  return print(graph)
    .split("\n")
    .filter((line) => line !== "" && !/^(#|program|input|target|parameter)/.test(line))
    .map((line) => line.replace(/ \{.*\}/, ""))
    .join("\n");
}

/** The lines of a test's text, without the indentation they share. */
export function lines(text: string): string {
  const all = text.split("\n").filter((line) => line.trim() !== "");
  const indent = Math.min(...all.map((line) => line.search(/\S/)));
  return all.map((line) => line.slice(indent)).join("\n");
}
