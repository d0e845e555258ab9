import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { buildTestAddon } from "../../compiler/testing/index.ts";
import { exampleModels } from "./examples.ts";
import { expectChecked, expectSame, witnessed } from "./witness.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-zoo-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const examples = exampleModels();

describe("the examples are onnxruntime's", () => {
  it.each(examples.map(({ file, model }) => [`${file}: ${model.name}`, model] as const))(
    "%s",
    async (_, model) => {
      const network = witnessed(model);
      const name = `zoo_${model.name.toLowerCase()}`;
      const addon = await buildTestAddon(name, [network.own, network.open], nativeIsa(), () => ["infer"]);
      await expectSame(addon, network, folder);
    },
    1_800_000,
  );

  it("there are some, and their files pass ONNX's checker", () => {
    expect(examples.length).toBeGreaterThanOrEqual(2);
    expectChecked(folder);
  }, 1_800_000);
});
