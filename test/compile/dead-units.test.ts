import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { modelOf, referenceForward } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { draw } from "./network-check.ts";
import { buildQuickly } from "../support/build-quickly.ts";

// One rectifier changes places with the pooling behind it, one is fused into a dense layer, one stands behind an addition.
const model = modelOf(
  "Watched",
  `
  input image: f32[2, 8, 8]
  a = image -> conv(20, kernel=3, pad=1) -> relu -> max_pool(2)
  b = a -> add(a -> conv(20, kernel=3, pad=1)) -> relu(leak_grad=0.01..0.05)
  logits = b -> flatten -> dense(7) -> relu -> dense(3) -> sigmoid -> dense(3)
  output kind: class[3] = logits -> softmax
  train { loss = cross_entropy(logits, kind)  optimizer = sgd(lr=0) }
`,
);
const layers = ["a.relu1", "b.relu1", "logits.relu1"];
const units = 20 + 20 + 7;

describe("units of rectified layers", () => {
  let addon: Addon;
  beforeAll(async () => {
    addon = await buildQuickly("watched", [model], nativeIsa(), () => ["infer", "step"]);
  });

  it.each([1, 2, 4])("fire where the reference is above 0 in any sample so far, on %i threads", (threads) => {
    const [batch, half] = [4, 2];
    const { inputs, parameters, targets } = draw(model, batch);
    // Biases keep some units from ever firing, in each layer.
    for (const name of ["a.conv1.bias", "b.conv1.bias", "logits.dense1.bias"])
      parameters.get(name)!.data.forEach((_, i, data) => (data[i] = i % 4 === 1 ? -100 : data[i]! / 10));
    const expected = (samples: number) =>
      layers.flatMap((layer) => {
        const { data, shape } = referenceForward(model, inputs, parameters).get(layer)!;
        const [, channels = 1, ...sides] = shape;
        const pixels = sides.reduce((a, b) => a * b, 1);
        const fired = new Array<number>(channels).fill(0);
        data.subarray(0, samples * channels * pixels).forEach((value, i) => {
          if (value > 0) fired[Math.floor(i / pixels) % channels] = 1;
        });
        return fired;
      });

    const instance = addon.create(model.name, threads);
    model.layers
      .flatMap((layer) => layer.parameters)
      .forEach(({ name }, i) => instance.setParameter(i, Float32Array.from(parameters.get(name)!.data)));
    const step = (from: number, to: number) => {
      const image = Float32Array.from(inputs.get("image")!.data).subarray(from * 128, to * 128);
      const given = Int32Array.from(targets.get("kind")!).subarray(from, to);
      instance.stepSync(to - from, [image], 0, [given], 1, 0, 10);
    };
    const activity = () => [...instance.getActivity(new Uint8Array(units))];
    expect(activity()).toEqual(new Array(units).fill(0));
    step(0, half);
    const first = activity();
    expect(first).toEqual(expected(half));
    step(half, batch);
    expect(activity()).toEqual(expected(batch));
    expect(first.reduce((a, b) => a + b)).toBeGreaterThan(units / 2);
    expect(activity()).toContain(0);
    instance.clearActivity();
    expect(activity()).toEqual(new Array(units).fill(0));
    instance.dispose();
  });
});
