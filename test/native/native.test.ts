import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { isaFlags } from "../../compiler/emit/addon/project.ts";
import type { Isa } from "../../compiler/ir/plan.ts";
import { aarch64Tools } from "../support/aarch64-tools.ts";
import { isFullRun } from "../support/full-run.ts";
import { testedIsas } from "../support/instruction-sets.ts";
import { root, withTempFolder } from "../support/paths.ts";

/**
 * The kernels are tested by small C++ programs, one for each family, compiled for this machine's instruction set; in a full run
 * also for those that it has beside, and for aarch64, under qemu.
 */

const folder = path.join(root, "test/native");
/** What test/ops/every-op tells of each form, and is long to compile, is in a full run only: NAME.full.cpp. */
const families = fs
  .readdirSync(folder)
  .filter((file) => file.endsWith(".cpp") && (isFullRun || !file.endsWith(".full.cpp")))
  .map((file) => path.basename(file, ".cpp"))
  .sort();

const language = ["-std=c++20", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-fno-rtti"];
const warnings = ["-Wall", "-Wextra", "-Werror"];

/**
 * One family as built for users, and what computes millions of numbers optimised. Without optimisation, the others take half the
 * time; in a full run they are optimised, too.
 */
const levels: Readonly<Record<string, string>> = { grouped: "-O3", math: "-O1" };

interface Job {
  readonly family: string;
  readonly isa: Isa;
}

/** Compiles and runs one program; what it or the compiler complained about. */
async function outcome({ family, isa }: Job, binaries: string): Promise<string> {
  const binary = path.join(binaries, `${family}.${isa}`);
  const level = levels[family] ?? (isFullRun ? "-O1" : "-O0");
  const include = ["-I", path.join(root, "native")];
  const target = [`-DCNNC_ISA=${isa}`, ...isaFlags[isa]];
  const source = path.join(folder, `${family}.cpp`);
  const run = promisify(execFile);
  try {
    const own = { compiler: process.env["CXX"] ?? "g++", emulator: [] };
    const { compiler, emulator } = isa === "neon" ? aarch64Tools() : own;
    const [command, ...args] = [...emulator, binary];
    await run(compiler, [
      level,
      ...language,
      ...warnings,
      ...include,
      ...target,
      ...(emulator.length > 0 ? ["-static"] : []),
      source,
      "-o",
      binary,
    ]);
    // An emulated processor takes fifty times as long for a number: it gets as few as in `npm test`.
    await run(command!, args, { env: { ...process.env, ...(emulator.length > 0 && { CNNC_FULL: undefined }) } });
    return "";
  } catch (error) {
    const { stdout, stderr, message } = error as Error & { stdout?: string; stderr?: string };
    return [message, stdout, stderr].join("\n");
  }
}

const sets = new Set([...testedIsas, ...(isFullRun ? (["neon"] as const) : [])]);
const jobs = families.flatMap((family) => [...sets].map((isa): Job => ({ family, isa })));
const outcomes = new Map<Job, string>();

describe("kernels against naive loops", () => {
  beforeAll(() =>
    withTempFolder(async (binaries) => {
      const queue = [...jobs];
      const worker = async () => {
        for (let job = queue.shift(); job; job = queue.shift()) outcomes.set(job, await outcome(job, binaries));
      };
      await Promise.all([worker(), worker()]);
    }),
  );

  test.each(jobs)("$family, $isa", (job) => {
    expect(outcomes.get(job)).toBe("");
  });
});
