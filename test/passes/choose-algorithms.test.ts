import { describe, expect, it } from "vitest";
import type { Graph, Node } from "../../compiler/ir/graph.ts";
import type { Choice, Isa } from "../../compiler/ir/plan.ts";
import { chooseAlgorithms } from "../../compiler/passes/choose-algorithms.ts";
import { targets } from "../../compiler/passes/targets.ts";
import { broadcastRegisters, chooseTile, lanesFor } from "../../compiler/passes/tiles.ts";
import { planModel, planProgram } from "../../compiler/plan-model.ts";
import { modelOf } from "../../compiler/testing/index.ts";
import { channelsOf, conv, graphOf } from "./support.ts";

const isas = ["avx512", "avx2", "scalar"] as const;

describe("vectors", () => {
  it.each<[number, number, number]>([
    // channels, lanes of AVX-512, of AVX2
    [1, 1, 1],
    [3, 1, 1],
    [4, 8, 8],
    [6, 8, 8],
    [8, 8, 8],
    [10, 16, 8],
    [16, 16, 8],
    [20, 16, 8],
    [24, 16, 8],
    [28, 16, 8],
    [64, 16, 8],
    [84, 16, 8],
    [120, 16, 8],
    [1000, 16, 8],
  ])("of %d channels", (channels, avx512, avx2) => {
    expect([lanesFor(channels, targets.avx512), lanesFor(channels, targets.avx2)]).toEqual([avx512, avx2]);
    expect(lanesFor(channels, targets.scalar)).toBe(1);
  });
});

describe("register tiles", () => {
  it.each(isas)("fit the registers of %s, and the work", (isa) => {
    const target = targets[isa];
    for (const lanes of target.lanes)
      for (let pixels = 1; pixels < 40; pixels += 3)
        for (const vectors of [1, 2, 3, 4, 5, 8, 63]) {
          const tile = chooseTile(pixels, vectors, lanes, target);
          expect(tile.pixels * tile.vectors + tile.vectors + broadcastRegisters).toBeLessThanOrEqual(target.registers);
          expect(tile.pixels).toBeLessThanOrEqual(pixels);
          expect(tile.vectors).toBeLessThanOrEqual(vectors);
          expect(Math.min(tile.pixels, tile.vectors)).toBeGreaterThanOrEqual(1);
        }
  });

  it("hide the latency of multiply-adds where there is enough to do", () => {
    for (const isa of isas)
      for (const [pixels, vectors] of [
        [28, 4],
        [14, 2],
        [56, 1],
      ] as const) {
        const tile = chooseTile(pixels, vectors, targets[isa].lanes[0]!, targets[isa]);
        expect(tile.pixels * tile.vectors).toBeGreaterThanOrEqual(8);
      }
  });
});

/** The family, groups and channels of one layer to the kernel that each target takes. */
describe("kernels", () => {
  const grouped = (inputs: number, outputs: number, groups: number): Graph =>
    graphOf(`
      input x: f32[${inputs},6,6]
      parameter w: f32[${outputs},${inputs / groups},1,1] once
      node ${conv(1).replace('"groups":1', `"groups":${groups}`)} (x, w)
        store y: f32[${outputs},6,6] = core
      result y = y
    `);
  const kernelOf = (graph: Graph, isa: Isa): string =>
    chooseAlgorithms({ graph, target: targets[isa] }).choices![0]!.kernel;

  it.each<[string, Graph, readonly string[]]>([
    ["one group", grouped(5, 7, 1), ["conv_direct", "conv_direct", "conv_direct"]],
    ["groups of whole vectors", grouped(32, 64, 2), ["conv_direct", "conv_direct", "conv_direct"]],
    ["groups of half a vector", grouped(32, 32, 4), ["conv_grouped", "conv_direct", "conv_direct"]],
    ["a group for each channel", grouped(64, 64, 64), ["conv_grouped", "conv_grouped", "conv_direct"]],
  ])("of a convolution with %s", (_, graph, expected) => {
    expect(isas.map((isa) => kernelOf(graph, isa))).toEqual(expected);
  });
});

describe("a convolution 3×3", () => {
  const choiceOf = (size: number, channels: number, window = {}, isa: Isa = "avx512"): Choice => {
    const graph = graphOf(`
      input x: f32[${channels},${size},${size}]
      parameter w: f32[${channels},${channels},3,3] once
      node ${conv(3, { pad: 1, ...window })} (x, w)
        store y: f32[${channels},${size},${size}] = core
      result y = y
    `);
    return chooseAlgorithms({ graph, target: targets[isa] }).choices![0]!;
  };

  it("of many channels is computed in tiles, where that takes fewer cycles", () => {
    expect(choiceOf(56, 64)).toMatchObject({ kernel: "conv_winograd", winograd: { results: [4, 4], whole: false } });
    expect(choiceOf(56, 64, {}, "avx2")).toMatchObject({
      kernel: "conv_winograd",
      winograd: { results: [4, 4], whole: false },
    });
    expect(choiceOf(28, 128)).toMatchObject({ winograd: { whole: false, group: 7 }, tile: { pixels: 7, vectors: 4 } });
    // With few tiles for the weights, block by block, and narrow ones.
    expect(choiceOf(14, 256)).toMatchObject({ winograd: { whole: true }, tile: { pixels: 14, vectors: 2 } });
    expect(choiceOf(56, 4).kernel).toBe("conv_direct");
    expect(choiceOf(56, 64, {}, "scalar").kernel).toBe("conv_direct");
  });

  it("is so in a training step too, and its gradients, unless it has a stride", () => {
    const kernels = (stride: number): readonly (readonly [string, string])[] => {
      const text = `input x: f32[32, 28, 28]
        y = x -> conv(32, kernel=3, pad=1) -> tanh -> conv(48, kernel=3, stride=${stride}, pad=1) -> global_avg_pool -> dense(3)
        output a: class[3] = y -> softmax
        train { loss = cross_entropy(y, a) optimizer = sgd(lr=0.1) batch = 4 epochs = 1 }`;
      const { plans } = planModel(modelOf("Steps", text), targets.avx512, ["infer", "step"]);
      const { graph, choices } = plans.step!;
      return graph.nodes.flatMap(({ core }, i) =>
        core.family.startsWith("conv") ? [[core.family, choices[i]!.kernel] as const] : [],
      );
    };
    const first = ["conv", "conv_winograd"] as const;
    const [toInput, toWeights] = [
      ["conv_data_grad", "conv_winograd"],
      ["conv_weight_grad", "conv_winograd_weights"],
    ] as const;
    expect(kernels(1)).toEqual([first, first, toInput, toWeights, toWeights]);
    const direct = [
      ["conv", "conv_direct"],
      ["conv_data_grad", "conv_data"],
      ["conv_weight_grad", "conv_weights"],
    ] as const;
    expect(kernels(2).toSorted()).toEqual([first, toWeights, ...direct].toSorted());
  });

  it("has its gradient to weights summed in blocks that stay in the second cache, and in parts of the batch where these are few", () => {
    const weightsOf = (size: number, channels: number, isa: Isa = "avx512"): Choice => {
      const graph = graphOf(`
        input x: f32[${channels},${size},${size}]
        input dy: f32[${channels},${size},${size}]
        parameter w: f32[${channels},${channels},3,3] once
        node conv_weight_grad {"window":{"kernel":[3,3],"stride":[1,1],"dilation":[1,1],"pad":[1,1,1,1]},"groups":1} (x, dy)
          store dw: f32[${channels},${channels},3,3] once = core
        result dw = dw
      `);
      return chooseAlgorithms({ graph, target: targets[isa] }).choices![0]!;
    };
    expect(weightsOf(56, 64)).toMatchObject({ parts: 8, tile: { pixels: 6, vectors: 4 } });
    expect(weightsOf(56, 64).adjoint).toMatchObject({ results: [4, 4], channels: 64, vectors: 4 });
    expect(weightsOf(14, 256)).not.toHaveProperty("parts");
    expect(weightsOf(14, 256).adjoint).toMatchObject({ results: [4, 4], channels: 64, vectors: 4 });
    expect(weightsOf(56, 64, "avx2").adjoint).toMatchObject({ results: [4, 4], channels: 64, vectors: 8 });
    expect(weightsOf(56, 64, "scalar")).not.toHaveProperty("adjoint");
    expect(weightsOf(56, 4)).not.toHaveProperty("adjoint");
  });

  it("reads weights once for a picture, and fewer of them, where they are larger than what they are multiplied by", () => {
    expect(choiceOf(14, 256).winograd).toMatchObject({ results: [4, 4], whole: true });
    expect(choiceOf(7, 512).winograd).toMatchObject({ results: [2, 2], whole: true });
  });
});

it.each(isas)("a few channels of many are taken with vectors for the few, %s", (isa) => {
  const graph = graphOf(`
    input x: f32[33]
    node ${channelsOf(32, [1, 1, 1])} (x)
      store y: f32[1] = core
    result y = y
  `);
  expect(chooseAlgorithms({ graph, target: targets[isa] }).choices![0]!.lanes).toBe(1);
});

describe("a training step", () => {
  const model = modelOf(
    "Mixed",
    `  input x: f32[3, 32, 32]
  y = x -> conv(64, kernel=3, pad=1) -> relu -> max_pool(2) -> conv(64, kernel=3, groups=64) -> conv(6, kernel=1)
    -> flatten -> dense(120) -> relu -> dense(10) -> tanh -> dense(2)
  output a: class[2] = y -> softmax
  train { loss = cross_entropy(y, a)  optimizer = sgd(lr=0.1)  batch = 2  epochs = 1 }`,
  );

  it.each(isas)("has a kernel, a width and a reason for every node, %s", (isa) => {
    const { graph, choices } = planProgram(model, "step", targets[isa]);
    expect(choices.length).toBe(graph.nodes.length);
    for (const { kernel, lanes, reason } of choices) {
      expect(kernel).toMatch(/^[a-z_]+$/);
      expect(targets[isa].lanes).toContain(lanes);
      expect(reason).not.toBe("");
    }
  });

  it.each(isas)("sums gradients of weights in blocks as wide as the weights are packed, %s", (isa) => {
    const { graph, choices, packings } = planProgram(model, "step", targets[isa]);
    const sums = graph.nodes.flatMap((node: Node, i) =>
      node.core.family.endsWith("_weight_grad") ? [[node, choices[i]!] as const] : [],
    );
    expect(sums.length).toBe(6);
    for (const [node, choice] of sums as readonly (readonly [Node, Choice])[]) {
      // What goes from maximum to maximum has vectors of taps, and stores them as they are packed.
      const { lanes, tile } = choice.kernel === "conv_max_weights" ? choice.forward! : choice;
      const parameter = graph.parameters[graph.gradients.indexOf(node.outputs[0]!)]!;
      const packing = packings.get(parameter)!;
      expect([parameter, lanes, tile!.vectors]).toEqual([parameter, packing.lanes, packing.vectors]);
    }
  });

  it("cuts sums into a number of parts that no thread count changes", () => {
    const { graph, choices } = planProgram(model, "step", targets.avx512);
    graph.nodes.forEach(({ core: { family } }, i) => {
      if (family === "conv_weight_grad" || family === "channel_sum") expect(choices[i]!.parts).toBe(8);
    });
  });
});

describe("the gradient of an embedding", () => {
  const planOf = (dim: number) => {
    const lines = `input words: tokens[12] in 10000
  y = words -> embedding(${dim}) -> flatten -> dense(2)
  output kind: class[2] = y -> softmax
  train { loss = cross_entropy(y, kind) optimizer = sgd(lr=0.1) }`;
    return planProgram(modelOf("Text", lines), "step", targets.avx512);
  };

  it("is cut by channels, into about eight units of whole lines", () => {
    const vectors = (dim: number): number | undefined =>
      planOf(dim).choices.find(({ kernel }) => kernel === "embedding_weights")?.tile?.vectors;
    // 1, 8, 19 and 63 vectors of 16.
    expect([16, 128, 300, 1000].map(vectors)).toEqual([1, 1, 2, 4]);
  });

  it("needs no second table", () => {
    const { arena, packings } = planOf(300);
    expect(packings.get("y.embedding1.weight")).toMatchObject({ form: "rows", lanes: 16, size: 10_000 * 304 });
    expect(arena.bytesOnce).toBeLessThan(100_000);
  });
});
