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
