import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { decodeModel } from "../../compiler/onnx/schema.ts";
import { openSafetensors, writeSafetensors } from "../../runtime/index.ts";
import { plant, withTempFolder } from "../support/paths.ts";
import { cnnc, cnncHere, cnncJsonHere, lenet } from "./cnnc.ts";

const net = `cnn 1
/// A small one.
model Small {
  /// Four numbers.
  input x: f32[4]
  features = x -> dense(300) -> tanh -> dropout(0.5)
  /// Which it is.
  output kind: class("cat", "dog") = features -> dense(2) -> softmax
}
`;

/** A file of the network above, in a folder of its own. */
async function withNet(work: (at: (name: string) => string) => Promise<void>, text = net): Promise<void> {
  await withTempFolder(async (folder) => {
    plant(folder, { "net.cnn": text });
    await work((name) => path.join(folder, name));
  });
}

const read = (file: string) => decodeModel(fs.readFileSync(file));
const floats = (bytes: Uint8Array) => new Float32Array(Uint8Array.from(bytes).buffer);

describe("cnnc export", () => {
  test("writes a model of ONNX, and nothing beside it", () =>
    withNet(async (at) => {
      fs.writeFileSync(at("net.onnx"), "an older one");
      const { code, stdout, stderr } = await cnnc(["export", at("net.cnn"), "--onnx", at("net.onnx"), "--seed", "3"]);
      expect([code, stdout]).toEqual([0, `Small, as ONNX (opset 17) in ${at("net.onnx")}\n`]);
      expect(stderr).toBe("note: the weights are fresh ones (seed 3); --weights names a file of trained ones\n");
      expect(fs.readdirSync(at("."))).toEqual(["net.cnn", "net.onnx"]);

      const { irVersion, opsetImport, producerName, docString, metadataProps, graph } = read(at("net.onnx"));
      expect([irVersion, opsetImport, producerName]).toEqual([8, [{ version: 17 }], "cnnc"]);
      expect([graph?.name, docString, graph?.docString]).toEqual(["Small", "A small one.", "A small one."]);
      expect(metadataProps).toEqual([{ key: "labels.kind", value: '["cat","dog"]' }]);
      const tensor = (...sizes: number[]) => ({
        tensorType: {
          elemType: 1,
          shape: { dim: [{ dimParam: "N" }, ...sizes.map((dimValue) => ({ dimValue }))] },
        },
      });
      expect(graph?.input).toEqual([{ name: "x", type: tensor(4), docString: "Four numbers." }]);
      expect(graph?.output).toEqual([{ name: "kind", type: tensor(2), docString: "Which it is." }]);
      expect(graph?.valueInfo).toContainEqual({ name: "features.tanh1", type: tensor(300) });
      expect(graph?.node?.map(({ opType }) => opType)).toEqual([
        "Gemm",
        "Tanh",
        "Identity",
        "Gemm",
        "Softmax",
        "Identity",
      ]);
    }));

  test("holds the weights of the file, to the bit, in the same bytes each time", () =>
    withNet(async (at) => {
      const shapes = { "features.dense1.weight": [300, 4], "features.dense1.bias": [300] };
      const tensors = Object.entries({ ...shapes, "kind.dense1.weight": [2, 300], "kind.dense1.bias": [2] });
      const values = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.fround(i / 7 - 3));
      const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
      await writeSafetensors(
        at("w.safetensors"),
        tensors.map(([name, shape]) => ({ name, shape, read: () => values(size(shape)) })),
      );
      const args = ["export", at("net.cnn"), "--weights", at("w.safetensors"), "--quiet", "--onnx"];
      for (const name of ["a.onnx", "b.onnx"])
        expect(await cnncHere([...args, at(name)])).toEqual({ code: 0, stdout: "", stderr: "" });
      expect(fs.readFileSync(at("a.onnx"))).toEqual(fs.readFileSync(at("b.onnx")));
      const found = read(at("a.onnx")).graph?.initializer ?? [];
      expect(found.map(({ name, dims }) => [name, dims])).toEqual(tensors);
      for (const { rawData, dims } of found) expect(floats(rawData!)).toEqual(values(size(dims!)));
    }));

  test("draws the weights that training with the seed starts from", async () => {
    await withTempFolder(async (folder) => {
      const at = (name: string) => path.join(folder, name);
      const trained = ["train", lenet, "--data", "examples/data", "--seed", "5", "--epochs", "1"];
      await cnnc([...trained, "--out", at("w.safetensors"), "--quiet"]);
      await cnncHere(["export", lenet, "--weights", at("w.safetensors"), "--onnx", at("trained.onnx")]);
      await cnncHere(["export", lenet, "--seed", "5", "--onnx", at("fresh.onnx")]);
      const [fresh, after] = ["fresh.onnx", "trained.onnx"].map((name) => read(at(name)).graph!.initializer!);
      using weights = openSafetensors(at("w.safetensors"));
      const name = "logits.conv2.weight";
      const values = (list: typeof fresh) => floats(list!.find((it) => it.name === name)!.rawData!);
      expect(values(after)).toEqual(weights.read(name));
      // One epoch moves them, but not far.
      expect(values(fresh)).not.toEqual(weights.read(name));
      const moved = values(fresh).map((value, i) => Math.abs(value - weights.read(name)[i]!));
      expect(Math.max(...moved)).toBeLessThan(0.5);
    });
  });

  test("writes the weights beside it, each at a page of its own", () =>
    withNet(async (at) => {
      const args = ["export", at("net.cnn"), "--onnx", at("net.onnx")];
      await cnncHere(args);
      const inside = read(at("net.onnx")).graph!.initializer!;
      const { code, stdout } = await cnncHere([...args, "--external-data"]);
      expect([code, stdout]).toEqual([
        0,
        `Small, as ONNX (opset 17) in ${at("net.onnx")} and ${at("net.onnx.data")}\n`,
      ]);
      const data = fs.readFileSync(at("net.onnx.data"));
      const beside = read(at("net.onnx")).graph!.initializer!;
      expect(beside.map(({ name }) => name)).toEqual(inside.map(({ name }) => name));
      beside.forEach(({ rawData, dataLocation, externalData }, i) => {
        const place = Object.fromEntries(externalData!.map(({ key, value }) => [key, value!]));
        const [offset, length] = [Number(place["offset"]), Number(place["length"])];
        expect([rawData, dataLocation, place["location"], offset % 4096]).toEqual([undefined, 1, "net.onnx.data", 0]);
        expect(data.subarray(offset, offset + length).equals(inside[i]!.rawData!)).toBe(true);
      });
    }));

  test("makes every value an output by --all-values", () =>
    withNet(async (at) => {
      const args = ["export", at("net.cnn"), "--onnx", at("net.onnx"), "--all-values"];
      const { outputs, inputs, parameters, opset } = await cnncJsonHere<{
        readonly outputs: readonly { readonly name: string }[];
        readonly inputs: unknown;
        readonly parameters: readonly unknown[];
        readonly opset: number;
      }>(args);
      const names = ["kind", "features.dense1", "features.tanh1", "features.dropout1", "kind.dense1", "kind.softmax1"];
      expect(outputs.map(({ name }) => name)).toEqual(names);
      expect(inputs).toEqual([{ name: "x", dtype: "f32", shape: ["N", 4] }]);
      expect([parameters.length, opset]).toEqual([4, 17]);
      expect(read(at("net.onnx")).graph!.output!.map(({ name }) => name)).toEqual(names);
    }));

  test("says what is wrong with a network, and leaves what was there", () =>
    withNet(
      async (at) => {
        fs.writeFileSync(at("net.onnx"), "an older one");
        const { code, stderr } = await cnncHere(["export", at("net.cnn"), "--onnx", at("net.onnx")]);
        expect([code, stderr]).toEqual([1, expect.stringContaining("error[CNN202]")]);
        expect(fs.readFileSync(at("net.onnx"), "utf8")).toBe("an older one");
      },
      net.replace("tanh", "tahn"),
    ));

  test("refuses weights of another network, and leaves what was there", () =>
    withNet(async (at) => {
      fs.writeFileSync(at("net.onnx"), "an older one");
      await writeSafetensors(at("w.safetensors"), [{ name: "other", shape: [1], read: () => new Float32Array(1) }]);
      const args = ["export", at("net.cnn"), "--weights", at("w.safetensors"), "--onnx", at("net.onnx")];
      const { code, stderr } = await cnncHere(args);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/these weights are not Small's; missing: features\./)]);
      expect(fs.readFileSync(at("net.onnx"), "utf8")).toBe("an older one");
    }));

  test("says when weights are too large for one file, before it makes them", () =>
    withNet(async (at) => {
      const { code, stderr } = await cnncHere(["export", at("net.cnn"), "--onnx", at("net.onnx")]);
      expect(code).toBe(2);
      expect(stderr).toContain(
        "the weights of Large are 3.0 GiB, and an ONNX file has 2 GiB at most\nhelp: --external-data writes them",
      );
      expect(fs.readdirSync(at("."))).toEqual(["net.cnn"]);
    }, "cnn 1\nmodel Large { input x: f32[40000] output y: f32[20000] = x -> dense(20000) }\n"));

  test.each([
    [["--onnx", "net.onnx", "--seed", "1", "--weights", "w.safetensors"], /--seed draws fresh weights/],
    [["--onnx", "nowhere/net.onnx"], /nowhere is no folder/],
    [["--onnx", "examples"], /examples is a folder; --onnx names a file/],
    [["--seed", "1"], /required option '--onnx <file>'/],
    [["--onnx", path.join("build", "net.onnx"), "--seed", "-1"], /whole number/],
  ])("refuses %j", async (args, message) => {
    const { code, stdout, stderr } = await cnncHere(["export", lenet, ...args]);
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringMatching(message)]);
  });
});
