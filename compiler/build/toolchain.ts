import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cpu, Isa } from "../ir/plan.ts";
import { targets } from "../passes/targets.ts";
import { BuildError } from "./build-error.ts";

/** What a build needs from the machine. */
export interface Toolchain {
  /** The C++ compiler's command and its version line; part of the cache's key. */
  readonly compiler: string;
  readonly compilerVersion: string;
}

const require = createRequire(import.meta.url);

/** Finds the C++ compiler ($CXX, else g++, c++, clang++) and checks for cmake and make. */
export function findToolchain(env: NodeJS.ProcessEnv = process.env): Toolchain {
  const wanted = env["CXX"];
  const compiler = (wanted ? [wanted] : ["g++", "c++", "clang++"]).find((name) => onPath(name, env));
  if (compiler === undefined)
    throw new BuildError(
      wanted ? `CXX names ${wanted}, which is not on the PATH` : "no C++ compiler was found",
      "install one: apt-get install g++ (or dnf install gcc-c++, brew install gcc), or set CXX",
    );
  for (const [tool, mend] of [
    ["cmake", "apt-get install cmake"],
    ["make", "apt-get install make"],
  ] as const)
    if (!onPath(tool, env)) throw new BuildError(`${tool} was not found on the PATH`, `install it: ${mend}`);
  return { compiler, compilerVersion: versionOf(compiler) };
}

function onPath(name: string, env: NodeJS.ProcessEnv): boolean {
  if (name.includes("/")) return existsSync(name);
  return (env["PATH"] ?? "").split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, name)));
}

function versionOf(compiler: string): string {
  try {
    return execFileSync(compiler, ["--version"], { encoding: "utf8" }).split("\n")[0] ?? compiler;
  } catch (error) {
    throw new BuildError(`${compiler} --version failed: ${(error as Error).message}`, "check the compiler, or set CXX");
  }
}

/** The widest instruction set that this machine's CPU has. */
export function nativeIsa(): Isa {
  const flags = cpuFlags();
  if (["avx512f", "avx512vl", "avx512dq", "avx512bw"].every((flag) => flags.has(flag))) return "avx512";
  return flags.has("avx2") && flags.has("fma") ? "avx2" : "scalar";
}

/** The same as a level of processors: what `native` means. */
export function nativeCpu(): Cpu {
  return targets[nativeIsa()].cpu;
}

function cpuFlags(): ReadonlySet<string> {
  try {
    const line = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"));
    return new Set(line?.[1]?.trim().split(/\s+/) ?? []);
  } catch {
    // No /proc: another system than Linux. The scalar build runs everywhere.
    return new Set();
  }
}

/** cnnc's own native sources: `native/` beside the package's package.json, from sources, dist/ or the bundle. */
export function nativeFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "native", "generated.h"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new BuildError("cnnc's native/ folder is missing", "reinstall the package cnnc");
    folder = parent;
  }
  return join(folder, "native");
}

export function nodeAddonApiFolder(): string {
  return dirname(require.resolve("node-addon-api/package.json"));
}

/** The script behind the cmake-js command. */
export function cmakeJsScript(): string {
  return join(dirname(require.resolve("cmake-js/package.json")), "bin", "cmake-js");
}
