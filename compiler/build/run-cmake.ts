import { spawn } from "node:child_process";
import { cmakeJsScript, type Toolchain } from "./toolchain.ts";

/** Configures and builds the project in `folder`. Gives what was printed if it fails, nothing if all is well. */
export async function runCmake(
  folder: string,
  toolchain: Toolchain,
  { jobs, signal }: { readonly jobs: number; readonly signal?: AbortSignal },
): Promise<string | undefined> {
  const args = [
    cmakeJsScript(),
    "compile",
    "--directory",
    folder,
    "--parallel",
    String(jobs),
    ...identityOf(toolchain),
  ];
  signal?.throwIfAborted();
  // A group of its own: stopping the build stops the compilers too, before their folder is removed. (ninja puts its
  // compilers into groups of their own, and ends them when it is asked to stop, not when it is killed.)
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, CXX: toolchain.compiler },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const stop = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
  };
  signal?.addEventListener("abort", stop);
  process.once("exit", stop);
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  signal?.removeEventListener("abort", stop);
  process.removeListener("exit", stop);
  signal?.throwIfAborted();
  return code === 0 ? undefined : output;
}

/** What cmake would find out by a compilation, in a third of a second, as its module CMakeForceCompiler sets it. */
const identityOf = ({ gnu }: Toolchain): readonly string[] =>
  gnu === undefined
    ? []
    : ["FORCED=TRUE", "ID_RUN=TRUE", "ID=GNU", `VERSION=${gnu}`].map((setting) => `--CDCMAKE_CXX_COMPILER_${setting}`);
