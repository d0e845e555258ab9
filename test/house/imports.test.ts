import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { filesBelow, plant, readText, root, withTempFolder } from "../support/paths.ts";

interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: { readonly violations: readonly Violation[] };
}

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

const folders = ["grammar", "compiler", "runtime"];

function cruise(base: string): Cruise {
  const cli = path.join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const config = path.join(root, ".dependency-cruiser.mjs");
  const given = folders.filter((folder) => fs.existsSync(path.join(base, folder)));
  const result = spawnSync(process.execPath, [cli, "--config", config, "--output-type", "json", ...given], {
    cwd: base,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (!result.stdout.startsWith("{")) throw new Error(`dependency-cruiser: ${result.stderr}`);
  return JSON.parse(result.stdout) as Cruise;
}

/** Checks a planted source tree, with this checkout's compiler settings and packages. */
async function violationsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return withTempFolder((folder) => {
    plant(folder, files);
    for (const name of ["tsconfig.json", "package.json"]) {
      fs.copyFileSync(path.join(root, name), path.join(folder, name));
    }
    fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
    const { modules, summary } = cruise(folder);
    expect(modules.length).toBeGreaterThanOrEqual(Object.keys(files).length);
    return summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`).sort();
  });
}

const value = "export const value = 1;\n";
const uses = (...paths: string[]) => paths.map((it, index) => `export * as v${index} from "${it}";\n`).join("");

describe("the import rules", () => {
  test("hold in this checkout, over every module", () => {
    const { modules, summary } = cruise(root);
    const read = new Set(modules.map(({ source }) => source));
    const sources = folders.flatMap((folder) => filesBelow(folder, /\.ts$/));
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.filter((source) => !read.has(source))).toEqual([]);
    expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
  });

  test("let pass what they allow", async () => {
    const found = await violationsOf({
      "grammar/index.ts": uses("./source/span.ts", "chevrotain"),
      "grammar/source/span.ts": value,
      "compiler/shape/window.ts": uses("./rank.ts"),
      "compiler/shape/rank.ts": value,
      "compiler/ops/registry.ts": uses("./relu.ts", "./softmax/softmax.ts"),
      "compiler/ops/relu.ts": uses("../shape/window.ts"),
      "compiler/ops/softmax/softmax.ts": uses("./stable.ts"),
      "compiler/ops/softmax/stable.ts": value,
      "compiler/emit/cpp/unit.ts": uses("../../shape/window.ts", "../../../grammar/source/span.ts"),
      "compiler/cli/main.ts": uses("node:fs", "commander", "../ops/registry.ts"),
      "compiler/cli/commands/graph.ts": uses("../../graph/layout.ts"),
      "compiler/graph/layout.ts": uses("elkjs"),
      "compiler/cli/commands/export.ts": uses("../../onnx/file.ts"),
      "compiler/onnx/file.ts": uses("./schema.ts"),
      "compiler/onnx/schema.ts": uses("protobufjs/light.js"),
      "compiler/cli/telemetry/telemetry.ts": uses("./event-files.ts"),
      "compiler/cli/telemetry/event-files.ts": uses("../../telemetry/event-file.ts"),
      "compiler/telemetry/event-file.ts": uses("protobufjs/light.js"),
      "compiler/build/cache.ts": uses("node:child_process"),
      "runtime/data/image.ts": uses("sharp", "node:fs", "../tensor/tensor.ts"),
      "runtime/train/fit.ts": uses("../data/image.ts"),
      "runtime/tensor/tensor.ts": value,
    });
    expect(found).toEqual([]);
  });

  test("find a planted violation of each rule", async () => {
    const found = await violationsOf({
      "grammar/parser/parse.ts": uses("../../compiler/shape/leaf.ts"),
      "grammar/ast/nodes.ts": value,
      "compiler/shape/leaf.ts": value,
      "compiler/shape/rank.ts": uses("../ir/graph.ts"),
      "compiler/ir/graph.ts": uses("node:fs"),
      "compiler/check/check.ts": uses("node:process", "fs/promises"),
      "compiler/ops/relu.ts": value,
      "compiler/ops/tanh.ts": uses("./relu.ts"),
      "compiler/ops/softmax/softmax.ts": uses("../relu.ts"),
      "compiler/emit/cpp/unit.ts": uses("../../check/program.ts"),
      "compiler/emit/ts/wrapper.ts": `import type * as ast from "../../../grammar/ast/nodes.ts";\nexport type N = typeof ast;\n`,
      "compiler/check/program.ts": value,
      "compiler/passes/fuse.ts": uses("../ops/relu.ts"),
      "compiler/lower/a.ts": uses("./b.ts"),
      "compiler/lower/b.ts": uses("./a.ts"),
      "compiler/cli/commands/summary.ts": uses("elkjs", "protobufjs/light.js"),
      "compiler/lint/rule.ts": uses("esbuild", "./missing.ts", "../../test/support/x.ts"),
      "compiler/lint/network.ts": uses("../passes/fuse.ts", "../check/program.ts"),
      "compiler/lint/rules/first/rule.ts": uses("../second/rule.ts"),
      "compiler/lint/rules/second/rule.ts": value,
      "test/support/x.ts": value,
      "runtime/bind/load.ts": uses("../../compiler/shape/leaf.ts", "../train/fit.ts"),
      "runtime/train/fit.ts": uses("sharp"),
      "runtime/weights/map.ts": uses("chevrotain"),
    });
    expect(found).toEqual([
      "emitters-only-print: compiler/emit/cpp/unit.ts",
      "emitters-only-print: compiler/emit/ts/wrapper.ts",
      "grammar-knows-no-meaning: grammar/parser/parse.ts",
      "io-at-the-rim: compiler/check/check.ts",
      "io-at-the-rim: compiler/check/check.ts",
      "io-at-the-rim: compiler/ir/graph.ts",
      "lint-reads-the-checked-model: compiler/lint/network.ts",
      "models-load-alone: runtime/bind/load.ts",
      "no-cycle: compiler/lower/a.ts",
      "no-development-dependency: compiler/lint/rule.ts",
      "only-data-decodes-pictures: runtime/train/fit.ts",
      "only-exports-encode: compiler/cli/commands/summary.ts",
      "only-pictures-are-laid-out: compiler/cli/commands/summary.ts",
      "operators-stand-alone: compiler/ops/softmax/softmax.ts",
      "operators-stand-alone: compiler/ops/tanh.ts",
      "passes-name-no-operator: compiler/passes/fuse.ts",
      "product-imports-no-test: compiler/lint/rule.ts",
      "resolvable: compiler/lint/rule.ts",
      "rules-stand-alone: compiler/lint/rules/first/rule.ts",
      "runtime-stands-alone: runtime/bind/load.ts",
      "runtime-stands-alone: runtime/weights/map.ts",
      "shape-is-a-leaf: compiler/shape/rank.ts",
    ]);
  });
});

describe("native/", () => {
  const sources = filesBelow("native", /\.(h|cc|cu|cuh|inc)$/);

  test("includes only its own files: nothing generated, nothing of the compiler", () => {
    expect(sources.length).toBeGreaterThan(0);
    const foreign = sources.flatMap((file) =>
      Array.from(readText(file).matchAll(/^\s*#\s*include\s*"([^"]+)"/gm), ([, given = ""]) => given)
        .filter((given) => !isOwnHeader(file, given))
        .map((given) => `${file} includes "${given}"`),
    );
    expect(foreign).toEqual([]);
  });

  function isOwnHeader(file: string, given: string): boolean {
    const places = [path.posix.dirname(file), "native"];
    return places.some((place) => sources.includes(path.posix.join(place, given)));
  }
});
