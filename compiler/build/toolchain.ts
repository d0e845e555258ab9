import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Architecture, Cpu, Isa } from "../ir/plan.ts";
import { levels, targets } from "../passes/targets.ts";
import { BuildError } from "./build-error.ts";

/** What a build needs from the machine. */
export interface Toolchain {
  /** The C++ compiler's command and its version line; part of the cache's key. */
  readonly compiler: string;
  readonly compilerVersion: string;
  /** The version of a compiler of GNU's, `12.2.0`. */
  readonly gnu?: string;
}

const require = createRequire(import.meta.url);

/** What a tool is called and how it comes on a machine. */
export const tools = {
  compiler: {
    names: ["g++", "c++", "clang++"],
    mend: "install one: apt-get install g++ (or dnf install gcc-c++, brew install gcc), or set CXX",
  },
  cmake: { names: ["cmake"], mend: "install it: apt-get install cmake (or dnf install cmake, brew install cmake)" },
  // cmake takes ninja where there is one.
  make: {
    names: ["ninja", "make"],
    mend: "install one: apt-get install make (or dnf install make, brew install make)",
  },
} as const satisfies { readonly [name: string]: { readonly names: readonly string[]; readonly mend: string } };

/** What compiles for an architecture on a machine of another one. */
export const crossTools = {
  arm64: {
    machine: "aarch64",
    names: ["aarch64-linux-gnu-g++"],
    mend: "install one: apt-get install g++-aarch64-linux-gnu; on an aarch64 machine itself, builds need nothing more",
  },
  x64: {
    machine: "x86_64",
    names: ["x86_64-linux-gnu-g++"],
    mend: "install one: apt-get install g++-x86-64-linux-gnu; on an x86-64 machine itself, builds need nothing more",
  },
} as const satisfies { readonly [name in Architecture]: object };

/**
 * Finds the C++ compiler ($CXX, else g++, c++, clang++; for another architecture than this machine's $CXX where it compiles for
 * that, else a cross compiler), and checks for cmake, and for make or ninja.
 */
export function findToolchain(architecture?: Architecture, env: NodeJS.ProcessEnv = process.env): Toolchain {
  const isOwn = architecture === undefined || architecture === process.arch;
  const compiler = isOwn ? ownCompiler(env) : crossCompiler(architecture, env);
  for (const { names, mend } of [tools.cmake, tools.make])
    if (findTool(names, env) === undefined)
      throw new BuildError(`${names.join(" or ")} was not found on the PATH`, mend);
  const text = versionTextOf(compiler);
  const gnu = text.includes("Free Software Foundation") ? /\b\d+\.\d+\.\d+\b/.exec(text)?.[0] : undefined;
  return { compiler, compilerVersion: firstLine(text), ...(gnu !== undefined && { gnu }) };
}

function ownCompiler(env: NodeJS.ProcessEnv): string {
  const found = findCompiler(env);
  if (found !== undefined) return found;
  const wanted = env["CXX"];
  const message = wanted ? `CXX names ${wanted}, which is not on the PATH` : "no C++ compiler was found";
  throw new BuildError(message, tools.compiler.mend);
}

function crossCompiler(architecture: Architecture, env: NodeJS.ProcessEnv): string {
  const { machine, names, mend } = crossTools[architecture];
  const wanted = env["CXX"] ? findCompiler(env) : undefined;
  const found = wanted !== undefined && machineOf(wanted).startsWith(machine) ? wanted : findTool(names, env);
  if (found === undefined) throw new BuildError(`no C++ compiler for ${machine} was found (${names.join(", ")})`, mend);
  return found;
}

/** What a compiler compiles for: `aarch64-linux-gnu`. */
function machineOf(compiler: string): string {
  const { stdout } = spawnSync(compiler, ["-dumpmachine"], { encoding: "utf8" });
  return stdout ?? "";
}

export function findCompiler(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const wanted = env["CXX"];
  return findTool(wanted ? [wanted] : tools.compiler.names, env);
}

/** The path of the first of these commands that there is. */
export function findTool(names: readonly string[], env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return names
    .flatMap((name) => (name.includes("/") ? [name] : folders.map((folder) => join(folder, name))))
    .find((path) => existsSync(path));
}

/** The first line of what a command says of its version. */
export const versionOf = (compiler: string): string => firstLine(versionTextOf(compiler));

const firstLine = (text: string): string => text.split("\n", 1)[0]!;

function versionTextOf(compiler: string): string {
  try {
    return execFileSync(compiler, ["--version"], { encoding: "utf8" });
  } catch (error) {
    throw new BuildError(`${compiler} --version failed: ${(error as Error).message}`, "check the compiler, or set CXX");
  }
}

/** The widest instruction set that this machine's CPU has. */
export function nativeIsa(): Isa {
  if (process.arch === "arm64") return "neon";
  const flags = cpuFlags();
  if (["avx512f", "avx512vl", "avx512dq", "avx512bw"].every((flag) => flags.has(flag))) return "avx512";
  return flags.has("avx2") && flags.has("fma") ? "avx2" : "scalar";
}

/** The same as a level of processors: what `native` means. */
export function nativeCpu(): Cpu {
  return targets[nativeIsa()].level;
}

/** All levels that this machine can run, the best first. */
export function runnableCpus(): readonly Cpu[] {
  const { architecture } = targets[nativeIsa()];
  const all = levels.filter((target) => target.architecture === architecture).map(({ level }) => level);
  return all.slice(all.indexOf(nativeCpu()));
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
  return packageFolder("node-addon-api");
}

/** Where a package that builds need is installed. Node's own headers come from one too, so no build loads them. */
export function packageFolder(name: "node-addon-api" | "node-api-headers" | "cmake-js"): string {
  return dirname(require.resolve(`${name}/package.json`));
}

/** The script behind the cmake-js command. */
export function cmakeJsScript(): string {
  return join(packageFolder("cmake-js"), "bin", "cmake-js");
}
