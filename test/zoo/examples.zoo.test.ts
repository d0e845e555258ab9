import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { buildTestAddon } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { expectSameOnThreads } from "../compile/threads-check.ts";
import { exampleModels } from "./examples.ts";
import { expectChecked, expectSame, witnessed } from "./witness.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-zoo-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const examples = exampleModels();

describe.each(examples.map(({ file, model }) => [`${file}: ${model.name}`, model] as const))("%s", (_, model) => {
  const network = witnessed(model);
  let addon: Addon;
  beforeAll(async () => {
    const name = `zoo_${model.name.toLowerCase()}`;
    addon = await buildTestAddon(name, [network.own, network.open], nativeIsa(), () => ["infer"]);
  }, 1_800_000);

  it("is onnxruntime's", () => expectSame(addon, network, folder), 1_800_000);
  it("predicts the same on 1, 2 and 4 threads", () => expectSameOnThreads(addon, network.own), 1_800_000);
});

it("there are some, and their files pass ONNX's checker", () => {
  expect(examples.length).toBeGreaterThanOrEqual(2);
  expectChecked(folder);
}, 1_800_000);
