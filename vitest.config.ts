import * as path from "node:path";
import { defineConfig, type Plugin } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { root } from "./test/support/paths.ts";

/** Suites that compile hundreds of networks come first, or one core would be left with them at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => /every-op/.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/**
 * Tests run what users run: what they import of the sources is what setup.mjs compiled of it, loaded by Node itself. Vite would take
 * seconds for each test file, of which many have a process of their own.
 */
const compiledSources: Plugin = {
  name: "compiled-sources",
  enforce: "pre",
  resolveId(source, importer) {
    if (importer === undefined || !/^\.{1,2}\/.*\.ts$/.test(source)) return undefined;
    const file = path.relative(root, path.resolve(path.dirname(importer), source));
    if (!/^(grammar|compiler|runtime)\//.test(file)) return undefined;
    return { id: path.join(root, "dist", file.replace(/\.ts$/, ".js")), external: true };
  },
};

/** Folders whose tests load addons: a process of its own for each file shows leaks and crashes, here always, there in a full run. */
const ofAddons = ["addon", "addon-c"];
const withAddons = ["compile", "cuda", "native", "ops", "zoo"];

/**
 * `vitest --mode full` (npm run test:full) adds the slow suites, named *.full.test.ts. Suites that need what cnnc is compared
 * with, or compile for half an hour, run by name alone: *.zoo.test.ts by `--mode zoo` (onnxruntime), *.gradients.test.ts by
 * `--mode gradients` (PyTorch), *.nvcc.test.ts by `--mode nvcc` (the CUDA toolkit).
 */
export default defineConfig(({ mode }) => {
  const full = mode === "full";
  const native = full ? [...ofAddons, ...withAddons] : ofAddons;
  const byName = ["zoo", "gradients", "nvcc"];
  const own = byName.includes(mode) ? mode : undefined;
  const others = [...byName, ...(full ? [] : ["full"])].filter((name) => name !== own);
  const endings = others.map((name) => `test/**/*.${name}.test.ts`);
  const elsewhere = ["**/node_modules/**", ...native.map((folder) => `test/${folder}/**`)];
  const files = own === undefined ? "*.test.ts" : `*.${own}.test.ts`;
  return {
    plugins: [compiledSources],
    test: {
      globalSetup: "test/support/set-up.ts",
      execArgv: ["--enable-source-maps"],
      projects: [
        {
          // A project reads this file anew, for a mode of its own.
          extends: true,
          mode,
          test: { name: "native", include: native.map((folder) => `test/${folder}/**/${files}`), exclude: endings },
        },
        {
          // One process runs file after file, and loads the compiler once.
          extends: true,
          mode,
          test: { name: "pure", include: [`test/**/${files}`], exclude: [...elsewhere, ...endings], isolate: false },
        },
      ],
      // Suites compile and train networks: minutes on two cores, not seconds.
      testTimeout: 120_000,
      // Builds of hundreds of small networks, on a machine that has other work.
      hookTimeout: full ? 1_800_000 : 600_000,
      // More would compete with the threads of the networks under test.
      maxWorkers: 2,
      pool: "forks",
      sequence: { sequencer: LongestFirst },
      // Suites that draw more samples in a full run read it.
      env: full ? { CNNC_FULL: "1" } : {},
      reporters: ["default", "./test/support/closing-line.ts"],
      // Imports of "cnnc/runtime" go to dist/, as in a user's project.
      server: { deps: { external: [/\/dist\//] } },
    },
  };
});
