import { expect, test } from "vitest";
import { build } from "../../compiler/build/build.ts";
import { defineModel, type Input, type TensorOutput } from "../../runtime/index.ts";
import { compileText, suiteFolder } from "./lenet.ts";

const [channels, height, width] = [3, 5, 37];
const [mean, std] = [
  [0.4, 0.5, 0.6],
  [0.2, 0.25, 0.3],
];
const text = `model Pixels {
  input image: u8[${channels}, ${height}, ${width}]
  output y: f32[${channels}, ${height}, ${width}] = image -> normalize(mean=[${mean}], std=[${std}])
}`;

interface Pixels {
  inputs: { image: Input<Uint8Array, readonly [3, 5, 37]> };
  outputs: { y: TensorOutput<readonly [3, 5, 37]> };
  targets: never;
  metrics: never;
}

test("bytes of a picture become the same numbers, whether its channels or its pixels lie together", async () => {
  const models = compileText(text, "pixels.cnn");
  const { addon } = await build(models, { name: "pixels", out: suiteFolder() });
  using net = await defineModel<Pixels>(models[0]!.manifest, addon).load();
  const pixels = height * width;
  const batch = 3;
  const at = (n: number, c: number, i: number): number => (n * channels + c) * pixels + i;
  const chw = new Uint8Array(batch * channels * pixels);
  const hwc = new Uint8Array(chw.length);
  const expected: number[] = [];
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < pixels; i++) {
        const byte = (7 * n + 31 * c + 13 * i) % 256;
        chw[at(n, c, i)] = hwc[(n * pixels + i) * channels + c] = byte;
        expected[at(n, c, i)] = (byte / 255 - mean![c]!) / std![c]!;
      }
  const y = net.predictSync({ image: chw }).y;
  y.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  expect(net.predictSync({ image: { data: hwc, layout: "hwc" } }).y).toEqual(y);
});
