import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { parametersOf } from "../../compiler/check/cost.ts";
import { buildTestAddon, modelsOf } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { checkForward } from "./network-check.ts";

const [model] = modelsOf(`cnn 1
block Tower(channels) {
  x = in -> conv(channels, kernel=3, pad=1) -> relu
  out x -> repeat 2 { conv(channels, kernel=3, pad=1) -> tanh } -> global_avg_pool
}
model Siamese {
  input left: f32[2, 6, 6]
  input right: f32[2, 6, 6]
  shared tower = Tower(5)
  shared turn = dense(5)
  a = left -> tower -> turn
  b = right -> tower -> repeat 2 { turn -> tanh }
  output label: class[5] = add(a, b) -> softmax
}`);

describe("a network of towers that share their layers", () => {
  let addon: Addon;
  beforeAll(async () => {
    addon = await buildTestAddon("siamese", [model!], nativeIsa(), () => ["infer"]);
  }, 600_000);

  it("has each parameter once", () => {
    const names = ["tower.x.conv1", "tower.conv1.0", "tower.conv1.1", "turn"];
    const expected = names.flatMap((name) => [`${name}.weight`, `${name}.bias`]);
    expect(parametersOf(model!).map(({ name }) => name)).toEqual(expected);
    expect(addon.models()[0]!.parameters).toEqual(expected);
  });

  it("predicts what the reference predicts", () => {
    for (const batch of [1, 5]) checkForward(addon, model!, batch, 2);
  });
});
