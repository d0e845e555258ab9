import * as path from "node:path";
import { expect, it } from "vitest";
import { build } from "../../compiler/build/build.ts";
import { compile } from "../../compiler/compile.ts";
import { sourceFile } from "../../grammar/index.ts";
import { CnncDeviceError, defineModel, type Net } from "../../runtime/index.ts";
import { readText, withTempFolder } from "../support/paths.ts";

it("an addon built by nvcc loads anywhere, and says where there is no driver", async () => {
  const { models } = compile(sourceFile("tiny.cnn", readText("test/cuda/tiny.cnn")), { cpus: ["cuda-f32"] });
  await withTempFolder(async (folder) => {
    const { addon } = await build(models, { name: "tiny", out: path.join(folder, "tiny") });
    const loaded: unknown = await defineModel<never>(models[0]!.manifest, addon)
      .load()
      .catch((error: unknown) => error);
    if (loaded instanceof Error) expect(loaded).toBeInstanceOf(CnncDeviceError);
    else expect((loaded as Net<never>).device).toMatch(/^cuda:0 /);
  });
}, 600_000);
