import { execFile, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { nvccVersion } from "../../compiler/build/cuda-toolkit.ts";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { cudaDefinitions, deviceFlags } from "../../compiler/emit/addon/cuda-files.ts";
import type { EmittedFile } from "../../compiler/emit/emitted-file.ts";
import { printModel } from "../../compiler/emit/cpp/model.ts";
import type { Precision } from "../../compiler/ir/plan.ts";
import { cudaTarget } from "../../compiler/passes/targets.ts";
import { planModel } from "../../compiler/plan-model.ts";
import { expectGolden } from "../support/golden.ts";
import { root, withTempFolder } from "../support/paths.ts";
import type { ExampleModel } from "../zoo/examples.ts";

const architectures = ["80", "90", "90a"] as const;

/** What ptxas says of one kernel. */
interface Kernel {
  /** `sm_80` */
  readonly architecture: string;
  /** `Product`: the struct that it is an instance of. */
  readonly name: string;
  readonly registers: number;
  readonly spilled: number;
  readonly shared: number;
}

/**
 * What ptxas makes of all kernels of examples, for each architecture: registers, shared memory, and nothing spilled. The
 * goldens belong to a release of nvcc; another one has others.
 */
export function itSpillsNothing(
  nvcc: string,
  examples: readonly ExampleModel[],
  precisions: readonly Precision[],
): void {
  const release = /^release (\d+\.\d+)/.exec(nvccVersion(nvcc))![1]!;
  for (const { file, model } of examples)
    for (const precision of precisions)
      it(`spills nothing of ${file} in ${precision}`, { timeout: 1_800_000 }, async () => {
        const kernels = await kernelsOf(nvcc, model, precision);
        expect(kernels.filter(({ spilled }) => spilled > 0)).toEqual([]);
        const tables = architectures.map((number) => tableOf(`sm_${number}`, kernels));
        expectGolden(`test/cuda/golden/nvcc-${release}/${model.name}.${precision}.txt`, tables.join("\n"));
      });
}

/** Kernels ask for nothing newer than the oldest architecture, so that its PTX tells of all. */
export async function expectSamePtx(nvcc: string, model: CheckedModel, precision: Precision): Promise<void> {
  await withTempFolder(async (folder) => {
    for (const { name, text } of printed(model, precision)) {
      const file = path.join(folder, name);
      fs.writeFileSync(file, text);
      const made = architectures.map(async (number) => {
        await compile(nvcc, [`-arch=compute_${number}`, "-ptx", file, "-o", `${file}.${number}`]);
        return fs.readFileSync(`${file}.${number}`, "utf8").replace(/^\.target sm_\w+$/m, "");
      });
      const [oldest, ...others] = await Promise.all(made);
      for (const other of others) expect(other === oldest, name).toBe(true);
    }
  });
}

function printed(model: CheckedModel, precision: Precision): readonly EmittedFile[] {
  const identity = { compiler: "cnnc", file: `${model.name}.cnn`, sourceHash: "-", hash: "-" };
  return printModel(planModel(model, cudaTarget(precision)), identity);
}

/** All kernels of a model's programs, compiled for each architecture. */
async function kernelsOf(nvcc: string, model: CheckedModel, precision: Precision): Promise<readonly Kernel[]> {
  const files = printed(model, precision);
  // PTX, which takes most of the time, is made once.
  const codes = `-gencode=arch=compute_80,code=[${architectures.map((number) => `sm_${number}`).join()}]`;
  return withTempFolder(async (folder) => {
    const kernels = await Promise.all(
      files.map(async ({ name, text }) => {
        const file = path.join(folder, name);
        fs.writeFileSync(file, text);
        return parse(await compile(nvcc, [codes, "-Xptxas=-v", "-fatbin", file, "-o", `${file}.fatbin`]));
      }),
    );
    return kernels.flat();
  });
}

/** What nvcc says while it compiles as in a build. */
async function compile(nvcc: string, options: readonly string[]): Promise<string> {
  const flags = [...deviceFlags, ...cudaDefinitions, `-I${path.join(root, "native")}`];
  return (await promisify(execFile)(nvcc, [...flags, ...options], { maxBuffer: 2 ** 28 })).stderr;
}

/** `Compiling entry function '…' for 'sm_80'`, then what its stack, its registers and its shared memory are. */
function parse(text: string): readonly Kernel[] {
  const entries = text.split("Compiling entry function '").slice(1);
  const mangled = entries.map((entry) => entry.slice(0, entry.indexOf("'")));
  const { stdout } = spawnSync("c++filt", { input: mangled.join("\n"), encoding: "utf8", maxBuffer: 2 ** 28 });
  const names = stdout.trimEnd().split("\n");
  return entries.map((entry, i) => ({
    architecture: /' for '(\w+)'/.exec(entry)![1]!,
    name: /run_kernel<(?:cnnc::cuda::)?(\w+)/.exec(names[i]!)?.[1] ?? names[i]!,
    registers: Number(/Used (\d+) registers/.exec(entry)![1]),
    spilled: Number(/(\d+) bytes spill stores/.exec(entry)![1]) + Number(/(\d+) bytes spill loads/.exec(entry)![1]),
    shared: Number(/(\d+) bytes smem/.exec(entry)?.[1] ?? 0),
  }));
}

/** A line for each struct: instances, registers from the fewest to the most, bytes that are spilled, static shared memory. */
function tableOf(architecture: string, all: readonly Kernel[]): string {
  const kernels = all.filter((kernel) => kernel.architecture === architecture);
  const names = [...new Set(kernels.map(({ name }) => name))].sort();
  const lines = names.map((name) => {
    const own = kernels.filter((kernel) => kernel.name === name);
    const registers = own.map((kernel) => kernel.registers);
    const [fewest, most] = [Math.min(...registers), Math.max(...registers)];
    const spilled = own.reduce((sum, kernel) => sum + kernel.spilled, 0);
    const shared = Math.max(...own.map((kernel) => kernel.shared));
    return `${name} ×${own.length}: ${fewest === most ? most : `${fewest} to ${most}`} registers, ${spilled} bytes spilled, ${shared} bytes of shared memory\n`;
  });
  return `${architecture}\n${lines.join("")}`;
}
