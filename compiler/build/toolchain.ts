import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cpu, Isa } from "../ir/plan.ts";
import { levels, targets } from "../passes/targets.ts";
import { BuildError } from "./build-error.ts";

/** What a build needs from the machine. */
export interface Toolchain {
  /** The C++ compiler's command and its version line; part of the cache's key. */
  readonly compiler: string;
  readonly compilerVersion: string;
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

/** Finds the C++ compiler ($CXX, else g++, c++, clang++) and checks for cmake, and for make or ninja. */
export function findToolchain(env: NodeJS.ProcessEnv = process.env): Toolchain {
  const compiler = findCompiler(env);
  if (compiler === undefined) {
    const wanted = env["CXX"];
    const message = wanted ? `CXX names ${wanted}, which is not on the PATH` : "no C++ compiler was found";
    throw new BuildError(message, tools.compiler.mend);
  }
  for (const { names, mend } of [tools.cmake, tools.make])
    if (findTool(names, env) === undefined)
      throw new BuildError(`${names.join(" or ")} was not found on the PATH`, mend);
  return { compiler, compilerVersion: versionOf(compiler) };
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
export function versionOf(compiler: string): string {
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
  return targets[nativeIsa()].level;
}

/** All levels that this machine can run, the best first. */
export function runnableCpus(): readonly Cpu[] {
  const all = levels.map(({ level }) => level);
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
