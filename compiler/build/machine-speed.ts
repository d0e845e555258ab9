import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { kernelFlags } from "../emit/addon/device-files.ts";
import { isaFlags } from "../emit/addon/project.ts";
import type { CpuTarget } from "../ir/plan.ts";
import { BuildError, reasonOf } from "./build-error.ts";
import { workFolder } from "./build-native.ts";
import { cacheFolder, cacheKey, folderHash, publish, touch } from "./cache.ts";
import { meanOfQuickerHalf } from "./quicker-half.ts";
import { findToolchain, nativeFolder } from "./toolchain.ts";

const execute = promisify(execFile);

/** What a machine can do at most with some threads, all of them together: means over the quicker half of many rounds. */
export interface MachineSpeed {
  /** Floating-point operations a second: multiply-adds from registers, each counted as two. */
  readonly flops: number;
  /** Bytes a second that are read from memory of so many bytes; from the smallest size, a first cache, to the largest. */
  readonly memory: readonly { readonly bytes: number; readonly rate: number }[];
}

/**
 * Measures parts of a machine's speed, each in a tenth of a second or a few, in rounds as long as what is compared with it: a timer that
 * interrupts a processor a thousand times a second, its own or that of a virtual machine's host, spares many a round of less than a
 * millisecond, and none of ten.
 */
export interface Meter {
  /** Operations a second in each of some rounds. */
  readonly flops: (seconds: number) => Promise<readonly number[]>;
  readonly memory: (seconds: number) => Promise<MachineSpeed["memory"]>;
}

/** Of longer calls, rounds of ten milliseconds say the same. */
const longestRound = 0.01;

/**
 * That on which this thread runs, where the system tells. What one thread does is compared with what its own processor can do: on a host that
 * others use, its neighbours are not those of the next one.
 */
function processor(): readonly number[] {
  const stat = "/proc/thread-self/stat";
  if (!existsSync(stat)) return [];
  // proc_pid_stat(5): field 39, of which the second, a name in parentheses, may hold anything.
  return [Number(readFileSync(stat, "utf8").split(") ").at(-1)!.split(" ")[36])];
}

/** The rate that the quicker half of some rounds had. */
export const quickerRate = (rates: readonly number[]): number =>
  meanOfQuickerHalf(rates, (rate) => 1 / rate)((it) => it);

/** For as long as `use` takes: a meter of this machine, with the instruction set of a level of processors. */
export async function withMeter<T>(
  { name }: CpuTarget,
  threads: number,
  signal: AbortSignal | undefined,
  use: (meter: Meter) => Promise<T>,
): Promise<T> {
  const options = { ...(signal && { signal }) };
  const meterIn = (folder: string): Meter => {
    const measure = async <Found>(what: string, seconds: number): Promise<Found> => {
      const here = threads === 1 ? processor() : [];
      const args = [what, threads, Math.min(seconds, longestRound), ...here].map(String);
      const { stdout } = await attempt(() => execute(join(folder, "measure"), args, options), signal);
      return JSON.parse(stdout) as Found;
    };
    return {
      flops: (seconds) => measure("flops", seconds),
      memory: async (seconds) => {
        const found = await measure<readonly { bytes: number; rates: readonly number[] }[]>("memory", seconds);
        return found.map(({ bytes, rates }) => ({ bytes, rate: quickerRate(rates) }));
      },
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
