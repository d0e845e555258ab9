import { describe, expect, it } from "vitest";
import { costsOf, totalOf } from "../../compiler/check/cost.ts";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { familyOf } from "../../compiler/ir/families/index.ts";
import { resultOf, type Graph, type Node, type ValueId } from "../../compiler/ir/graph.ts";
import type { State, Target } from "../../compiler/ir/plan.ts";
import { recompute } from "../../compiler/passes/recompute.ts";
import { renamed, stepsOf } from "../../compiler/passes/rewrite.ts";
import { cudaTarget, targets } from "../../compiler/passes/targets.ts";
import { repeatedMacs } from "../../compiler/passes/work.ts";
import { planProgram } from "../../compiler/plan-model.ts";
import { withLowMemory } from "../compile/memory-check.ts";
import { oddNetworks } from "../compile/odd-networks.ts";
import { randomNetwork } from "../compile/random-network.ts";
import { exampleModels } from "../zoo/examples.ts";
import { conv, graphOf, lines, shown } from "./support.ts";

const low = (text: string): Graph => ({ ...graphOf(text, "program step M loss"), memory: "low" });

/** Two convolutions with a map behind each; on the way back, where c and d are needed, b waits for its gradient. */
const chain = `
  input x: f32[8,6,6]
  parameter w: f32[8,8,3,3] once
  parameter v: f32[8,8,3,3] once
  node ${conv(3, { pad: 1 })} (x, w)
    store a: f32[8,6,6] = core
  node map (a)
    store b: f32[8,6,6] = (max (add a (random b.noise)) 0)
  node ${conv(3, { pad: 1 })} (b, v)
    store c: f32[8,6,6] = core
  node map (c)
    store d: f32[8,6,6] = (exp c)
  node sample_sum (d)
    store loss.one: f32[] = core
  node batch_mean (loss.one)
    store loss: f32[] once = core
  node map (c, d)
    store c.gradient: f32[8,6,6] = (mul c d)
  node conv_weight_grad {"window":{"kernel":[3,3],"stride":[1,1],"dilation":[1,1],"pad":[1,1,1,1]},"groups":1} (b, c.gradient)
    store v.gradient: f32[8,8,3,3] once = core
  node conv_data_grad {"window":{"kernel":[3,3],"stride":[1,1],"dilation":[1,1],"pad":[1,1,1,1]},"groups":1} (c.gradient, v)
    store a.gradient: f32[8,6,6] = (where_greater b 0 (mul core a) 0)
  node conv_weight_grad {"window":{"kernel":[3,3],"stride":[1,1],"dilation":[1,1],"pad":[1,1,1,1]},"groups":1} (x, a.gradient)
    store w.gradient: f32[8,8,3,3] once = core
  gradient w.gradient
  gradient v.gradient
  result loss = loss
`;

describe("recompute", () => {
  it("leaves a program alone that may keep what it likes", () => {
    const state = { graph: graphOf(chain, "program step M loss"), target: targets.avx512 };
    expect(recompute(state)).toEqual({ ...state, repeated: [] });
  });

  it("repeats a pointwise map in front of its gradient, with the same draws", () => {
    const { graph, repeated } = recompute({ graph: low(chain), target: targets.avx512 });
    expect(repeated).toEqual(["b.again"]);
    expect(shown(graph)).toBe(
      lines(`
        node conv (x, w)
          store a: f32[8,6,6] = core
        node map (a)
          store b: f32[8,6,6] = (max (add a (random b.noise)) 0)
        node conv (b, v)
          store c: f32[8,6,6] = core
        node map (c)
          store d: f32[8,6,6] = (exp c)
        node sample_sum (d)
          store loss.one: f32[] = core
        node batch_mean (loss.one)
          store loss: f32[] once = core
        node map (c, d)
          store c.gradient: f32[8,6,6] = (mul c d)
        node map (a)
          store b.again: f32[8,6,6] = (max (add a (random b.noise)) 0)
        node conv_weight_grad (b.again, c.gradient)
          store v.gradient: f32[8,8,3,3] once = core
        node conv_data_grad (c.gradient, v)
          store a.gradient: f32[8,6,6] = (where_greater b.again 0 (mul core a) 0)
        node conv_weight_grad (x, a.gradient)
          store w.gradient: f32[8,8,3,3] once = core
        gradient w.gradient
        gradient v.gradient
        result loss = loss
      `),
    );
  });
});

/** The program before and after the pass, in little memory, and its plan. */
function statesOf(model: CheckedModel, target: Target) {
  const states = new Map<string, State>();
  const plan = planProgram(withLowMemory(model), "step", target, ({ name }, state) => states.set(name, state));
  return { before: states.get("order")!.graph, after: states.get("recompute")!, plan };
}

/** The name of what is computed a second time, as it was the first time. */
const firstName = (id: ValueId, known: Graph["values"]): ValueId =>
  known.has(id) ? id : id.replace(/\.again\d*$/, "");

/** Each node is one of the program before, under other names: nothing is computed that was not, or in another way. */
function expectSameComputations(before: Graph, { graph, repeated = [] }: State): void {
  const originals = new Map(before.nodes.map((node) => [keyOf(node), node]));
  const counts = new Map<string, number>();
  const again = new Set(repeated);
  for (const node of graph.nodes) {
    const back = renamed(node, (id) => firstName(id, before.values));
    const original = originals.get(keyOf(back))!;
    expect(back.inputs).toEqual(original.inputs);
    expect(back.core).toEqual(coreWithin(original, back));
    const steps = new Map(stepsOf(original).map((step) => [step.value, step.expression]));
    for (const { value, expression } of stepsOf(back)) expect(expression, value).toEqual(steps.get(value));
    expect(back.tail === undefined).toBe(original.tail === undefined);
    const second = node.outputs.some((id) => again.has(id));
    if (second) {
      const { acrossBatch, movesBuffers } = familyOf(node.core);
      expect([acrossBatch, movesBuffers], resultOf(node)).toEqual([undefined, undefined]);
    }
    const key = `${second}${keyOf(back)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [key, count] of counts) expect(count, key).toBe(1);
  for (const key of originals.keys()) expect(counts.get(`false${key}`), key).toBe(1);
}

const keyOf = (node: Node): string => (node.core.family === "update" ? "update" : resultOf(node));

/** Without the extra results that nobody needs. */
function coreWithin(original: Node, found: Node): Node["core"] {
  return Object.fromEntries(Object.entries(original.core).filter(([key]) => key in found.core)) as Node["core"];
}

const trained: readonly CheckedModel[] = [
  ...exampleModels().map(({ model }) => model),
  ...oddNetworks.flatMap(({ models }) => models),
  ...Array.from({ length: 20 }, (_, seed) => randomNetwork(seed)),
].filter(({ train }) => train !== undefined);

describe("what a step in little memory computes", () => {
  it.each(trained.map((model) => [model.name, model] as const))(
    "for %s is what it would anyway, in no more memory",
    (_, model) => {
      for (const target of [targets.avx512, cudaTarget("f16")]) {
        const { before, after, plan } = statesOf(model, target);
        expectSameComputations(before, after);
        const usual = planProgram(model, "step", target);
        expect(plan.arena.bytesPerSample).toBeLessThanOrEqual(usual.arena.bytesPerSample);
      }
    },
  );
});

describe("the memory of a sample in a step", () => {
  const models = new Map(exampleModels().map(({ model }) => [model.name, model]));

  // At most these parts of what it is otherwise, for at most these parts of the multiply-accumulates of the way there.
  it.each([
    ["VGG16", 0.5, 0],
    ["ResNet50", 0.35, 0.4],
    ["DenseNet121", 0.2, 0.25],
    ["MobileNetV2", 0.35, 0.2],
    ["UNet", 0.5, 0.6],
    ["ResNet20", 0.45, 0.6],
  ])("falls for %s to %f, for %f of the way there", (name, memory, work) => {
    const model = models.get(name)!;
    const [usual, little] = [model, withLowMemory(model)].map((it) => planProgram(it, "step", targets.avx512));
    expect(little!.arena.bytesPerSample).toBeLessThanOrEqual(memory * usual!.arena.bytesPerSample);
    expect(repeatedMacs(little!)).toBeLessThanOrEqual(work * totalOf(costsOf(model)).macs);
    expect(usual!.repeated).toEqual([]);
  });
});
