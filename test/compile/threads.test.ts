import { createRequire } from "node:module";
import * as path from "node:path";
import { expect, test } from "vitest";
import { build } from "../../compiler/build/build.ts";
import { nativeCpu } from "../../compiler/build/toolchain.ts";
import { compile } from "../../compiler/compile.ts";
import { sourceFile } from "../../grammar/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { isFullRun } from "../support/full-run.ts";
import { readText } from "../support/paths.ts";
import { suiteFolder } from "./lenet.ts";
import { expectSameOnThreads } from "./threads-check.ts";

const folder = suiteFolder();

/** Of all examples test/zoo/examples.zoo.test.ts tells. */
const networks: readonly (readonly [string, Readonly<Record<string, number>>])[] = [
  ["lenet", {}],
  ["autoencoder", {}],
  ["unet", { base: 8, levels: 2, size: 32 }],
];

test.each(isFullRun ? networks : networks.slice(0, 2))(
  "%s predicts the same on 1, 2 and 4 threads",
  async (name, set) => {
    const file = `examples/${name}/${name}.cnn`;
    const { models } = compile(sourceFile(file, readText(file)), { cpus: [nativeCpu()], set });
    const { addon } = await build(models, { name, out: path.join(folder, name) });
    expect(models.length).toBe(1);
    const load = createRequire(import.meta.url);
    expectSameOnThreads(load(addon) as Addon, models[0]!.model);
  },
  600_000,
);
