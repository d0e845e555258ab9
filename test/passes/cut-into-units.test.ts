import { describe, expect, it } from "vitest";
import { valueOf, type ProgramName } from "../../compiler/ir/graph.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { macsOf } from "../../compiler/passes/work.ts";
import { targets } from "../../compiler/passes/targets.ts";
import { planModel, planProgram } from "../../compiler/plan-model.ts";
import { extentOf } from "../../compiler/shape/tensor-type.ts";
import { modelOf, modelsOf } from "../../compiler/testing/index.ts";
import { oddNetworks } from "../compile/odd-networks.ts";
import { readText } from "../support/paths.ts";

const plan = (lines: string, program: ProgramName = "infer"): Plan =>
  planProgram(
    modelOf(
      "Cut",
      `${lines}
  output a: class[3] = y -> softmax
  train { loss = cross_entropy(y, a)  optimizer = sgd(lr=0.1)  batch = 2  epochs = 1 }`,
    ),
    program,
    targets.avx512,
  );

/** `conv bands 8`: the family of a stage's first node, its kind of units, how many nodes. */
const stagesOf = ({ stages, graph }: Plan): string[] =>
  stages.map(({ units, nodes }) => `${graph.nodes[nodes[0]!]!.core.family} ${units.by} ${nodes.length}`);

describe("small networks", () => {
  it("predict in one stage: a few samples go through everything", () => {
    const found = plan("  input x: f32[3, 16, 16]\n  y = x -> conv(8, kernel=3) -> relu -> flatten -> dense(3)");
    expect(stagesOf(found)).toEqual(["map samples 4"]);
    expect(found.stages[0]!.units).toEqual({ by: "samples", samples: 8 });
  });

  it("train in three: samples, sums, the optimiser", () => {
    const [lenet] = modelsOf(readText("examples/lenet/lenet.cnn"));
    const { stages } = planProgram(lenet!, "step", targets.avx512);
    expect(stages.map(({ units }) => units.by)).toEqual(["samples", "sums", "ranges"]);
  });
});

it("what moves the same running values is never done at the same time, and stays in the order of the uses", () => {
  const found = plan(
    `  input x: f32[4, 8, 8]
  input z: f32[4, 8, 8]
  shared norm = batch_norm
  late = x -> conv(4, kernel=3, pad=1) -> batch_norm -> norm -> tanh
  early = z -> norm -> tanh
  y = add(late, early) -> flatten -> dense(3)`,
    "step",
  );
  const moments = found.stages.map(({ nodes }) =>
    nodes.flatMap((node) => {
      const { core, inputs, outputs } = found.graph.nodes[node]!;
      return core.family === "batch_moments" && inputs.includes("norm.running_mean") ? [outputs[0]!] : [];
    }),
  );
  expect(moments.filter((ids) => ids.length > 0)).toEqual([["late.norm1.mean"], ["early.norm1.mean"]]);
});

describe("large layers", () => {
  const big = plan("  input x: f32[64, 56, 56]\n  y = x -> conv(64, kernel=7, pad=3) -> relu -> flatten -> dense(3)");

  it("of rows are cut into bands that cover the picture", () => {
    expect(stagesOf(big)).toEqual(["map samples 1", "conv bands 1", "dense samples 2"]);
    const { units } = big.stages[1]!;
    if (units.by !== "bands") throw new Error("no bands");
    expect(units).toEqual({ by: "bands", rows: 1, step: 1 });
  });

  it("in tiles are cut into bands of whole groups of them, or into tiles and blocks of channels", () => {
    const inTiles = (size: number, channels: number) => {
      const { stages } = plan(`  input x: f32[${channels}, ${size}, ${size}]
  y = x -> conv(${channels}, kernel=3, pad=1) -> relu -> max_pool(2) -> flatten -> dense(3)`);
      return stages[1]!.units;
    };
    expect(inTiles(56, 64)).toEqual({ by: "bands", rows: 2, step: 2 });
    expect(inTiles(28, 128)).toEqual({ by: "bands", rows: 8, step: 2 });
    expect(inTiles(14, 256)).toEqual({ by: "tiles", down: 4, blocks: 8, samples: 4 });
  });

  it("of one row are cut by samples", () => {
    const long = plan("  input x: f32[16, 1, 4096]\n  y = x -> conv(64, kernel=[1, 9]) -> flatten -> dense(3)");
    const stage = long.stages.find(({ nodes }) => long.graph.nodes[nodes[0]!]!.core.family === "conv");
    expect(stage?.units.by ?? "samples").toBe("samples");
  });

  it("of dense values are cut into blocks of outputs, their gradients into blocks of inputs", () => {
    const blocksOf = ({ graph, choices }: Plan, index: number): number => {
      const { lanes, tile } = choices[index]!;
      const { channels, height, width } = extentOf(valueOf(graph, graph.nodes[index]!.body[0]!.value).type.shape);
      return height * width * Math.ceil(Math.ceil(channels / lanes) / tile!.vectors);
    };
    const lines = "  input x: f32[4096]\n  y = x -> dense(4096) -> relu -> dense(4000) -> relu -> dense(3)";
    const infer = plan(lines);
    expect(stagesOf(infer)).toEqual(["map samples 1", "dense blocks 1", "dense blocks 1", "dense samples 2"]);
    const step = plan(lines, "step");
    expect(stagesOf(step)).toContain("dense_data_grad blocks 1");
    for (const program of [infer, step])
      for (const { units, nodes } of program.stages)
        if (units.by === "blocks") expect(units.blocks).toBe(blocksOf(program, nodes[0]!));
  });

  it("of rows and dense gradients are never cut into bands that a kernel cannot compute", () => {
    const lines =
      "  input x: f32[16, 40, 40]\n  y = x -> conv(40, kernel=3) -> relu -> flatten -> dense(1500) -> relu -> dense(3)";
    const { graph, stages } = plan(lines, "step");
    const found = stages.filter(({ units }) => units.by === "bands").flatMap(({ nodes }) => nodes);
    expect(found.map((node) => graph.nodes[node]!.core.family)).not.toContain("dense_data_grad");
    expect(found.length).toBeGreaterThan(0);
  });
});

describe("every plan", () => {
  const models = oddNetworks.flatMap(({ models }) => models);
  it.each(models.map((model) => [model.name, model] as const))(
    "of %s runs each node once, in order, but what is in place",
    (_, model) => {
      for (const { stages, choices } of Object.values(planModel(model, targets.avx2).plans)) {
        const computed = choices.flatMap(({ kernel }, i) => (kernel === "in_place" ? [] : [i]));
        expect(stages.flatMap(({ nodes }) => nodes)).toEqual(computed);
        for (const { units, nodes } of stages)
          if (units.by === "bands" || units.by === "blocks" || units.by === "ranges") expect(nodes.length).toBe(1);
      }
    },
  );
});

it("multiply-accumulates are counted by the layer's formula", () => {
  const { graph } = plan(
    "  input x: f32[3, 10, 10]\n  y = x -> conv(8, kernel=3, pad=1) -> flatten -> dense(3)",
    "step",
  );
  const counted = graph.nodes
    .filter(({ core }) => /conv|dense/.test(core.family))
    .map((node) => [node.core.family, macsOf(graph, node)]);
  expect(counted).toEqual([
    ["conv", 8 * 100 * 27],
    ["dense", 2400],
    ["dense_data_grad", 2400],
    ["dense_weight_grad", 2400],
    ["conv_weight_grad", 8 * 100 * 27],
  ]);
});
