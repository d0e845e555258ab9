import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder, cacheSize } from "./cache.ts";
import { reasonOf } from "./build-error.ts";
import { findCompiler, findTool, packageFolder, runnableCpus, tools, versionOf } from "./toolchain.ts";

/** One thing that builds need, or could use. */
export interface Finding {
  readonly what: string;
  readonly ok: boolean;
  /** Whether nothing can be built without it. */
  readonly required: boolean;
  readonly found: string;
  /** What to do where it is missing. */
  readonly mend?: string;
}

/** Looks at all that a build needs of this machine, and tries the compiler. */
export function examine(): readonly Finding[] {
  return [
    compiler(),
    tool("cmake", tools.cmake),
    tool("make or ninja", tools.make),
    trial(),
    installed("node headers", "node-api-headers", `Node ${process.versions.node}, `),
    installed("node-addon-api", "node-addon-api"),
    installed("cmake-js", "cmake-js"),
    { what: "processor", ok: true, required: true, found: `${cpus()[0]?.model.trim()}: ${runnableCpus().join(", ")}` },
    { what: "threads", ok: true, required: true, found: threads() },
    cache(),
    cuda(),
  ];
}

/** What `look` finds, or why it fails. */
function finding(what: string, look: () => string, mend: string, required = true): Finding {
  try {
    return { what, ok: true, required, found: look() };
  } catch (error) {
    return { what, ok: false, required, found: reasonOf(error), mend };
  }
}

function compiler(): Finding {
  const look = (): string => {
    const path = findCompiler();
    if (path === undefined) throw new Error(process.env["CXX"] ? `CXX is ${process.env["CXX"]}` : "not on the PATH");
    return `${path}, ${versionOf(path)}`;
  };
  return finding("C++ compiler", look, tools.compiler.mend);
}

function tool(what: string, { names, mend }: { readonly names: readonly string[]; readonly mend: string }): Finding {
  const look = (): string => {
    const path = findTool(names);
    if (path === undefined) throw new Error("not on the PATH");
    return `${path}, ${versionOf(path)}`;
  };
  return finding(what, look, mend);
}

/** A small program of C++20 is compiled and run. */
function trial(): Finding {
  const look = (): string => {
    const folder = mkdtempSync(join(tmpdir(), "cnnc-doctor-"));
    try {
      const [source, program] = [join(folder, "trial.cpp"), join(folder, "trial")];
      writeFileSync(source, "template <auto N> concept Odd = N % 2 == 1;\nint main() { return Odd<3> ? 7 : 0; }\n");
      const path = findCompiler();
      if (path === undefined) throw new Error("there is no compiler");
      const { status, stderr } = spawnSync(path, ["-std=c++20", source, "-o", program], { encoding: "utf8" });
      if (status !== 0) throw new Error(`does not compile: ${stderr.trim().split("\n")[0]}`);
      if (spawnSync(program).status !== 7) throw new Error("was compiled, but does not run as it should");
      return "compiled and ran";
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  return finding("a C++20 program", look, "install a newer compiler (g++ 11, clang++ 14), or set CXX to another");
}

/** A package of npm, which was installed with cnnc: builds load nothing from the network. */
function installed(what: string, name: Parameters<typeof packageFolder>[0], before = ""): Finding {
  const look = (): string => {
    const folder = packageFolder(name);
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { readonly version: string };
    return `${before}${name} ${version} in ${folder}`;
  };
  return finding(what, look, "reinstall the package cnnc");
}

function threads(): string {
  const all = `${availableParallelism()} of ${cpus().length} processors`;
  const limit = cgroupLimit();
  return limit === undefined ? all : `${all}, limited to ${limit} by the control group`;
}

/** `cpu.max` holds how many microseconds of each period may be used: `200000 100000` are two processors. */
function cgroupLimit(): number | undefined {
  try {
    const [quota, period] = readFileSync("/sys/fs/cgroup/cpu.max", "utf8").trim().split(" ").map(Number);
    return quota && period ? quota / period : undefined;
  } catch {
    // No control groups, or their first version.
    return undefined;
  }
}

/** Builds work without it, but each compiles anew. */
function cache(): Finding {
  const folder = cacheFolder();
  const look = (): string => {
    mkdirSync(folder, { recursive: true });
    rmSync(mkdtempSync(join(folder, "build-")), { recursive: true });
    return `${folder}, ${(cacheSize(folder) / 2 ** 20).toFixed(1)} MiB of 1 GiB`;
  };
  return finding("cache", look, "set CNNC_CACHE to a folder that can be written", false);
}

/** No code for it is made yet; what is found is of use to those who report on it. */
function cuda(): Finding {
  const look = (): string => {
    const nvcc = findTool(["nvcc"]) ?? findTool(["/usr/local/cuda/bin/nvcc"]);
    if (nvcc === undefined) throw new Error("no nvcc");
    return `${nvcc}, driver ${driver()}`;
  };
  return finding("CUDA", look, "not needed", false);
}

function driver(): string {
  try {
    return readFileSync("/sys/module/nvidia/version", "utf8").trim();
  } catch {
    return "not loaded";
  }
}
