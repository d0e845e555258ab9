import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder, cacheSize } from "./cache.ts";
import { cudaFindings } from "./cuda-findings.ts";
import { finding, type Finding } from "./finding.ts";
import { crossTools, findCompiler, findTool, packageFolder, runnableCpus, tools, versionOf } from "./toolchain.ts";

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
    ...crossCompilers(),
    ...cudaFindings(),
  ];
}

function compiler(): Finding {
  const look = (): string => {
    const path = findCompiler();
    if (path === undefined) throw new Error(process.env["CXX"] ? `CXX is ${process.env["CXX"]}` : "not on the PATH");
    return `${path}, ${versionOf(path)}`;
  };
  return finding("C++ compiler", look, tools.compiler.mend);
}

/** What `--cpu` needs for levels of other architectures. */
function crossCompilers(): readonly Finding[] {
  return Object.entries(crossTools)
    .filter(([architecture]) => architecture !== process.arch)
    .map(([, { machine, ...cross }]) => tool(`C++ for ${machine}`, cross, false));
}

interface Tool {
  readonly names: readonly string[];
  readonly mend: string;
}

function tool(what: string, { names, mend }: Tool, required = true): Finding {
  const look = (): string => {
    const path = findTool(names);
    if (path === undefined) throw new Error("not on the PATH");
    return `${path}, ${versionOf(path)}`;
  };
  return finding(what, look, mend, required);
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
