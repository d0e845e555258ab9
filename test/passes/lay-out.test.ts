import { describe, expect, it } from "vitest";
import type { CheckedModel } from "../../compiler/check/program.ts";
import type { ValueId } from "../../compiler/ir/graph.ts";
import type { Layout } from "../../compiler/ir/plan.ts";
import { chooseAlgorithms } from "../../compiler/passes/choose-algorithms.ts";
import { layOut } from "../../compiler/passes/lay-out.ts";
import { targets } from "../../compiler/passes/targets.ts";
import { lower } from "../../compiler/lower/lower.ts";
import { runPasses } from "../../compiler/passes/pipeline.ts";
import { planModel } from "../../compiler/plan-model.ts";
import { modelOf, modelsOf, sampleModels } from "../../compiler/testing/index.ts";
import { sizeOf } from "../../compiler/shape/tensor-type.ts";
import { oddNetworks } from "../compile/odd-networks.ts";
import { readText } from "../support/paths.ts";
import { conv, graphOf } from "./support.ts";

const isas = ["avx512", "avx2", "scalar"] as const;
const [lenet] = modelsOf(readText("examples/lenet/lenet.cnn"), "lenet.cnn");

describe("concatenations", () => {
  /** Where the operands a, b of y = concat(a, b) lie. */
  const placesOf = (text: string, operands = ["a", "b"]): readonly string[] => {
    const { layouts, choices } = layOut(chooseAlgorithms({ graph: graphOf(text), target: targets.avx512 }));
    const places = operands.map((id) => {
      const layout = layouts!.get(id);
      return layout?.kind === "image" && layout.within ? `${layout.within.value}+${layout.within.channel}` : "apart";
    });
    return [...places, ...choices!.filter(({ kernel }) => kernel === "in_place").map(() => "not copied")];
  };
  const two = (first: number, second: number, more = ""): string => `
    input x: f32[4,3,3]
    parameter u: f32[${first},4,1,1] once
    parameter v: f32[${second},4,1,1] once
    node ${conv(1)} (x, u)
      store a: f32[${first},3,3] = core
    node ${conv(1)} (x, v)
      store b: f32[${second},3,3] = core
    ${more}
    node concat (a, b)
      store y: f32[${first + second},3,3] = core
    result y = y
  `;

  it("have their operands written into them", () => {
    expect(placesOf(two(32, 16))).toEqual(["y+0", "y+32", "not copied"]);
    expect(placesOf(two(16, 5))).toEqual(["y+0", "y+16", "not copied"]);
  });

  it("copy those whose vectors would reach into a neighbour", () => {
    expect(placesOf(two(5, 16))).toEqual(["apart", "apart"]);
  });

  it("are computed where steps come behind", () => {
    const steps = (step: string): string => two(32, 16).replace("y: f32[48,3,3] = core", `y: f32[48,3,3] = ${step}`);
    expect(placesOf(steps("core"))).toEqual(["y+0", "y+32", "not copied"]);
    expect(placesOf(steps("(tanh core)"))).toEqual(["apart", "apart"]);
  });

  it("copy those that are the caller's", () => {
    const text = two(16, 16).replace("concat (a, b)", "concat (a, x)").replace("y: f32[32,", "y: f32[20,");
    expect(placesOf(text)).toEqual(["apart", "apart"]);
  });

  it("copy what would keep the room of all for long", () => {
    const steps = Array.from({ length: 4 }, (_, i) => {
      const from = i === 0 ? "a" : `t${i - 1}`;
      return `node ${conv(1)} (${from}, u)\n store t${i}: f32[16,3,3] = core`;
    });
    const text = two(16, 16, steps.join("\n"))
      .replaceAll("f32[16,4,1,1]", "f32[16,16,1,1]")
      .replace("input x: f32[4", "input x: f32[16");
    expect(placesOf(text.replace("concat (a, b)", "concat (a, t3)"), ["a", "t3"])).toEqual(["apart", "apart"]);
    expect(placesOf(text)).toEqual(["y+0", "y+16", "not copied"]);
  });

  it("hold others of their kind, with the halo that any of them needs", () => {
    const text = `${two(16, 16).replace("result y = y", "")}
      parameter w: f32[16,32,3,3] once
      node ${conv(3, { pad: 1 })} (y, w)
        store c: f32[16,3,3] = core
      node concat (y, c)
        store z: f32[48,3,3] = core
      result z = z`;
    expect(placesOf(text, ["a", "b", "y", "c"])).toEqual(["y+0", "y+16", "z+0", "z+32", "not copied", "not copied"]);
    const { layouts } = layOut(chooseAlgorithms({ graph: graphOf(text), target: targets.avx512 }));
    for (const id of ["a", "b", "c", "y", "z"])
      expect(layouts!.get(id)).toMatchObject({ pixel: 48, left: 1, right: 1 });
  });
});

describe("results", () => {
  /** Over which values those of y = z + core lie, where core is a convolution of h. */
  const overOf = (text: string): Readonly<Record<string, ValueId>> => {
    const { layouts } = layOut(chooseAlgorithms({ graph: graphOf(text), target: targets.avx512 }));
    return Object.fromEntries(
      [...layouts!].flatMap(([id, layout]) => (layout.kind === "image" && layout.over ? [[id, layout.over]] : [])),
    );
  };
  const sum = ({ h = "h", steps = "(add z core)", more = "result y = y" } = {}): string => `
    input x: f32[16,6,6]
    parameter u: f32[16,16,3,3] once
    parameter v: f32[16,16,1,1] once
    node ${conv(1)} (x, v)
      store z: f32[16,6,6] = core
    node ${conv(3, { pad: 1 })} (x, u)
      store h: f32[16,6,6] = core
    node ${conv(1)} (${h}, v)
      store y: f32[16,6,6] = ${steps}
    ${more}
  `;

  it("are written over what their steps are the last to read", () => {
    expect(overOf(sum())).toEqual({ y: "z" });
  });

  it("of chains are all in the same memory", () => {
    const more = `
      node ${conv(3, { pad: 1 })} (h, u)
        store w: f32[16,6,6] = (add core y)
      result w = w`;
    expect(overOf(sum({ more }))).toEqual({ y: "z", w: "y" });
  });

  it.each([
    [
      "what is read again",
      { more: `node ${conv(1)} (z, v)\n store w: f32[16,6,6] = (add core y)\n result w = w` },
      { w: "y" },
    ],
    ["results of the program", { more: "result y = y\n result z = z" }, {}],
    ["what their own core reads", { h: "z" }, {}],
    ["what is of another size", { steps: "(add x core)" }, {}],
  ])("are not written over %s", (_, change, expected) => {
    expect(overOf(sum(change))).toEqual(expected);
  });

  it("and what they are written over have the halo of either", () => {
    const more = `
      node ${conv(3, { pad: 1 })} (y, u)
        store w: f32[16,6,6] = core
      result w = w`;
    const { layouts } = layOut(chooseAlgorithms({ graph: graphOf(sum({ more })), target: targets.avx512 }));
    for (const id of ["z", "y"]) expect(layouts!.get(id)).toMatchObject({ left: 1, right: 1 });
    expect(layouts!.get("h")).toMatchObject({ left: 0, right: 0 });
  });
});

describe("halos", () => {
  const haloOf = (text: string, value: string): readonly [number, number] => {
    const layout = layOut(chooseAlgorithms({ graph: graphOf(text), target: targets.avx512 })).layouts!.get(value);
    if (layout?.kind !== "image") throw new Error(`${value} is no image`);
    return [layout.left, layout.right];
  };
  const between = (width: number, out: number, core: string): string => `
    input x: f32[4,1,${width}]
    parameter w: f32[8,4,1,1] once
    node map (x)
      store s: f32[4,1,${width}] = x
    node ${core} (s, w)
      store y: f32[8,1,${out}] = core
    result y = y
  `;
  const wide = (kernel: number, stride: number, pads: readonly [number, number], dilation = 1): string =>
    `conv ${JSON.stringify({ window: { kernel: [1, kernel], stride: [1, stride], dilation: [1, dilation], pad: [0, pads[0], 0, pads[1]] }, groups: 1 })}`;

  it.each<[string, string, readonly [number, number]]>([
    ["no padding", between(10, 8, wide(3, 1, [0, 0])), [0, 0]],
    ["the same on both sides", between(10, 10, wide(3, 1, [1, 1])), [1, 1]],
    ["one side only", between(10, 10, wide(3, 1, [2, 0])), [2, 0]],
    ["a stride that never reaches the far padding", between(10, 5, wide(3, 2, [1, 1])), [1, 0]],
    ["a stride that reaches it", between(9, 5, wide(3, 2, [1, 1])), [1, 1]],
    ["dilated taps", between(10, 10, wide(3, 1, [3, 3], 3)), [3, 3]],
  ])("with %s", (_, text, expected) => {
    expect(haloOf(text, "s")).toEqual(expected);
  });

  it("are as wide as the widest reader needs", () => {
    const text = `
      input x: f32[4,9,9]
      parameter w: f32[8,4,3,3] once
      parameter v: f32[8,4,5,5] once
      node map (x)
        store s: f32[4,9,9] = x
      node ${conv(3, { pad: 1 })} (s, w)
        store a: f32[8,9,9] = core
      node ${conv(5, { pad: 2 })} (s, v)
        store b: f32[8,9,9] = core
      result a = a
      result b = b
    `;
    expect(haloOf(text, "s")).toEqual([2, 2]);
    expect(haloOf(text, "a")).toEqual([0, 0]);
  });
});

describe("layouts", () => {
  it.each<[string, Layout["kind"]]>([
    ["x", "external"],
    ["t", "external"],
    ["s", "image"],
    ["l", "scalars"],
    ["m", "once"],
    ["w", "once"],
  ])("of %s: %s", (id, kind) => {
    const graph = graphOf(
      `
      input x: u8[4]
      target t: i32[]
      parameter w: f32[4] once
      node map (x, w)
        store s: f32[4] = (mul x w)
      node cross_entropy (s, t)
        store l: f32[] = core
      node batch_mean (l)
        store m: f32[] once = core
      result loss = m`,
      "program step M loss",
    );
    expect(layOut(chooseAlgorithms({ graph, target: targets.avx2 })).layouts!.get(id)!.kind).toBe(kind);
  });

  it("have pixels that lie multiples of 2 KiB apart a line further from each other", () => {
    const pixelOf = (channels: number, width: number) => {
      const text = `
        input x: f32[${channels},${width}]
        node map (x)
          store y: f32[${channels},${width}] = x
        result y = y`;
      return layOut(chooseAlgorithms({ graph: graphOf(text), target: targets.avx2 })).layouts!.get("y");
    };
    expect(pixelOf(1024, 7)).toMatchObject({ pixel: 1040 });
    expect(pixelOf(2045, 7)).toMatchObject({ pixel: 2064 });
    expect(pixelOf(1025, 7)).toMatchObject({ pixel: 1032 });
    expect(pixelOf(512, 7)).toMatchObject({ pixel: 528 });
    expect(pixelOf(256, 7)).toMatchObject({ pixel: 256 });
    expect(pixelOf(1024, 1)).toMatchObject({ pixel: 1024 });
  });

  it("give a pixel whole vectors", () => {
    for (const isa of isas) {
      const { layouts, graph } = planModel(lenet!, targets[isa]).plans.step!;
      for (const [id, layout] of layouts) {
        if (layout.kind !== "image") continue;
        const [channels = 1] = graph.values.get(id)!.type.shape;
        expect(layout.pixel).toBeGreaterThanOrEqual(channels);
        expect(targets[isa].lanes.some((lanes) => layout.pixel % lanes === 0)).toBe(true);
      }
    }
  });
});

describe("packings", () => {
  const trained = [lenet!, ...oddNetworks.flatMap(({ models }) => models)];
  const all: readonly CheckedModel[] = [...trained, ...sampleModels().map(({ model }) => model)];

  it.each(isas)("are the same in every program, %s", (isa) => {
    for (const model of all) {
      const { plans } = planModel(
        model,
        targets[isa],
        model.train ? ["infer", "step", "gradient"] : ["infer", "gradient"],
      );
      const [first, ...others] = Object.values(plans);
      for (const { packings, block } of others) {
        expect(packings).toEqual(first!.packings);
        expect(block).toBe(first!.block);
      }
    }
  });

  it.each(isas)("hold every number, one after the other, %s", (isa) => {
    for (const model of all) {
      const { packings, block, graph } = planModel(model, targets[isa], ["infer"]).plans.infer!;
      let end = 0;
      for (const id of graph.parameters) {
        const packing = packings.get(id)!;
        expect(packing.offset).toBeGreaterThanOrEqual(end);
        // Whole cache lines.
        expect(packing.offset % 16).toBe(0);
        expect(packing.size).toBeGreaterThanOrEqual(sizeOf(graph.values.get(id)!.type.shape));
        end = packing.offset + packing.size;
      }
      expect(block).toBeGreaterThanOrEqual(end);
      expect(block % 16).toBe(0);
    }
  });

  it.each(isas)("of a transposed convolution are a convolution's, and prediction turns them once, %s", (isa) => {
    const network = (train: string) =>
      modelOf(
        "Up",
        `  input x: f32[20, 4, 4]
  y = x -> conv(20, kernel=1) -> relu -> conv_transpose(33, kernel=2, stride=2) -> flatten -> dense(3)
  output a: class[3] = y -> softmax
  ${train}`,
      );
    const trained = planModel(
      network("train { loss = cross_entropy(y, a)  optimizer = sgd(lr=0.1)  batch = 2  epochs = 1 }"),
      targets[isa],
    );
    const { infer, step } = trained.plans;
    const alone = planModel(network(""), targets[isa]).plans.infer!;
    for (const { packings } of [infer!, step!, alone])
      expect(packings.get("y.conv_transpose1.weight")).toMatchObject({ form: "conv", operand: [33, 1, 1] });
    const copies = (plan: typeof infer) => plan!.derived.map(({ parameter, prepared }) => `${parameter} ${prepared}`);
    expect(copies(infer)).toEqual(["y.conv_transpose1.weight true"]);
    expect(copies(step)).toContain("y.conv_transpose1.weight false");
    expect([infer!.arena.preparedBytes > 0, step!.arena.preparedBytes]).toEqual([true, 0]);
  });

  it("do not depend on dropout in front of a dense layer", () => {
    const dropped = modelOf(
      "Dropped",
      `  input x: f32[3, 6, 6]
  y = x -> conv(5, kernel=3) -> relu -> flatten -> dropout -> dense(3)
  output a: class[3] = y -> softmax
  train { loss = cross_entropy(y, a)  optimizer = sgd(lr=0.1)  batch = 2  epochs = 1 }`,
    );
    // Each planned by itself, with nothing handed on.
    const [infer, step] = (["infer", "step"] as const).map((p) => runPasses(lower(dropped, p), targets.avx512));
    expect(infer!.packings).toEqual(step!.packings);
    expect(infer!.packings.get("y.dense1.weight")!.operand).toEqual([5, 4, 4]);
  });

  it("that two programs disagree about are an error, not wrong numbers", () => {
    const graph = lower(lenet!, "infer");
    const { packings, block, constantBlock } = runPasses(graph, targets.avx512);
    const [id] = graph.parameters;
    const turned = new Map(packings).set(id!, { ...packings.get(id!)!, vectors: 99 });
    expect(() => runPasses(graph, targets.avx512, { packed: { packings: turned, block, constantBlock } })).toThrow(
      `${id} is packed in two ways`,
    );
    expect(() => runPasses(graph, targets.avx512, { packed: { packings: new Map(), block, constantBlock } })).toThrow(
      "was not packed",
    );
  });
});
