import { defineConfig } from "vitest/config";

/** `vitest --mode full` (npm run test:full) adds the slow suites, named *.full.test.ts. */
export default defineConfig(({ mode }) => {
  const full = mode === "full";
  return {
    test: {
      include: ["test/**/*.test.ts"],
      exclude: ["**/node_modules/**", ...(full ? [] : ["test/**/*.full.test.ts"])],
      // Suites compile and train networks: minutes on two cores, not seconds.
      testTimeout: 120_000,
      hookTimeout: 300_000,
      // More would compete with the threads of the networks under test.
      maxWorkers: 2,
      // Addons are loaded and left; a process of its own for each file shows leaks and crashes.
      pool: "forks",
      // Suites that draw more samples in a full run read it.
      env: full ? { CNNC_FULL: "1" } : {},
      reporters: ["default", "./test/support/closing-line.ts"],
      // Imports of "cnnc/runtime" go to dist/, as in a user's project.
      server: { deps: { external: [/\/dist\//] } },
    },
  };
});
