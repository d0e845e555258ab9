import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { build } from "../../compiler/build/build.ts";
import {
  arrayDataset,
  CnncError,
  defineModel,
  fit,
  hashName,
  openSafetensors,
  RandomStream,
  weightsOf as weightsInMemory,
  type ClassOutput,
  type Input,
  type ModelClass,
  type ScaledLayer,
  type TensorOutput,
} from "../../runtime/index.ts";
import { compileText, suiteFolder } from "./lenet.ts";

/** Layers of all kinds that have weights, one of them used twice, and the values that they compute as outputs. */
const text = `cnn 1
model Scaled {
  input image: u8[3, 12, 12]
  shared twice = conv(8, kernel=3, pad=1, init=lsuv)
  a = image -> normalize(mean=[0.5, 0.5, 0.5], std=[0.1, 0.25, 0.5]) -> conv(8, kernel=3, init=lsuv)
  b = a -> relu -> twice
  c = b -> relu -> twice
  d = c -> relu -> depthwise_conv(3, init=lsuv)
  e = d -> relu -> conv_transpose(4, kernel=2, stride=2, init=lsuv)
  f = e -> batch_norm -> relu -> flatten -> dropout(0.5) -> dense(20, init=lsuv)
  logits = f -> relu -> dense(3)
  output first: f32[8, 10, 10] = a
  output second: f32[8, 10, 10] = b
  output fourth: f32[8, 8, 8] = d
  output fifth: f32[4, 16, 16] = e
  output label: class[3] = logits -> softmax
  train {
    loss = cross_entropy(logits, label)
    optimizer = sgd(lr=0.01, momentum=0.9)
    batch = 40
    epochs = 2
    augment image -> flip(horizontal)
  }
}`;

interface ScaledTypes {
  inputs: { image: Input<Uint8Array, readonly [3, 12, 12]> };
  outputs: {
    first: TensorOutput<readonly [8, 10, 10]>;
    second: TensorOutput<readonly [8, 10, 10]>;
    fourth: TensorOutput<readonly [8, 8, 8]>;
    fifth: TensorOutput<readonly [4, 16, 16]>;
    label: ClassOutput;
  };
  targets: "label";
  metrics: "label.accuracy";
}

const size = 3 * 12 * 12;
const random = new RandomStream(5, hashName("lsuv"));
const images = Uint8Array.from({ length: 100 * size }, () => Math.floor(256 * random.uniform()));
const labels = Uint8Array.from({ length: 100 }, (_, i) => i % 3);
const data = arrayDataset({ image: { data: images, sampleSize: size }, label: { data: labels, sampleSize: 1 } });
const batch = { image: images.subarray(0, 40 * size), label: labels.subarray(0, 40) };

function variance(values: Float32Array): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
}

describe("init=lsuv", () => {
  const folder = suiteFolder();
  let Scaled: ModelClass<ScaledTypes>;
  beforeAll(async () => {
    const models = compileText(text, "scaled.cnn");
    const { addon } = await build(models, { name: "scaled", out: folder });
    Scaled = defineModel<ScaledTypes>(models[0]!.manifest, addon);
  }, 600_000);

  const weightsOf = (net: Awaited<ReturnType<typeof Scaled.load>>) =>
    net.weightTensors().map(({ name, read }) => [name, read()] as const);

  it("makes the values of each layer vary by 1 over the batch", async () => {
    using net = await Scaled.load({ seed: 1, threads: 2 });
    const before = new Map(weightsOf(net));
    const scaled = await net.trainer().initialize(batch);
    expect(scaled.map(({ layer }) => layer)).toEqual([
      ...["a.conv1", "b.twice1", "d.depthwise_conv1", "e.conv_transpose1", "f.dense1"],
    ]);
    const { label: _, ...values } = net.predictSync({ image: batch.image });
    for (const [name, list] of Object.entries(values)) expect(variance(list), name).toBeCloseTo(1, 4);
    // Behind batch_norm and dropout, training and prediction differ: all of them once more.
    const again = await net.trainer().initialize(batch);
    for (const { layer, deviation } of again) expect(deviation, layer).toBeCloseTo(1, 5);
    // What each layer was divided by, and no other weight.
    const divided = new Map(Scaled.manifest.train!.scaled!.map(({ weight }, i) => [weight, scaled[i]!.deviation]));
    for (const [name, after] of weightsOf(net)) {
      const deviation = divided.get(name) ?? 1;
      before.get(name)!.forEach((value, i) => expect(after[i]!, name).toBeCloseTo(value / deviation, 4));
    }
  });

  it("starts from orthonormal weights", async () => {
    using net = await Scaled.load({ seed: 1 });
    const weight = net.parameters.get("f.dense1.weight");
    const row = (i: number) => weight.subarray(i * 1024, (i + 1) * 1024);
    const product = (i: number, j: number) => row(i).reduce((sum, x, k) => sum + x * row(j)[k]!, 0);
    expect([product(0, 0), product(19, 19), product(0, 7)].map((it) => Math.round(it * 1e5) / 1e5)).toEqual([1, 1, 0]);
  });

  it("is done by fit, once, the same on 1, 2 and 4 threads", async () => {
    const trained = async (threads: number) => {
      const calls: (readonly ScaledLayer[])[] = [];
      using net = await Scaled.load({ seed: 3, threads });
      await fit(net, data, { seed: 3, onInitialize: (layers) => calls.push(layers) });
      return { weights: weightsOf(net), calls };
    };
    const alone = await trained(1);
    expect(alone.calls).toHaveLength(1);
    expect(alone.calls[0]).toHaveLength(5);
    for (const threads of [2, 4]) expect(await trained(threads)).toEqual(alone);
  });

  it("leaves weights alone that come from a file, and a run that goes on has the same bits", async () => {
    const file = path.join(folder, "half.safetensors");
    using whole = await Scaled.load({ seed: 3 });
    await fit(whole, data, { seed: 3 });
    using half = await Scaled.load({ seed: 3 });
    const stop = new AbortController();
    const stopped = await fit(half, data, { seed: 3, signal: stop.signal, onStep: () => stop.abort() });
    await stopped.trainer.save(file);
    using net = await Scaled.load({ weights: file });
    const before = weightsOf(net);
    expect(await net.trainer().initialize(batch)).toEqual([]);
    expect(weightsOf(net)).toEqual(before);
    using weights = openSafetensors(file);
    await fit(net, data, { trainer: net.trainer({ resume: weights }), onInitialize: () => expect.unreachable() });
    expect(weightsOf(net)).toEqual(weightsOf(whole));
  });

  it("scales of a network that begins with another's weights only those that were drawn", async () => {
    using donor = await Scaled.load({ seed: 9 });
    const [donated, drawn] = ["a.conv1.weight", "f.dense1.weight"] as const;
    using net = await Scaled.load({ seed: 1 });
    const shape = donor.parameters.shape(donated);
    net.initializeFrom(weightsInMemory({ [donated]: { shape, data: donor.parameters.get(donated) } }));
    const before = net.parameters.get(drawn);
    const scaled = await net.trainer().initialize(batch);
    expect(scaled.map(({ layer }) => layer)).toEqual([
      ...["b.twice1", "d.depthwise_conv1", "e.conv_transpose1", "f.dense1"],
    ]);
    expect(net.parameters.get(donated)).toEqual(donor.parameters.get(donated));
    const { deviation } = scaled.at(-1)!;
    net.parameters.get(drawn).forEach((value, i) => expect(value).toBeCloseTo(before[i]! / deviation, 4));
    const { fifth } = net.predictSync({ image: batch.image });
    expect(variance(fifth)).toBeCloseTo(1, 4);
  });

  it("says which layer's values do not vary", async () => {
    using net = await Scaled.load({ seed: 1 });
    const same = { image: new Uint8Array(2 * size), label: labels.subarray(0, 2) };
    net.parameters.set("a.conv1.weight", new Float32Array(8 * 3 * 9));
    await expect(net.trainer().initialize(same)).rejects.toThrow(
      new CnncError(
        "a.conv1 cannot start with init=lsuv: over the first batch its values vary by 0; " +
          "are the samples all alike, or no finite numbers?",
      ),
    );
  });
});
