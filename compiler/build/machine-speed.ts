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

/** Measures parts of a machine's speed, each in a tenth of a second or a few. */
export interface Meter {
  readonly flops: () => Promise<MachineSpeed["flops"]>;
  readonly memory: () => Promise<MachineSpeed["memory"]>;
}

/** For as long as `use` takes: a meter of this machine, with the instruction set of a level of processors. */
export async function withMeter<T>(
  { name }: CpuTarget,
  threads: number,
  signal: AbortSignal | undefined,
  use: (meter: Meter) => Promise<T>,
): Promise<T> {
  const options = { ...(signal && { signal }) };
  const meterIn = (folder: string): Meter => {
    const measure = async (what: string): Promise<unknown> => {
      const { stdout } = await attempt(() => execute(join(folder, "measure"), [what, `${threads}`], options), signal);
      return JSON.parse(stdout);
    };
    return {
      flops: () => measure("flops") as Promise<MachineSpeed["flops"]>,
      memory: () => measure("memory") as Promise<MachineSpeed["memory"]>,
    };
  };
  const { compiler, compilerVersion } = findToolchain();
  const native = nativeFolder();
  const flags = [...kernelFlags, ...isaFlags[name], `-DCNNC_ISA=${name}`, "-pthread"];
  const cache = cacheFolder();
  const entry = join(cache, cacheKey([compilerVersion, folderHash(native), process.arch, "measure", ...flags]));
  if (existsSync(entry)) {
    touch(entry);
    return use(meterIn(entry));
  }
  const { work, kept } = workFolder(cache, undefined);
  try {
    const product = join(work, "product");
    mkdirSync(product);
    const command = [...flags, join(native, "machine", "measure.cc"), "-o", join(product, "measure")];
    await attempt(() => execute(compiler, command, options), signal);
    if (kept) publish(product, entry);
    return await use(meterIn(kept ? entry : product));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function attempt<T>(run: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await run();
  } catch (error) {
    signal?.throwIfAborted();
    throw new BuildError(
      `this machine's speed cannot be measured: ${reasonOf(error)}`,
      "`cnnc doctor` tells what is missing",
    );
  }
}

/** Bytes a second from the smallest memory that holds so many bytes. */
export function bandwidthFor(bytes: number, { memory }: MachineSpeed): number {
  return (memory.find((level) => bytes <= level.bytes) ?? memory.at(-1)!).rate;
}
