import { beforeAll, describe, expect, it } from "vitest";
import { CnncWeightsError, weightsOf, type ModelClass, type WeightTensor } from "../../runtime/index.ts";
import { fakeModel, type LinearTypes } from "./fake-model.ts";

/** Weights of another network, taken by name and shape. */

let Linear: ModelClass<LinearTypes>;
beforeAll(async () => {
  Linear = await fakeModel();
});

const weight: WeightTensor = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
const bias: WeightTensor = { shape: [2], data: Float32Array.of(0.5, -0.5) };
const head: WeightTensor = { shape: [3], data: Float32Array.of(1, 2, 3) };

describe("initializeFrom", () => {
  it("takes what agrees in name and shape, and tells of all else", async () => {
    using net = await Linear.load({ seed: 1 });
    const drawn = net.parameters.get("dense1.weight");
    const other = weightsOf({
      "dense1.bias": bias,
      "dense1.weight": { shape: [3, 3], data: new Float32Array(9) },
      "dense2.bias": head,
      // A checkpoint's: no weights.
      "optimizer.velocity.dense1.bias": bias,
    });
    expect(net.initializeFrom(other)).toEqual({
      matched: ["dense1.bias"],
      missing: [],
      mismatched: [{ name: "dense1.weight", expected: [2, 3], got: [3, 3] }],
      unused: ["dense2.bias"],
    });
    expect(net.parameters.get("dense1.bias")).toEqual(bias.data);
    expect(net.parameters.get("dense1.weight")).toEqual(drawn);
    expect(net.initializeFrom(weightsOf({ "dense1.weight": weight }))).toEqual({
      ...{ matched: ["dense1.weight"], missing: ["dense1.bias"], mismatched: [], unused: [] },
    });
  });

  it("is an error where nothing agrees, with the names of both sides", async () => {
    using net = await Linear.load();
    const taken = () => net.initializeFrom(weightsOf({ "dense1.bias": head, "features.0.weight": weight }));
    expect(taken).toThrow(CnncWeightsError);
    expect(taken).toThrow(
      "nothing can be taken for Linear: no tensor has the name and the shape of one of its parameters " +
        "(the network's: dense1.weight, dense1.bias; there: features.0.weight; dense1.bias there is 3)",
    );
  });

  it("takes nothing where a value is no number", async () => {
    using net = await Linear.load({ seed: 1 });
    const before = net.parameters.get("dense1.weight");
    const broken = { shape: [2], data: Float32Array.of(1, NaN) };
    expect(() => net.initializeFrom(weightsOf({ "dense1.weight": weight, "dense1.bias": broken }))).toThrow(
      "dense1.bias: expected finite numbers, got NaN at 1",
    );
    expect(net.parameters.get("dense1.weight")).toEqual(before);
  });

  it("is refused by a net that has been disposed", async () => {
    const net = await Linear.load();
    await net.dispose();
    expect(() => net.initializeFrom(weightsOf({ "dense1.bias": bias }))).toThrow("has been disposed");
  });
});
