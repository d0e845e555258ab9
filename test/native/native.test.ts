import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { root, withTempFolder } from "../support/paths.ts";

/**
 * The kernels are tested by small C++ programs, one for each family, compiled for this machine's instruction set; in a full run
 * also for those that it has beside.
 */

const folder = path.join(root, "test/native");
const families = fs
  .readdirSync(folder)
  .filter((file) => file.endsWith(".cpp"))
  .map((file) => path.basename(file, ".cpp"))
  .sort();

const instructionSets = {
  avx512: ["-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mavx2", "-mfma", "-mprefer-vector-width=512"],
  avx2: ["-mavx2", "-mfma"],
  scalar: [],
};
type InstructionSet = keyof typeof instructionSets;

const language = ["-std=c++20", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-fno-rtti"];
const warnings = ["-Wall", "-Wextra", "-Werror"];

/** As built for users; -O1 compiles the others in a third of the time. */
const optimised = "grouped";

function runsHere(isa: InstructionSet): boolean {
  const features = new Set(/^flags\s*:(.*)$/m.exec(fs.readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.split(" "));
  const needed = instructionSets[isa].filter((flag) => !flag.includes("=")).map((flag) => flag.slice("-m".length));
  return needed.every((feature) => features.has(feature));
}

interface Job {
  readonly family: string;
  readonly isa: InstructionSet;
}

/** Compiles and runs one program; what it or the compiler complained about. */
async function outcome({ family, isa }: Job, binaries: string): Promise<string> {
  const binary = path.join(binaries, `${family}.${isa}`);
  const level = family === optimised ? "-O3" : "-O1";
  const include = ["-I", path.join(root, "native")];
  const target = [`-DCNNC_ISA=${isa}`, ...instructionSets[isa]];
  const source = path.join(folder, `${family}.cpp`);
  const run = promisify(execFile);
  try {
    await run(process.env["CXX"] ?? "g++", [
      level,
      ...language,
      ...warnings,
      ...include,
      ...target,
      source,
      "-o",
      binary,
    ]);
    await run(binary);
    return "";
  } catch (error) {
    const { stdout, stderr, message } = error as Error & { stdout?: string; stderr?: string };
    return [message, stdout, stderr].join("\n");
  }
}

// The widest first.
const all = (Object.keys(instructionSets) as InstructionSet[]).filter(runsHere);
const sets = process.env["CNNC_FULL"] === "1" ? all : all.slice(0, 1);
const jobs = families.flatMap((family) => sets.map((isa): Job => ({ family, isa })));
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
