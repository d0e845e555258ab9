import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Suites that compile hundreds of networks come first, or one core would be left with them at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => /every-op/.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** Folders whose tests leave nothing behind: one process runs file after file, and loads the compiler once. */
const pure = ["check", "emit", "graph", "grammar", "ir", "lint", "lower", "onnx", "passes"].map(
  (folder) => `test/${folder}/**`,
);

/**
 * `vitest --mode full` (npm run test:full) adds the slow suites, named *.full.test.ts. Suites that need what cnnc is compared
 * with, or compile for half an hour, run by name alone: *.zoo.test.ts by `--mode zoo` (onnxruntime), *.gradients.test.ts by
 * `--mode gradients` (PyTorch), *.nvcc.test.ts by `--mode nvcc` (the CUDA toolkit).
 */
export default defineConfig(({ mode }) => {
  const full = mode === "full";
  const byName = ["zoo", "gradients", "nvcc"];
  const own = byName.includes(mode) ? mode : undefined;
  const others = [...byName, ...(full ? [] : ["full"])].filter((name) => name !== own);
  const endings = others.map((name) => `test/**/*.${name}.test.ts`);
  const files = own === undefined ? "*.test.ts" : `*.${own}.test.ts`;
  return {
    test: {
      projects: [
        {
          extends: true,
          test: { name: "alone", include: [`test/**/${files}`], exclude: ["**/node_modules/**", ...endings, ...pure] },
        },
        {
          extends: true,
          test: { name: "pure", include: pure.map((folder) => `${folder}/${files}`), exclude: endings, isolate: false },
        },
      ],
      // Suites compile and train networks: minutes on two cores, not seconds.
      testTimeout: 120_000,
      // Builds of hundreds of small networks, on a machine that has other work.
      hookTimeout: full ? 1_800_000 : 600_000,
      // More would compete with the threads of the networks under test.
      maxWorkers: 2,
      // Addons are loaded and left; a process of its own for each file but the pure ones shows leaks and crashes.
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
