import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { CnncCpuError, CnncDeviceError, CnncError, CnncStaleError, reasonOf } from "../errors.ts";
import type { Manifest } from "./manifest.ts";

/** The exports of a generated addon (native/addon/node/module.cc). */
export interface Addon {
  models(): AddonModel[];
  /** `device`: the number of a CUDA device. */
  create(model: string, threads: number, device?: number): AddonInstance;
}

export interface AddonTensor {
  readonly name: string;
  readonly type: "u8" | "f32" | "i32";
  readonly shape: number[];
  /** Of tokens and class indices: they are from 0 to below - 1. */
  readonly below?: number;
}

export interface AddonModel {
  readonly name: string;
  readonly hash: string;
  /** Of the levels of processors, or devices, that it was built for (`cpus`), the one whose code is used. */
  readonly cpu: string;
  readonly cpus: readonly string[];
  /** Why it cannot run here; null where it can. */
  readonly refusal: string | null;
  readonly inputs: readonly AddonTensor[];
  readonly outputs: readonly AddonTensor[];
  readonly targets: readonly AddonTensor[];
  readonly parameters: readonly string[];
  readonly stateSlots: number;
  readonly trainable: boolean;
}

/**
 * One model in memory. `layouts` has bit i set where input i lies as H,W,C; lists follow the order of the
 * addon's tables. Asynchronous calls copy what they are given and run in order on a thread of their own;
 * a synchronous call waits for the one that runs, not for those that wait. A ticket, any whole number from 1, names
 * a call for `withdraw`.
 */
export interface AddonInstance {
  setParameter(index: number, values: Float32Array): void;
  /**
   * Sets parameters to numbers (F32) of an open file, each from a position on, or -1 where they are elsewhere; tells how many
   * are set. The first that is not, cannot be read or, where `finite` is asked for, has a value that is no finite number.
   */
  readParameters(file: number, positions: Float64Array, finite: boolean): number;
  getParameter(index: number, into: Float32Array): Float32Array;
  setState(slot: number, index: number, values: Float32Array): void;
  getState(slot: number, index: number, into: Float32Array): Float32Array;
  /** The optimiser forgets: back to before the first step. */
  clearState(): void;
  /** Of all watched units, in the manifest's order: 1 for each that has fired in a step. */
  getActivity(into: Uint8Array): Uint8Array;
  clearActivity(): void;
  /** Whether steps store the gradients of all parameters, also where these move at once. */
  keepGradients(all: boolean): void;
  getGradient(index: number, into: Float32Array): Float32Array;
  inferSync(batch: number, inputs: Elements[], layouts: number, outputs: (Float32Array | null)[]): unknown;
  infer(batch: number, inputs: Elements[], layouts: number, ticket?: number): Promise<Float32Array[]>;
  stepSync(...step: StepArguments): Float64Array;
  step(...step: [...StepArguments, ticket?: number]): Promise<Float64Array>;
  gradientSync(...step: [...StepArguments, inputGradients: (Float32Array | null)[]]): Float64Array;
  /** Mean and mean square of the value of each layer of the manifest's `scaled`. */
  measure(batch: number, inputs: Elements[], layouts: number, ticket?: number): Promise<Float64Array>;
  learningRate(step: number, totalSteps: number): number;
  /** Takes a call that waits off the queue and rejects it; false: it runs, or has run. */
  withdraw(ticket: number): boolean;
  /** Waits for the call that runs and rejects those that wait. */
  dispose(): void;
  readonly disposed: boolean;
  readonly threads: number;
  /** What computes: the level of processors, or the CUDA device by number and name. */
  readonly device: string;
  readonly arenaBytes: number;
  readonly parameterBytes: number;
}

export type Elements = Uint8Array | Uint8ClampedArray | Float32Array | Int32Array;
export type StepArguments = [
  batch: number,
  inputs: Elements[],
  layouts: number,
  targets: Elements[],
  seed: number,
  step: number,
  totalSteps: number,
];

/** Loads the addon and makes sure that it is this manifest's, and that this machine can run it. */
export function openAddon(location: string | URL, manifest: Manifest): { addon: Addon; model: AddonModel } {
  const path = location instanceof URL || location.startsWith("file:") ? fileURLToPath(location) : location;
  const addon = requireAddon(path, manifest);
  const model = addon.models().find((it) => it.name === manifest.model);
  if (!model || model.hash !== manifest.hash) {
    const names = addon.models().map((it) => it.name);
    const found = model ? "another build of it" : `only ${names.join(", ")}`;
    throw new CnncStaleError(
      `${path} does not hold ${manifest.model} of this wrapper but ${found}; build ${manifest.source.file} again`,
      { expected: `${manifest.model} ${manifest.hash}`, got: model ? `${model.name} ${model.hash}` : names.join(", ") },
    );
  }
  if (model.refusal !== null) throw refusalOf(model, model.refusal, manifest);
  return { addon, model };
}

function refusalOf({ cpu, cpus }: AddonModel, refusal: string, { model, source }: Manifest): CnncError {
  const expected = cpus.join(", ");
  const what = `${model} was built for ${expected}: ${refusal}`;
  if (cpu.startsWith("cuda-"))
    return new CnncDeviceError(`${what}; to run it on processors, build ${source.file} without --target cuda`);
  return new CnncCpuError(`${what}; build ${source.file} for this machine, or for a lower --cpu`, {
    expected,
    got: refusal,
  });
}

function requireAddon(path: string, { cpus, model, source }: Manifest): Addon {
  try {
    return createRequire(import.meta.url)(path) as Addon;
  } catch (error) {
    const expected = cpus.join(", ");
    const foreign = cpus.includes("aarch64") ? process.arch !== "arm64" : process.arch === "arm64";
    if (foreign && !expected.startsWith("cuda-"))
      throw new CnncCpuError(
        `${model} was built for ${expected}, and this Node is for ${process.arch}; build ${source.file} for this machine`,
        { expected, got: process.arch },
      );
    throw new CnncError(`the addon ${path} cannot be loaded: ${reasonOf(error)}`, { cause: error });
  }
}
