import { describe, expect, it } from "vitest";
import { valueOf, type Graph, type ValueId } from "../../compiler/ir/graph.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { targets } from "../../compiler/passes/targets.ts";
import { readsOf } from "../../compiler/passes/rewrite.ts";
import { planModel, planProgram } from "../../compiler/plan-model.ts";
import { extentOf } from "../../compiler/shape/tensor-type.ts";
import { modelOf, modelsOf, sampleModels } from "../../compiler/testing/index.ts";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { oddNetworks, vgg } from "../compile/odd-networks.ts";
import { randomNetwork } from "../compile/random-network.ts";
import { readText } from "../support/paths.ts";

const isas = ["avx512", "avx2", "scalar"] as const;
const [lenet] = modelsOf(readText("examples/lenet/lenet.cnn"));

/** Nodes from the one that writes a value to the last that reads it; what is asked for lives to the end. */
function life(graph: Graph, id: ValueId): readonly [number, number] {
  const from = graph.nodes.findIndex((node) => node.outputs.includes(id));
  const reads = graph.nodes.flatMap((node, i) => (readsOf(node).has(id) ? [i] : []));
  const asked = graph.results.some(({ value }) => value === id);
  return [from, asked ? graph.nodes.length : Math.max(from, ...reads)];
}

const holderOf = (id: ValueId, layouts: Plan["layouts"]) => {
  const layout = layouts.get(id)!;
  if (layout.kind !== "image") return undefined;
  return layout.within ?? (layout.over === undefined ? undefined : { value: layout.over, channel: 0 });
};

/** What is written over another value: just where it lies, when nobody reads that any more. */
function checkOver({ graph, arena, layouts }: Plan): void {
  for (const [id, layout] of layouts) {
    if (layout.kind !== "image" || layout.over === undefined) continue;
    expect(arena.offsets.get(id), id).toEqual(arena.offsets.get(layout.over));
    expect({ ...layout, over: undefined }).toEqual({ ...layouts.get(layout.over), over: undefined });
    expect(life(graph, layout.over)[1], layout.over).toBe(life(graph, id)[0]);
  }
}

/** What lies within another value: its channels, in no other's place, pixel by pixel as in the holder. */
function checkHeld({ graph, arena, layouts }: Plan): void {
  const taken = new Map<ValueId, number>();
  for (const { core, inputs, outputs } of graph.nodes) {
    if (core.family !== "concat") continue;
    for (const id of inputs) {
      const holder = holderOf(id, layouts);
      if (!holder || holder.value !== outputs[0]) continue;
      const { value, channel } = holder;
      expect(channel, id).toBe(taken.get(value) ?? 0);
      taken.set(value, channel + valueOf(graph, id).type.shape[0]!);
      expect({ ...layouts.get(id), within: undefined }).toEqual({ ...layouts.get(value), within: undefined });
      expect(arena.offsets.get(id)!.offset).toBe(arena.offsets.get(value)!.offset + 4 * channel);
    }
  }
  for (const [value, channels] of taken) expect(channels, value).toBe(valueOf(graph, value).type.shape[0]);
}

/** Everything that must hold of a plan's memory. */
function checkMemory(plan: Plan): void {
  checkHeld(plan);
  checkOver(plan);
  const { graph, arena, layouts } = plan;
  /** A value that holds others lives with all of them. */
  const withHeld = (id: ValueId): readonly (readonly [number, number])[] => [
    life(graph, id),
    ...[...arena.offsets.keys()].filter((held) => holderOf(held, layouts)?.value === id).flatMap(withHeld),
  ];
  const placed = [...arena.offsets]
    .filter(([id]) => !holderOf(id, layouts))
    .map(([id, place]) => {
      const lives = withHeld(id);
      const [from, to] = [Math.min(...lives.map(([start]) => start)), Math.max(...lives.map(([, end]) => end))];
      return { id, ...place, life: [from, to] as const };
    });
  for (const { id, offset, bytes } of placed) {
    expect(offset % 64, id).toBe(0);
    expect(offset + bytes, id).toBeLessThanOrEqual(arena.slice);
    const layout = layouts.get(id)!;
    if (layout.kind !== "image") throw new Error(`${id} has a place and no layout`);
    const { height, width } = extentOf(valueOf(graph, id).type.shape);
    const element = valueOf(graph, id).type.dtype === "u8" ? 1 : 4;
    const needed = height * (layout.left + width + layout.right) * layout.pixel * element;
    expect(bytes, id).toBeGreaterThanOrEqual(needed);
  }
  for (const a of placed)
    for (const b of placed) {
      if (a.id >= b.id) continue;
      const together = a.life[0] <= b.life[1] && b.life[0] <= a.life[1];
      const overlap = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
      // Lives that touch count as together: a node's result never lies where its operand does.
      expect(together && overlap, `${a.id} and ${b.id} share memory`).toBe(false);
    }
  const stored = graph.nodes.flatMap((node) => node.outputs);
  for (const id of stored)
    if (layouts.get(id)!.kind === "image") expect(arena.offsets.has(id), `${id} has no place`).toBe(true);
  const scalars = stored.filter((id) => layouts.get(id)!.kind === "scalars");
  expect([...arena.scalars].sort()).toEqual(scalars.sort());
}

/** What is kept once, and what is prepared: pieces in a row, each on a cache line. */
function checkOnce(plan: Plan): void {
  const { arena, derived } = plan;
  const pieceOf = ({ nodes, size }: Plan["derived"][number]) => ({
    start: arena.derived.get(nodes[0]!)!,
    bytes: size * 4,
  });
  const parts = (places: Iterable<number>) => [...places].map((start) => ({ start, bytes: 4 }));
  const partials = parts([...arena.partials.values()].map(({ offset }) => offset));
  const prepared = derived.filter((copy) => copy.prepared).map(pieceOf);
  checkPieces([...parts(arena.prepared.values()), ...prepared], arena.preparedBytes);
  // Copies that are made together lie beside each other; every reader's have been made before its stage, by the latest making.
  for (const { offsets } of arena.copies) {
    const together = derived.filter(({ nodes }) => offsets.has(nodes[0]!)).map(pieceOf);
    checkPieces([...partials, ...together], arena.once);
  }
  const made = derived.filter((copy) => !copy.prepared).flatMap(({ nodes }) => nodes);
  for (const node of made) {
    const stage = plan.stages.findIndex(({ nodes }) => nodes.includes(node));
    expect(arena.copies.findLast(({ before }) => before <= stage)?.offsets.has(node)).toBe(true);
  }
}

function checkPieces(pieces: readonly { readonly start: number; readonly bytes: number }[], end: number): void {
  const starts = pieces.map(({ start }) => start).sort((a, b) => a - b);
  expect(new Set(starts).size).toBe(starts.length);
  expect(starts.filter((start) => start % 64 !== 0)).toEqual([]);
  for (const { start, bytes } of pieces) {
    const next = starts.find((other) => other > start) ?? end;
    expect(next - start).toBeGreaterThanOrEqual(bytes);
  }
}

function checkAll(model: CheckedModel, isa: (typeof isas)[number]): void {
  const programs = model.train ? (["infer", "step", "gradient"] as const) : (["infer", "gradient"] as const);
  for (const plan of Object.values(planModel(model, targets[isa], programs).plans)) {
    checkMemory(plan);
    checkOnce(plan);
  }
}

describe.each(isas)("no two live values share memory, %s", (isa) => {
  const models = [lenet!, ...oddNetworks.flatMap(({ models }) => models), ...sampleModels().map(({ model }) => model)];
  it.each(models.map((model) => [model.name, model] as const))("in %s", (_, model) => checkAll(model, isa));
});

describe("no two live values share memory in networks drawn at random", () => {
  it.each(Array.from({ length: 60 }, (_, i) => i))("number %d", (seed) => {
    checkAll(randomNetwork(seed), isas[seed % isas.length]!);
  });
});

describe("reuse", () => {
  it("of a chain needs room for two layers, not for all", () => {
    const chain = Array.from({ length: 12 }, () => "conv(16, kernel=3, pad=1) -> relu").join(" -> ");
    const model = modelOf("Chain", `  input x: f32[16, 8, 8]\n  y = x -> ${chain}\n  output r: f32[16, 8, 8] = y`);
    const { arena } = planProgram(model, "infer", targets.avx512);
    const largest = Math.max(...[...arena.offsets.values()].map(({ bytes }) => bytes));
    expect(arena.slice).toBeLessThanOrEqual(2 * largest + 64);
    expect(arena.withoutReuse).toBeGreaterThan(5 * arena.slice);
  });

  it("of VGG-16 needs what its first two convolutions hold together", () => {
    const [model] = modelsOf(vgg(224, 1000, 4096));
    const { arena } = planProgram(model!, "infer", targets.avx512);
    const oneLayer = 64 * 224 * (224 + 2) * 4;
    expect(arena.slice).toBeLessThanOrEqual(2 * oneLayer);
    expect(arena.slice).toBeLessThan(0.6 * arena.withoutReuse);
  });

  it("of copies of weights, in a step, needs room for the largest", () => {
    const layers = Array.from({ length: 4 }, () => "conv(256, kernel=3, pad=1) -> relu").join(" -> ");
    const model = modelOf(
      "Copies",
      `  input x: f32[256, 16, 16]\n  y = x -> ${layers} -> global_avg_pool -> dense(3)\n  output a: class[3] = y -> softmax
  train { loss = cross_entropy(y, a)  optimizer = sgd(lr=0.1)  batch = 2  epochs = 1 }`,
    );
    const plan = planProgram(model, "step", targets.avx512);
    checkOnce(plan);
    expect(plan.arena.copies.length).toBe(7);
    const sizes = plan.derived.map(({ size }) => size * 4);
    expect(plan.arena.once).toBeLessThan(2 * Math.max(...sizes));
    expect(plan.arena.once).toBeLessThan(sizes.reduce((a, b) => a + b, 0) / 3);
  });

  it("never puts a result where an operand is, even in the same shape", () => {
    const model = modelOf(
      "Same",
      `  input x: f32[7, 5, 5]\n  y = x -> conv(7, kernel=1) -> softmax\n  output r: f32[7, 5, 5] = y`,
    );
    const plan = planProgram(model, "infer", targets.avx2);
    const places = [...plan.arena.offsets.values()];
    expect(places.length).toBeGreaterThanOrEqual(3);
    checkMemory(plan);
  });

  it("is the same every time", () => {
    const [first, second] = [1, 2].map(() => planProgram(lenet!, "step", targets.avx512).arena);
    expect(first).toEqual(second);
  });

  it("keeps slices off multiples of 4 KiB", () => {
    const model = modelOf("Aliased", `  input x: f32[16, 8, 8]\n  output r: f32[16, 8, 8] = x -> relu`);
    const { arena } = planProgram(model, "infer", targets.avx512);
    expect(arena.slice % 4096).not.toBe(0);
    expect(arena.slice).toBe(4096 + 64);
  });
});
