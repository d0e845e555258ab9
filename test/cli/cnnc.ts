import { spawn, type ChildProcess } from "node:child_process";
import * as path from "node:path";
import { run } from "../../compiler/cli/run.ts";
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

let last: Promise<unknown> = Promise.resolve();

/**
 * The same without a process of its own, one call after another: for commands that read files and print, where most of the time
 * would be Node's start. The first test of each such command runs the bundle.
 */
export function cnncHere(args: readonly string[], { env = {} }: Pick<RunOptions, "env"> = {}): Promise<Outcome> {
  const ended = last.then(async () => {
    const ownEnv = process.env;
    process.env = { ...ownEnv, NO_COLOR: "1", FORCE_COLOR: "0", ...env };
    const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
    try {
      return { code: await run(args), stdout: stdout.text(), stderr: stderr.text() };
    } finally {
      process.env = ownEnv;
      stdout.release();
      stderr.release();
    }
  });
  last = ended.catch(() => undefined);
  return ended;
}

/** Keeps what is written; what listens to the stream meanwhile is taken away again. */
function capture(stream: NodeJS.WriteStream) {
  const [write, listeners] = [stream.write, stream.listeners("error")];
  let text = "";
  stream.write = (more: string | Uint8Array) => {
    text += String(more);
    return true;
  };
  const release = (): void => {
    stream.write = write;
    stream.removeAllListeners("error");
    for (const listener of listeners) stream.on("error", listener as () => void);
  };
  return { text: () => text, release };
}

export const cnncJson = <T>(args: readonly string[]): Promise<T> => jsonOf<T>(args, cnnc);
export const cnncJsonHere = <T>(args: readonly string[]): Promise<T> => jsonOf<T>(args, cnncHere);

async function jsonOf<T>(args: readonly string[], run: (args: readonly string[]) => Promise<Outcome>): Promise<T> {
  const { code, stdout, stderr } = await run([...args, "--json"]);
  if (code !== 0) throw new Error(`cnnc ${args.join(" ")} ended with ${code}: ${stderr}${stdout}`);
  return JSON.parse(stdout) as T;
}
