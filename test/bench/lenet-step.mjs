// One training step of LeNet (batch 64; forward, loss, backward, optimiser; tensors in memory), ours and PyTorch's in
// turn: A B A B, medians, the ratio of each round. The machine must be idle: PyTorch's threads wait on each other.
//   npm run bench -- training [--threads 1,2 --rounds 5 --json FILE]
import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import * as os from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { values } = parseArgs({
  options: {
    threads: { type: "string", default: "1,2" },
    rounds: { type: "string", default: "5" },
    json: { type: "string" },
    python: { type: "string", default: "/usr/bin/python3" },
  },
});
const rounds = Number(values.rounds);
const batch = 64;

const built = spawnSync(process.execPath, ["dist/bin/cnnc.js", "build", "examples/lenet/lenet.cnn", "--quiet"], {
  cwd: root,
  stdio: "inherit",
});
if (built.status !== 0) process.exit(1);
const { LeNet } = await import(new URL("../../examples/lenet/build/lenet/index.js", import.meta.url).href);

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Median milliseconds of a step on preloaded tensors. */
function timeOurs(trainer, inputs, steps = 200) {
  const times = [];
  for (let i = 0; i < steps; i++) {
    const started = performance.now();
    trainer.stepSync(inputs);
    times.push(performance.now() - started);
  }
  return median(times);
}

/** The peer as a child process: one line in, one line of JSON out. Undefined where PyTorch is not installed. */
async function startPeer(threads) {
  const script = fileURLToPath(new URL("lenet-pytorch.py", import.meta.url));
  const child = spawn(values.python, [script, "--time", "--serve", "--threads", String(threads)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => {
    const { value, done } = await lines.next();
    return done ? undefined : JSON.parse(value);
  };
  const ready = await read();
  if (!ready) return undefined;
  return {
    about: ready,
    measure: async () => {
      child.stdin.write("\n");
      return read();
    },
    stop: () => child.stdin.end(),
  };
}

const results = [];
for (const threads of values.threads.split(",").map(Number)) {
  const net = await LeNet.load({ seed: 1, threads });
  const trainer = net.trainer({ seed: 1, totalSteps: 1_000_000 });
  const image = Uint8Array.from({ length: batch * 784 }, (_, i) => (i * 7919) % 256);
  const clothing = Int32Array.from({ length: batch }, (_, i) => i % 10);
  timeOurs(trainer, { image, clothing }, 50);
  const peer = await startPeer(threads);
  if (!peer) console.log("PyTorch is not installed (apt-get install python3-torch libopenblas0-openmp): ours alone");
  for (let round = 0; round < rounds; round++) {
    const ours = timeOurs(trainer, { image, clothing });
    const theirs = await peer?.measure();
    const row = {
      threads,
      round,
      cnnc_ms: ours,
      pytorch_ms: theirs?.best_ms,
      variant: theirs && `${theirs.best.layout}, ${theirs.best.optimizer}`,
      load: os.loadavg()[0],
    };
    results.push(row);
    const ratio = theirs
      ? ` | PyTorch ${theirs.best_ms.toFixed(3)} ms (${row.variant}) | ${(theirs.best_ms / ours).toFixed(2)}×`
      : "";
    console.log(
      `${threads} thread${threads > 1 ? "s" : " "} | cnnc ${ours.toFixed(3)} ms${ratio} | load ${row.load.toFixed(1)}`,
    );
  }
  const ours = median(results.filter((row) => row.threads === threads).map((row) => row.cnnc_ms));
  const theirs = peer && median(results.filter((row) => row.threads === threads).map((row) => row.pytorch_ms));
  if (theirs)
    console.log(
      `${threads} threads: medians ${ours.toFixed(3)} and ${theirs.toFixed(3)} ms, ratio ${(theirs / ours).toFixed(2)}`,
    );
  peer?.stop();
  net.dispose();
}
if (values.json)
  writeFileSync(
    values.json,
    `${JSON.stringify({ batch, cpus: LeNet.manifest.cpus, cpu: os.cpus()[0]?.model, results }, null, 2)}\n`,
  );
