import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeSafetensors } from "../../runtime/index.ts";
import { compile, fakeModelSource, hostSources, run } from "./fake-addon.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-c-api-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string) => path.join(folder, name);

beforeAll(async () => {
  const fakeModel = path.dirname(fakeModelSource);
  const sources = [...hostSources("c"), fakeModelSource, path.join(fakeModel, "entry.cc")];
  fs.writeFileSync(at("exports.map"), "{ global: linear_cnnc_api; local: *; };");
  const objects = await Promise.all(sources.map((it) => compile(it, folder)));
  await run("g++", [
    "-shared",
    "-o",
    at("liblinear.so"),
    ...objects,
    "-pthread",
    "-ldl",
    `-Wl,--version-script=${at("exports.map")}`,
  ]);
  const program = path.join(fakeModel, "program.c");
  const headers = path.resolve(import.meta.dirname, "../../native/addon/c");
  await run(
    "gcc",
    ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-I", headers, program, at("liblinear.so")].concat(
      "-Wl,-rpath,$ORIGIN",
      "-o",
      at("program"),
    ),
  );
  const tensor = (name: string, shape: number[], values: number[]) => ({
    name,
    shape,
    read: () => Float32Array.from(values),
  });
  const bias = tensor("dense1.bias", [2], [0.5, -0.5]);
  const weight = tensor("dense1.weight", [2, 3], [1, 2, 3, 4, 5, 6]);
  const state = tensor("optimizer.velocity.dense1.bias", [2], [9, 9]);
  await writeSafetensors(at("good"), [weight, bias, state], { a: 'q"\\u\n€😀' });
  await writeSafetensors(at("missing"), [bias]);
  await writeSafetensors(at("turned"), [tensor("dense1.weight", [3, 2], [1, 2, 3, 4, 5, 6]), bias]);
  await writeSafetensors(at("more"), [weight, bias, tensor('é"x', [1], [1])]);
  await writeSafetensors(at("infinite"), [weight, tensor("dense1.bias", [2], [0, Infinity])]);
  fs.writeFileSync(at("cut"), fs.readFileSync(at("good")).subarray(0, -1));
  fs.writeFileSync(at("text"), "hello, world, hello");
});

describe("the C interface", () => {
  it("shows one name only", async () => {
    const symbols = await run("nm", ["-D", "--defined-only", "--format=posix", at("liblinear.so")]);
    expect(
      symbols
        .split("\n")
        .filter(Boolean)
        .map((it) => it.split(" ")[0]),
    ).toEqual(["linear_cnnc_api"]);
  });

  it("loads, checks and predicts", async () => {
    const files = ["none", "text", "cut", "missing", "turned", "more", "infinite", "good"].map(at);
    const output = await run(at("program"), files);
    expect(output.replaceAll(`${folder}/`, "").split("\n")).toEqual([
      "the library has no model of this name",
      "its code is for processors that this library does not know",
      "Linear fake-hash 1",
      "-1 dense1.weight has no value: load weights first",
      "-1 none cannot be opened",
      "-1 text: not a safetensors file: its header is longer than itself",
      "-1 cut: it is cut off",
      "-1 missing: dense1.weight is missing in the file",
      "-1 turned: dense1.weight: the file has another shape",
      '-1 more: the file has é"x, the model has not',
      "-1 infinite: dense1.bias: the value at 1 is not finite",
      "0 ",
      "-1 batch must be at least 1",
      "0 ",
      "4.5 9.5 0.5 -0.5",
      "-1 the model has no parameter dense9.bias",
      "-1 dense1.bias: expected 2 values",
      "0 ",
      "0 ",
      "4 110",
      "",
    ]);
  });
});
