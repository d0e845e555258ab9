import { beforeAll, expect, it } from "vitest";
import { build } from "../../compiler/build/build.ts";
import {
  arrayDataset,
  defineModel,
  evaluate,
  fit,
  RandomStream,
  type Input,
  type LabelsOutput,
  type MaskOutput,
  type ModelClass,
  type TensorOutput,
} from "../../runtime/index.ts";
import { compileText, suiteFolder } from "./lenet.ts";

const text = `model Parts {
  input x: f32[1, 6, 6]
  h = x -> conv(8, kernel=3, pad=1) -> silu
  m = h -> conv(1, kernel=1)
  k = h -> global_avg_pool -> dense(2)
  output area: mask[6, 6] = m -> sigmoid
  output marks: labels("bright", "dark") = k -> sigmoid
  l = h -> global_avg_pool -> dense(1)
  output level: f32[1] = l
  train {
    loss = binary_cross_entropy(m, area) + 0.5 * dice(m, area) + binary_cross_entropy(k, marks) + huber(l, level)
    optimizer = adam(lr=0.02)
    batch = 16
    epochs = 12
  }
}`;

interface PartsTypes {
  inputs: { x: Input<Float32Array, readonly [1, 6, 6]> };
  outputs: {
    area: MaskOutput<readonly [1, 6, 6]>;
    marks: LabelsOutput<"bright" | "dark">;
    level: TensorOutput<readonly [1]>;
  };
  targets: "area" | "marks" | "level";
  metrics: "area.iou" | "area.dice" | "marks.accuracy" | "level.mae";
}

/** Pictures whose mask is where they are above 0, their labels whether the mean is, their number the mean. */
function pictures(count: number) {
  const random = new RandomStream(5, 1);
  const x = new Float32Array(count * 36);
  const [area, marks, level] = [new Uint8Array(count * 36), new Uint8Array(count * 2), new Float32Array(count)];
  for (let n = 0; n < count; n++) {
    const shift = random.uniform() * 2 - 1;
    for (let i = n * 36; i < (n + 1) * 36; i++) {
      x[i] = random.uniform() * 2 - 1 + shift;
      area[i] = x[i]! > 0 ? 1 : 0;
      level[n]! += x[i]! / 36;
    }
    marks[2 * n + (level[n]! > 0 ? 0 : 1)] = 1;
  }
  return arrayDataset({
    x: { data: x, sampleSize: 36 },
    area: { data: area, sampleSize: 36 },
    marks: { data: marks, sampleSize: 2 },
    level: { data: level, sampleSize: 1 },
  });
}

let Parts: ModelClass<PartsTypes>;
beforeAll(async () => {
  const models = compileText(text, "parts.cnn");
  const { addon } = await build(models, { name: "parts", out: suiteFolder() });
  Parts = defineModel<PartsTypes>(models[0]!.manifest, addon);
});

it("masks, labels and numbers are learned, measured and evaluated", async () => {
  const data = pictures(256);
  using net = await Parts.load({ seed: 1 });
  const { epochs } = await fit(net, data, { seed: 1 });
  const { metrics } = epochs.at(-1)!;
  expect(metrics["area.iou"]).toBeGreaterThan(0.9);
  expect(metrics["area.dice"]).toBeGreaterThan(metrics["area.iou"]);
  expect(metrics["marks.accuracy"]).toBeGreaterThan(0.9);
  expect(metrics["level.mae"]).toBeLessThan(0.1);

  const { outputs, top1 } = await evaluate(net, data);
  expect(top1).toBeUndefined();
  expect(outputs["area"]).toMatchObject({ kind: "mask" });
  expect(outputs["marks"]).toMatchObject({ kind: "labels" });
  // What a step of the same weights measures is what evaluation does.
  const all = data.gather(Int32Array.from({ length: data.size }, (_, i) => i)) as never;
  const step = net.trainer().stepSync(all).metrics;
  const found = outputs as unknown as Record<string, Record<string, number>>;
  for (const [name, value] of Object.entries(step)) {
    const [output, metric] = name.split(".") as [string, string];
    expect(found[output]![metric], name).toBeCloseTo(value, 5);
  }
});

it("targets of masks and labels are shares", async () => {
  using net = await Parts.load();
  const batch = { x: new Float32Array(36), area: new Float32Array(36), marks: [0, 1.5], level: new Float32Array(1) };
  const step = () => net.trainer().stepSync(batch as never);
  expect(step).toThrow("marks[1]: expected a number, 0 to 1, got 1.5");
});
