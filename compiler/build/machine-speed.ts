import { execFile } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { kernelFlags } from "../emit/addon/device-files.ts";
import { isaFlags } from "../emit/addon/project.ts";
import type { CpuTarget } from "../ir/plan.ts";
import { BuildError, reasonOf } from "./build-error.ts";
import { workFolder } from "./build-native.ts";
import { cacheFolder, cacheKey, folderHash, publish, touch } from "./cache.ts";
import { findToolchain, nativeFolder } from "./toolchain.ts";

const execute = promisify(execFile);

/** What a machine can do at most with some threads, all of them together: means over the quicker half of many short rounds. */
export interface MachineSpeed {
  /** Floating-point operations a second: multiply-adds from registers, each counted as two. */
  readonly flops: number;
  /** Bytes a second that are read from memory of so many bytes; from the smallest size, a first cache, to the largest. */
  readonly memory: readonly { readonly bytes: number; readonly rate: number }[];
}

/** Measures this machine, with the instruction set of a level of processors; takes about a second. */
export async function measureMachine(
  { name }: CpuTarget,
  threads: number,
  signal?: AbortSignal,
): Promise<MachineSpeed> {
  const { compiler, compilerVersion } = findToolchain();
  const native = nativeFolder();
  const flags = [...kernelFlags, ...isaFlags[name], `-DCNNC_ISA=${name}`, "-pthread"];
  const cache = cacheFolder();
  const entry = join(cache, cacheKey([compilerVersion, folderHash(native), process.arch, "measure", ...flags]));
  const measure = async (folder: string): Promise<MachineSpeed> => {
    const { stdout } = await execute(join(folder, "measure"), [String(threads)], { ...(signal && { signal }) });
    return JSON.parse(stdout) as MachineSpeed;
  };
  if (existsSync(entry)) {
    touch(entry);
    return measure(entry);
  }
  const { work, kept } = workFolder(cache, undefined);
  try {
    const product = join(work, "product");
    mkdirSync(product);
    const source = join(native, "machine", "measure.cc");
    await execute(compiler, [...flags, source, "-o", join(product, "measure")], { ...(signal && { signal }) });
    if (kept) publish(product, entry);
    return await measure(kept ? entry : product);
  } catch (error) {
    signal?.throwIfAborted();
    throw new BuildError(
      `this machine's speed cannot be measured: ${reasonOf(error)}`,
      "`cnnc doctor` tells what is missing",
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The mean of some measurements. */
export function meanSpeed(all: readonly MachineSpeed[]): MachineSpeed {
  const mean = (of: (it: MachineSpeed) => number): number => all.reduce((sum, it) => sum + of(it), 0) / all.length;
  const memory = all[0]!.memory.map(({ bytes }, i) => ({ bytes, rate: mean((it) => it.memory[i]!.rate) }));
  return { flops: mean(({ flops }) => flops), memory };
}

/** Bytes a second from the smallest memory that holds so many bytes. */
export function bandwidthFor(bytes: number, { memory }: MachineSpeed): number {
  return (memory.find((level) => bytes <= level.bytes) ?? memory.at(-1)!).rate;
}
