import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { build } from "../../compiler/build/build.ts";
import { defineModel } from "../../runtime/index.ts";
import { isFullRun } from "../support/full-run.ts";
import { readText } from "../support/paths.ts";
import { batchOf, buildLeNet, clothes, compileText, suiteFolder, type LeNetTypes } from "./lenet.ts";

const folder = suiteFolder();
const at = (name: string): string => path.join(folder, name);

/** `clang++`, or `clang++-14` and the like: the first on the PATH. */
const clang = (process.env["PATH"] ?? "")
  .split(path.delimiter)
  .flatMap((place) => (fs.existsSync(place) ? fs.readdirSync(place).map((name) => path.join(place, name)) : []))
  .find((file) => /\/clang\+\+(-\d+)?$/.test(file));

/** Clang with all its warnings; what it prints is kept in a file. */
function warningCompiler(): string {
  const script = `#!/bin/sh\nexec "${clang}" -Wall -Wextra "$@" 2>>"${at("printed")}"\n`;
  fs.writeFileSync(at("clang++"), script, { mode: 0o755 });
  fs.writeFileSync(at("printed"), "");
  return at("clang++");
}

afterEach(() => void vi.unstubAllEnvs());

describe("with clang++", () => {
  if (clang === undefined) {
    it("nothing can be built: there is no clang++ on the PATH", (context) => context.skip());
    return;
  }

  // The larger one takes a minute.
  const larger = isFullRun ? ["fashion-resnet"] : [];
  it.each(["lenet", ...larger])("%s compiles without a warning", async (example) => {
    vi.stubEnv("CXX", warningCompiler());
    vi.stubEnv("CNNC_CACHE", at("cache"));
    const file = `examples/${example}/${example}.cnn`;
    const blocks = readText("examples/fashion-resnet/blocks.cnn");
    const models = compileText(readText(file), file, undefined, (name) =>
      name.endsWith("blocks.cnn") ? blocks : undefined,
    );
    const { cached } = await build(models, { name: example, out: at(example) });
    expect(cached).toBe(false);
    const lines = fs.readFileSync(at("printed"), "utf8").split("\n");
    expect(lines.filter((line) => line.includes("warning:"))).toEqual([]);
  });

  it("LeNet predicts and trains as with the usual compiler", async () => {
    const usual = await buildLeNet(at("usual"));
    const LeNet = defineModel<LeNetTypes>(usual.LeNet.manifest, path.join(at("lenet"), "lenet.node"));
    const [one, two] = await Promise.all([usual.LeNet, LeNet].map((model) => model.load({ seed: 3, threads: 1 })));
    const batch = batchOf(await clothes("test"), 0);
    const compare = (a: ArrayLike<number>, b: ArrayLike<number>, digits: number): void => {
      for (let i = 0; i < a.length; i++) expect(a[i], `${i}`).toBeCloseTo(b[i]!, digits);
    };
    const probabilities = [one!, two!].map((net) => net.predictSync({ image: batch.image }).clothing.probabilities);
    compare(probabilities[0]!, probabilities[1]!, 6);
    const losses = [one!, two!].map((net) => {
      const trainer = net.trainer({ seed: 4 });
      return Array.from({ length: 5 }, () => trainer.stepSync(batch).loss);
    });
    compare(losses[0]!, losses[1]!, 4);
  });
});
