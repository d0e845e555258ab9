import { spawn } from "node:child_process";
import { cmakeJsScript, type Toolchain } from "./toolchain.ts";
import { BuildError } from "./build-error.ts";

/** Configures and builds the project in `folder`; its output appears only when it fails. */
export async function runCmake(
  folder: string,
  toolchain: Toolchain,
  { jobs, signal }: { readonly jobs: number; readonly signal?: AbortSignal },
): Promise<void> {
  const args = [cmakeJsScript(), "compile", "--directory", folder, "--parallel", String(jobs)];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, CXX: toolchain.compiler },
    stdio: ["ignore", "pipe", "pipe"],
    ...(signal && { signal }),
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code === 0) return;
  const errors = output.split("\n").filter((line) => /\berror\b|Error|undefined reference/.test(line));
  const shown = (errors.length > 0 ? errors : output.split("\n")).slice(0, 12).join("\n");
  throw new BuildError(
    `the native build failed:\n${shown}`,
    "check the compiler with a small program; if it works, report this with the .cnn file",
  );
}
