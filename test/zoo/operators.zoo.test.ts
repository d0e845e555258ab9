import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { buildTestAddon, operators, sampleModels } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { expectChecked, expectSame, witnessed } from "./witness.ts";

const networks = sampleModels().map(({ operator, sample, model }) => ({ operator, sample, ...witnessed(model) }));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-zoo-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

let addon: Addon;
beforeAll(async () => {
  const models = networks.flatMap(({ own, open }) => [own, open]);
  addon = await buildTestAddon("zoo_operators", models, nativeIsa(), () => ["infer"]);
}, 1_800_000);

describe.each(operators.map(({ name }) => name))("%s is onnxruntime's", (operator) => {
  for (const network of networks.filter((it) => it.operator === operator)) {
    const { link, input } = network.sample;
    it(`${link} of ${input.join("×")}`, () => expectSame(addon, network, folder));
  }
});

it("the files pass ONNX's checker", () => expectChecked(folder));
