import { describe, expect, it } from "vitest";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { parseExpression, parseGraph } from "../../compiler/ir/parse.ts";
import { print, printExpression } from "../../compiler/ir/print.ts";
import type { Graph, ProgramName } from "../../compiler/ir/graph.ts";
import { verify } from "../../compiler/ir/verify.ts";
import { targets } from "../../compiler/passes/targets.ts";
import { planProgram } from "../../compiler/plan-model.ts";
import { modelsOf, sampleModels } from "../../compiler/testing/index.ts";
import { seeing } from "../ops/augmented.ts";
import { readText } from "../support/paths.ts";

const lenet = modelsOf(readText("examples/lenet/lenet.cnn"), "lenet.cnn");
const varied = seeing("Varied", "augment image -> flip(vertical) -> rotate(8deg, fill=edge) -> crop", {
  dtype: "f32",
  shape: [3, 8, 9],
});

/** The graph that each pass leaves, and the one it started from. */
function states(model: CheckedModel, program: ProgramName): readonly (readonly [string, Graph])[] {
  const found: (readonly [string, Graph])[] = [];
  planProgram(model, program, targets.avx512, ({ name }, { graph }) => found.push([name, graph]));
  return found;
}

/** What the text holds: no optimiser beside the update node, and values only where a node or a leaf defines them. */
function told({ optimizer: _, values, ...graph }: Graph): unknown {
  const used = new Set([...graph.inputs, ...graph.targets, ...graph.parameters]);
  for (const { core, body, tail, outputs } of graph.nodes) {
    outputs.forEach((id) => used.add(id));
    if (core.family !== "update") [...body, ...(tail?.body ?? [])].forEach(({ value }) => used.add(value));
  }
  const nodes = graph.nodes.map((node) => ({ ...node, outputs: [...node.outputs].sort() }));
  return { ...graph, nodes, values: new Map([...values].filter(([id]) => used.has(id)).sort()) };
}

describe("the text form of graphs", () => {
  const models = [...sampleModels().map(({ model }) => model), ...lenet, varied];
  it.each(models.map((model) => [model.name, model] as const))("%s: what print writes, parse reads", (_, model) => {
    for (const program of ["infer", "gradient", ...(model.train ? (["step"] as const) : [])] as const)
      for (const [pass, graph] of states(model, program)) {
        const text = print(graph);
        const read = parseGraph(text);
        expect(print(read), `${program} after ${pass}`).toBe(text);
        expect(told(read)).toEqual(told(graph));
        verify(read);
      }
  });

  it("names the line that it cannot read", () => {
    expect(() => parseGraph("program infer M outputs\nnonsense here")).toThrow(
      "line 2: unknown keyword nonsense: nonsense here",
    );
    expect(() => parseGraph("program infer M outputs\n\ninput x")).toThrow('line 3: no ": ": input x');
  });
});

describe("the text form of expressions", () => {
  it.each([
    "(add core logits.conv1.bias)",
    "(where_greater 0.25 (random logits.dropout1) 0 (mul x 1.3333333333333333))",
    "(add (mul x (table 1 -2.5 3e-7)) (table 0 Infinity -Infinity))",
    "(neg (sqrt (exp (log (tanh (cos (sin gradient)))))))",
    "(max (min (sub a b) (div a b)) (scalar inverse_batch))",
    "-0.5",
    "1e+21",
  ])("%s", (text) => {
    expect(printExpression(parseExpression(text))).toBe(text);
  });
});
