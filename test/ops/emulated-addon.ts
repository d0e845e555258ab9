import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { buildNative } from "../../compiler/build/build-native.ts";
import type { CheckedModel } from "../../compiler/check/program.ts";
import type { Isa, Precision } from "../../compiler/ir/plan.ts";
import { testProject, type SampleAddon, type SampleInstance } from "../../compiler/testing/index.ts";
import type { Elements } from "../../runtime/bind/addon.ts";
import { aarch64Tools } from "../support/aarch64-tools.ts";
import { readText } from "../support/paths.ts";

const source = "emulated-addon.cc";

/** Builds models into a program for aarch64 and makes `folder` its home; each call of a model is a run of it under qemu. */
export async function buildEmulatedAddon(
  folder: string,
  name: string,
  models: readonly CheckedModel[],
  on: Isa | Precision,
): Promise<SampleAddon> {
  const { emulator } = aarch64Tools();
  const harness = { name: source, text: readText(`test/ops/${source}`) };
  const program = path.join(folder, name);
  const project = { ...testProject(name, models, on), program: harness };
  await buildNative(project, {}, (product) => fs.copyFileSync(path.join(product, "program"), program));
  return { create: (model, threads) => new EmulatedInstance([...emulator, program], model, threads) };
}

class EmulatedInstance implements SampleInstance {
  readonly #command: readonly string[];
  readonly #model: string;
  readonly #threads: number;
  readonly #parameters: Float32Array[] = [];
  #gradients: readonly Float32Array[] = [];

  constructor(command: readonly string[], model: string, threads: number) {
    this.#command = command;
    this.#model = model;
    this.#threads = threads;
  }

  setParameter(index: number, values: Float32Array): void {
    this.#parameters[index] = values;
  }

  getGradient(index: number, into: Float32Array): Float32Array {
    into.set(this.#gradients[index]!);
    return into;
  }

  inferSync(batch: number, inputs: Elements[], _layouts: number, outputs: (Float32Array | null)[]): void {
    fill(outputs, this.#run("infer", [batch, 1, 0, 1], inputs));
  }

  gradientSync(...call: Parameters<SampleInstance["gradientSync"]>): Float64Array {
    const [batch, inputs, , targets, seed, step, totalSteps, inputGradients] = call;
    this.#gradients = this.#parameters.map(({ length }) => new Float32Array(length));
    const found = this.#run("gradient", [batch, seed, step, totalSteps], [...inputs, ...targets]);
    return new Float64Array(fill([...inputGradients, ...this.#gradients], found));
  }

  dispose(): void {
    this.#gradients = [];
  }

  #run(what: "infer" | "gradient", numbers: readonly number[], given: readonly Elements[]): ArrayBuffer {
    const [batch, ...info] = numbers;
    const words = [...this.#command, what, this.#model, this.#threads, batch, ...info].map(String);
    const [command, ...args] = words;
    const parts = [...this.#parameters, ...given].map((it) => Buffer.from(it.buffer, it.byteOffset, it.byteLength));
    const { status, signal, stdout, stderr } = spawnSync(command!, args, {
      input: Buffer.concat(parts),
      maxBuffer: 2 ** 30,
    });
    if (status !== 0) throw new Error(`${words.join(" ")} ended with ${signal ?? status}: ${String(stderr)}`);
    return new Uint8Array(stdout).buffer;
  }
}

/** Lays numbers into arrays, one after the other; what is left of them. */
function fill(arrays: readonly (Float32Array | null)[], numbers: ArrayBuffer): ArrayBuffer {
  let at = 0;
  for (const array of arrays) {
    if (array === null) continue;
    array.set(new Float32Array(numbers, at, array.length));
    at += array.byteLength;
  }
  return numbers.slice(at);
}
