import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { initialValues, openAddon } from "../../runtime/index.ts";
import type { Addon, AddonInstance, AddonModel, Manifest } from "../../runtime/index.ts";
import { build } from "../build/build.ts";
import { meanOfQuickerHalf } from "../build/quicker-half.ts";
import { baseName, type CompiledModel } from "../compile.ts";
import { sizeOf } from "../shape/tensor-type.ts";
import type { Elements } from "../../runtime/bind/addon.ts";
import { printNote } from "./terminal.ts";

/** What an addon that was built to be measured has beside the others' exports. */
interface ProfiledAddon extends Addon {
  /** Seconds of the first nodes, of all threads together, since the last call. */
  profile(count: number): Float64Array;
}

export interface ProfileRequest {
  readonly program: "infer" | "step";
  readonly batch: number;
  readonly threads: number;
  /** How long to measure, at least. */
  readonly seconds: number;
  /** Of the program. */
  readonly nodes: number;
}

export interface Profile {
  /** How many calls were made; the numbers are means over the quicker half. */
  readonly calls: number;
  /** Seconds of a call. */
  readonly seconds: number;
  /** Seconds of each node, of all threads together; and of what copies results to the caller. */
  readonly nodes: readonly number[];
  readonly copying: number;
}

/** Of a call. */
interface Measurement {
  readonly seconds: number;
  readonly slots: Float64Array;
}

const warmUp = 3;
const parts = 8;

/** Runs a program over random samples, with fresh weights: in parts, with something else in front of each, that is told how long a call takes. */
export async function profileProgram(
  location: string,
  manifest: Manifest,
  request: ProfileRequest,
  beforePart?: (seconds: number) => Promise<void>,
): Promise<Profile> {
  const { program, batch, threads, seconds, nodes } = request;
  const { addon, model } = openAddon(location, manifest);
  const profiled = addon as ProfiledAddon;
  const native = addon.create(manifest.model, threads);
  try {
    const call = callOf(native, model, manifest, program, batch);
    let calls = 0;
    const measure = (): Measurement => {
      profiled.profile(nodes + 1);
      const started = performance.now();
      call(calls++);
      const ended = performance.now();
      return { seconds: (ended - started) / 1000, slots: profiled.profile(nodes + 1) };
    };
    const warm = Array.from({ length: warmUp }, measure).at(-1)!;
    const found: Measurement[] = [];
    for (let part = 0; part < parts; part++) {
      await beforePart?.((found.at(-1) ?? warm).seconds);
      const end = performance.now() + (1000 * seconds) / parts;
      do found.push(measure());
      while (performance.now() < end);
    }
    const mean = meanOfQuickerHalf(found, (it) => it.seconds);
    const all = Array.from({ length: nodes + 1 }, (_, i) => mean(({ slots }) => slots[i]!));
    return { calls: found.length, seconds: mean((it) => it.seconds), nodes: all.slice(0, nodes), copying: all[nodes]! };
  } finally {
    native.dispose();
  }
}

/** Builds models to be measured, and takes the addon away after its use. */
export async function withProfiledAddon<T>(
  file: string,
  compiled: readonly CompiledModel[],
  quiet: boolean | undefined,
  signal: AbortSignal,
  use: (addon: string) => T | Promise<T>,
): Promise<T> {
  const out = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-"));
  try {
    const notes = { ...(!quiet && { note: printNote }) };
    const { addon } = await build(compiled, { name: baseName(file), out, profiled: true, signal, ...notes });
    return await use(path.resolve(addon));
  } finally {
    fs.rmSync(out, { recursive: true, force: true });
  }
}

/** A function that makes the call of this number. */
function callOf(
  native: AddonInstance,
  model: AddonModel,
  { parameters }: Manifest,
  program: "infer" | "step",
  batch: number,
): (number: number) => void {
  const named = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  model.parameters.forEach((name, i) => native.setParameter(i, initialValues(named.get(name)!, 0)));
  const inputs = model.inputs.map((tensor) => samples(tensor, batch));
  if (program === "infer") {
    const outputs = model.outputs.map(({ shape }) => new Float32Array(batch * sizeOf(shape)));
    return () => void native.inferSync(batch, inputs, 0, outputs);
  }
  const targets = model.targets.map((tensor) => samples(tensor, batch));
  return (number) => void native.stepSync(batch, inputs, 0, targets, 0, number, 10_000);
}

/** Numbers in 0..1, bytes, or numbers of classes and tokens, in no order. */
function samples({ type, shape, below }: AddonModel["inputs"][number], batch: number): Elements {
  const length = batch * sizeOf(shape);
  // Multiplicative hashing by 2³² over the golden ratio (Knuth, The Art of Computer Programming 3, 6.4).
  const draw = (i: number): number => Math.imul(i + 1, 2654435769) >>> 0;
  switch (type) {
    case "u8":
      return Uint8Array.from({ length }, (_, i) => draw(i) >>> 24);
    case "f32":
      return Float32Array.from({ length }, (_, i) => draw(i) / 2 ** 32);
    case "i32":
      return Int32Array.from({ length }, (_, i) => (draw(i) >>> 8) % (below ?? 2));
  }
}
