import { execFile, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { cudaDefinitions } from "../../compiler/emit/addon/cuda-files.ts";
import { printModel } from "../../compiler/emit/cpp/model.ts";
import type { Precision } from "../../compiler/ir/plan.ts";
import { cudaTarget } from "../../compiler/passes/targets.ts";
import { planModel } from "../../compiler/plan-model.ts";
import { root, withTempFolder } from "../support/paths.ts";

export const architectures = ["sm_80", "sm_90", "sm_90a"] as const;

/** What ptxas says of one kernel. */
interface Kernel {
  /** `Product`: the struct that it is an instance of. */
  readonly name: string;
  readonly registers: number;
  readonly spilled: number;
  readonly shared: number;
}

/** All kernels of a model's programs, compiled for an architecture. */
export async function kernelsOf(
  nvcc: string,
  model: CheckedModel,
  precision: Precision,
  architecture: (typeof architectures)[number],
): Promise<readonly Kernel[]> {
  const identity = { compiler: "cnnc", file: `${model.name}.cnn`, sourceHash: "-", hash: "-" };
  const files = printModel(planModel(model, cudaTarget(precision)), identity);
  return withTempFolder(async (folder) => {
    const kernels = await Promise.all(
      files.map(async ({ name, text }) => {
        const file = path.join(folder, name);
        fs.writeFileSync(file, text);
        const flags = [
          "-std=c++20",
          "-O3",
          "--expt-relaxed-constexpr",
          "-fmad=false",
          "-Xptxas=-v",
          ...cudaDefinitions,
        ];
        const include = `-I${path.join(root, "native")}`;
        const args = [...flags, include, `-arch=${architecture}`, "-cubin", file, "-o", `${file}.cubin`];
        const { stderr } = await promisify(execFile)(nvcc, args, { maxBuffer: 2 ** 28 });
        return parse(stderr);
      }),
    );
    return kernels.flat();
  });
}

/** `Compiling entry function '…'`, then what its stack, its registers and its shared memory are. */
function parse(text: string): readonly Kernel[] {
  const entries = text.split("Compiling entry function '").slice(1);
  const mangled = entries.map((entry) => entry.slice(0, entry.indexOf("'")));
  const { stdout } = spawnSync("c++filt", { input: mangled.join("\n"), encoding: "utf8", maxBuffer: 2 ** 28 });
  const names = stdout.trimEnd().split("\n");
  return entries.map((entry, i) => ({
    name: /run_kernel<(?:cnnc::cuda::)?(\w+)/.exec(names[i]!)?.[1] ?? names[i]!,
    registers: Number(/Used (\d+) registers/.exec(entry)![1]),
    spilled: Number(/(\d+) bytes spill stores/.exec(entry)![1]) + Number(/(\d+) bytes spill loads/.exec(entry)![1]),
    shared: Number(/(\d+) bytes smem/.exec(entry)?.[1] ?? 0),
  }));
}

/** A line for each struct: instances, registers from the fewest to the most, bytes that are spilled, static shared memory. */
export function tableOf(kernels: readonly Kernel[]): string {
  const names = [...new Set(kernels.map(({ name }) => name))].sort();
  return names
    .map((name) => {
      const own = kernels.filter((kernel) => kernel.name === name);
      const registers = own.map((kernel) => kernel.registers);
      const [fewest, most] = [Math.min(...registers), Math.max(...registers)];
      const spilled = own.reduce((sum, kernel) => sum + kernel.spilled, 0);
      const shared = Math.max(...own.map((kernel) => kernel.shared));
      return `${name} ×${own.length}: ${fewest === most ? most : `${fewest} to ${most}`} registers, ${spilled} bytes spilled, ${shared} bytes of shared memory`;
    })
    .join("\n");
}
