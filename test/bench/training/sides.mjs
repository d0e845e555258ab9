// A network loaded on either side, ready to take steps.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { modelIn } from "../inference/sides.mjs";
import { timeBlock } from "../inference/timing.mjs";

export const peerScript = fileURLToPath(new URL("peer.py", import.meta.url));

/** Our side: `stepSync` on tensors in memory, in this process. */
export async function openOurs({ folder, model, input, target }, threads) {
  const Model = await modelIn(folder, model);
  const read = (file) => new Uint8Array(readFileSync(path.join(folder, file))).buffer;
  const Numbers = { u8: Uint8Array, f32: Float32Array, tokens: Int32Array }[input.dtype];
  const Targets = target.kind === "class" ? Int32Array : Float32Array;
  const given = {
    [input.name]: new Numbers(read("ours.bin")),
    [target.name]: new Targets(read("targets.bin")),
  };
  const net = await Model.load({ weights: path.join(folder, "weights.safetensors"), threads });
  const trainer = net.trainer({ seed: 1, totalSteps: 1_000_000 });
  const step = () => trainer.stepSync(given).loss;
  return {
    losses: [step(), step(), step()],
    measure: (ms) => timeBlock({ repeat: async (calls) => void Array.from({ length: calls }, step) }, ms),
    close: () => net.dispose(),
  };
}

/** Their side: a child process, a line in, a line of JSON out. */
export async function openTheirs({ folder }, threads, python) {
  const args = [peerScript, folder, "--threads", String(threads)];
  const child = spawn(python, args, { stdio: ["pipe", "pipe", "inherit"] });
  child.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("PyTorch did not answer: apt-get install python3-torch libopenblas0-openmp");
    return JSON.parse(value);
  };
  const about = await read();
  return {
    ...about,
    measure: async (ms) => {
      child.stdin.write(`${ms}\n`);
      return (await read()).ms;
    },
    close: () => child.stdin.end(),
  };
}
