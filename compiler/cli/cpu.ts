import { InvalidArgumentError } from "commander";
import type { Cpu } from "../../runtime/bind/manifest.ts";

/** What `--cpu` takes: `native` is the best level of this machine. */
export const cpuNames = ["native", "x86-64", "x86-64-v3", "x86-64-v4", "aarch64"] as const satisfies readonly (
  "native" | Cpu
)[];

export type CpuName = (typeof cpuNames)[number];

/** `x86-64-v4,x86-64-v3` (an option parser of commander). */
export function cpuList(text: string): readonly CpuName[] {
  return text.split(",").map((name) => {
    const found = cpuNames.find((known) => known === name.trim());
    if (found === undefined) throw new InvalidArgumentError(`Allowed choices are ${cpuNames.join(", ")}.`);
    return found;
  });
}

/** The same for one level: what runs at once needs no other (an option parser of commander). */
export function oneCpu(text: string): readonly CpuName[] {
  const list = cpuList(text);
  if (list.length > 1) throw new InvalidArgumentError("It must be one; `cnnc build` takes several.");
  return list;
}
