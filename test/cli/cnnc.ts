import { spawn, type ChildProcess } from "node:child_process";
import * as path from "node:path";
import { root } from "../support/paths.ts";

/** The bundled command that setup.mjs makes. */
export const command = path.join(root, "dist/bin/cnnc.js");
export const lenet = "examples/lenet/lenet.cnn";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Called with all that was printed so far. */
  readonly onOutput?: (stdout: string, kill: (signal: NodeJS.Signals) => void) => void;
  /** Called when the process has been started. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs `cnnc` from the root of the checkout, as a person in a log would: no terminal, no colours. */
export function cnnc(args: readonly string[], { env = {}, onOutput, onStart }: RunOptions = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [command, ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onStart?.(child);
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    onOutput?.(stdout, (signal) => child.kill(signal));
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

export async function cnncJson<T>(args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await cnnc([...args, "--json"]);
  if (code !== 0) throw new Error(`cnnc ${args.join(" ")} ended with ${code}: ${stderr}${stdout}`);
  return JSON.parse(stdout) as T;
}
