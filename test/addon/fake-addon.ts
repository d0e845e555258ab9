import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import type { Manifest } from "../../runtime/bind/manifest.ts";

/** Builds the host around fake-model/model.cc: the host under test, without the compiler. */

const root = path.resolve(import.meta.dirname, "../..");
const require = createRequire(import.meta.url);

export const fakeModelSource = path.join(root, "test/addon/fake-model/model.cc");

const flags = [
  ..."-std=c++20 -O2 -fPIC -fvisibility=hidden -fno-gnu-unique -Wall -Wextra -Werror".split(" "),
  ..."-DNAPI_VERSION=8 -DNAPI_DISABLE_CPP_EXCEPTIONS -O1".split(" "),
  ...["-I", path.join(root, "native/addon")],
  ...["-isystem", (require("node-addon-api") as { include_dir: string }).include_dir],
  ...["-isystem", (require("node-api-headers") as { include_dir: string }).include_dir],
];

/** Host files: common ones, and those of Node's or C's side. */
export function hostSources(side: "node" | "c"): string[] {
  return ["native/addon", "native/addon/cpu", `native/addon/${side}`, "native/parallel"].flatMap((folder) => {
    const names = fs.readdirSync(path.join(root, folder)).filter((it) => it.endsWith(".cc"));
    return names.map((it) => path.join(root, folder, it));
  });
}

/** The path of the addon; compiled when its sources have changed, by the first of several test files. */
export async function buildFakeAddon(): Promise<string> {
  const folder = path.join(os.tmpdir(), `cnnc-fake-addon-${fingerprint()}`);
  const addon = path.join(folder, "fake.node");
  const lock = `${folder}.lock`;
  while (!fs.existsSync(addon) && !takeLock(lock)) await new Promise((resolve) => setTimeout(resolve, 100));
  if (!fs.existsSync(addon)) await buildIn(folder, addon);
  fs.rmSync(lock, { recursive: true, force: true });
  return addon;
}

async function buildIn(folder: string, addon: string): Promise<void> {
  const work = fs.mkdtempSync(`${folder}-`);
  const objects = await Promise.all([...hostSources("node"), fakeModelSource].map((source) => compile(source, work)));
  const exports = path.join(root, "native/addon/node/exports.map");
  const link = ["-pthread", "-ldl", `-Wl,--version-script=${exports}`, "-Wl,--no-undefined-version"];
  await run("g++", ["-shared", "-o", path.join(work, "fake.node"), ...objects, ...link]);
  fs.mkdirSync(folder, { recursive: true });
  fs.renameSync(path.join(work, "fake.node"), addon);
  fs.rmSync(work, { recursive: true });
}

/** A lock whose owner died (its time stands still) is taken over. */
function takeLock(lock: string): boolean {
  try {
    fs.mkdirSync(lock);
    return true;
  } catch {
    const made = fs.statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return Date.now() - made > 200_000;
  }
}

export async function compile(source: string, folder: string, more: readonly string[] = []): Promise<string> {
  const object = path.join(folder, `${path.basename(source)}.o`);
  await run("g++", [...flags, ...more, "-c", source, "-o", object]);
  return object;
}

export async function run(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (text) => (output += String(text)));
  child.stderr.on("data", (text) => (output += String(text)));
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${String(code)}:\n${output}`);
  return output;
}

function fingerprint(): string {
  const hash = createHash("sha256").update(flags.join(" ")).update(fs.readFileSync(fakeModelSource));
  for (const folder of ["native/addon", "native/addon/cpu", "native/addon/node", "native/parallel"]) {
    const files = fs.readdirSync(path.join(root, folder), { withFileTypes: true }).filter((it) => it.isFile());
    for (const { name } of files) hash.update(name).update(fs.readFileSync(path.join(root, folder, name)));
  }
  return hash.digest("hex").slice(0, 16);
}

/** What the compiler would write beside the fake addon. */
export function fakeManifest(model = "Linear"): Manifest {
  return {
    format: 1,
    compiler: "0",
    model,
    source: { file: "linear.cnn", hash: "-" },
    hash: "fake-hash",
    cpus: ["x86-64"],
    addon: "fake.node",
    inputs: [{ name: "image", dtype: "u8", shape: [1, 1, 3] }],
    outputs: [
      { name: "kind", kind: "class", shape: [2], labels: ["cat", "dog"] },
      { name: "logits", kind: "tensor", shape: [2] },
    ],
    parameters: [
      { name: "dense1.weight", shape: [2, 3], initializer: { kind: "normal", std: 0.1 } },
      { name: "dense1.bias", shape: [2], initializer: { kind: "constant", value: 0 } },
    ],
    train: {
      targets: ["kind"],
      batch: 4,
      epochs: 3,
      optimizer: "sgd(lr=0.1, momentum=0.5)",
      schedule: "linear",
      state: ["velocity"],
      rectified: [{ layer: "logits", units: 2 }],
      metrics: ["kind.accuracy"],
    },
  };
}
