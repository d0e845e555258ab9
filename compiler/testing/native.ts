import { createRequire } from "node:module";
import { join } from "node:path";
import type { Addon, AddonInstance, AddonModel } from "../../runtime/bind/addon.ts";
import { buildNative } from "../build/build-native.ts";
import { learns, parametersByRate } from "../check/learned.ts";
import type { CheckedModel } from "../check/program.ts";
import { planModel } from "../plan-model.ts";
import { printModel } from "../emit/cpp/model.ts";
import type { ProgramName } from "../ir/graph.ts";
import type { Isa, Precision } from "../ir/plan.ts";
import type { Tensor } from "../opkit/tensor.ts";
import { cudaTarget, targets } from "../passes/targets.ts";
import type { Tensors } from "./reference.ts";

/**
 * Builds models into one addon with the programs that tests call, and loads it: for an instruction set, or for a CUDA device
 * that is emulated, with the precision of its products. Kernels are compiled as for users, but for `flags`: the last -O counts.
 */
export async function buildTestAddon(
  name: string,
  models: readonly CheckedModel[],
  on: Isa | Precision,
  programs?: (model: CheckedModel) => readonly ProgramName[],
  flags?: readonly string[],
): Promise<Addon> {
  const load = createRequire(import.meta.url);
  const project = testProject(name, models, on, programs, flags);
  const { result } = await buildNative(project, {}, (folder) => load(join(folder, `${name}.node`)) as Addon);
  return result;
}

/** What such an addon is built from. */
export function testProject(
  name: string,
  models: readonly CheckedModel[],
  on: Isa | Precision,
  programs: (model: CheckedModel) => readonly ProgramName[] = () => ["infer", "gradient"],
  flags: readonly string[] = [],
) {
  const identity = { compiler: "cnnc test", file: `${name}.cnn`, sourceHash: "-", hash: "test" };
  const target = on in targets ? targets[on as Isa] : cudaTarget(on as Precision);
  const kernels = models.flatMap((model) => printModel(planModel(model, target, programs(model)), identity));
  const names = models.map((model) => model.name);
  return { name, models: names, variants: [{ target, kernels }], together: 72, flags, cuda: "emulator" as const };
}

const described = new WeakMap<Addon, readonly AddonModel[]>();

/** What an addon tells of a model; it is asked once, since it takes a while where models are hundreds. */
function addonModel(addon: Addon, name: string): AddonModel {
  const models = described.get(addon) ?? addon.models();
  described.set(addon, models);
  return models.find((model) => model.name === name)!;
}

/** What computes results and gradients: one in this process, or a stand-in for one that this machine cannot load. */
export type SampleInstance = Pick<
  AddonInstance,
  "setParameter" | "getGradient" | "inferSync" | "gradientSync" | "dispose"
>;

export interface SampleAddon<Instance extends SampleInstance = SampleInstance> {
  create(model: string, threads: number): Instance;
}

/** One model of a test addon, called with float64 tensors by name: its results, and their gradients. */
export class NativeSample<Instance extends SampleInstance = SampleInstance> {
  protected readonly model: CheckedModel;
  protected readonly instance: Instance;

  constructor(addon: SampleAddon<Instance>, model: CheckedModel, threads = 1) {
    this.model = model;
    this.instance = addon.create(model.name, threads);
  }

  /** All parameters, or those that are given. */
  setParameters(parameters: Tensors): void {
    this.names().forEach(({ name }, i) => {
      const given = parameters.get(name);
      if (given) this.instance.setParameter(i, Float32Array.from(given.data));
    });
  }

  infer(inputs: Tensors): readonly Tensor[] {
    const batch = this.batch(inputs);
    const outputs = this.model.outputs.map(({ shape }) => new Float32Array(batch * size(shape)));
    this.instance.inferSync(batch, this.elements(inputs), 0, outputs);
    return outputs.map((data, i) => ({
      shape: [batch, ...this.model.outputs[i]!.shape],
      data: Float64Array.from(data),
    }));
  }

  /** Gradients of Σ seed·output to the f32 inputs and the parameters, by name. */
  gradient(inputs: Tensors, seeds: readonly Tensor[], { seed = 1, step = 0 } = {}): Tensors {
    const targets = seeds.map(({ data }) => Float32Array.from(data));
    return this.differentiate(inputs, targets, seed, step).gradients();
  }

  dispose(): void {
    this.instance.dispose();
  }

  protected differentiate(inputs: Tensors, targets: (Float32Array | Int32Array)[], seed: number, step: number) {
    const batch = this.batch(inputs);
    const found = this.model.inputs.map(({ type }) =>
      type.dtype === "f32" ? new Float32Array(batch * size(type.shape)) : null,
    );
    const results = this.instance.gradientSync(batch, this.elements(inputs), 0, targets, seed, step, 1, found);
    const gradients = (): Tensors => {
      const all = new Map<string, Tensor>();
      this.model.inputs.forEach(({ name, type }, i) => {
        if (found[i]) all.set(name, { shape: [batch, ...type.shape], data: Float64Array.from(found[i]) });
      });
      const learned = new Set(this.names().flatMap(({ name, trained }) => (trained ? [name] : [])));
      for (const [name, gradient] of this.byName((i, into) => this.instance.getGradient(i, into)))
        if (learned.has(name)) all.set(name, gradient);
      return all;
    };
    return { results, gradients };
  }

  /** A tensor for each parameter. */
  protected byName(read: (index: number, into: Float32Array) => Float32Array): Tensors {
    return new Map(
      this.names().map(({ name, shape }, i) => {
        const data = read(i, new Float32Array(size(shape)));
        return [name, { shape, data: Float64Array.from(data) }] as const;
      }),
    );
  }

  /** In the addon's order. */
  protected names() {
    return parametersByRate(this.model).map((parameter) => {
      const { name, spec } = parameter;
      return { name, shape: spec.shape, trained: learns(this.model, parameter) };
    });
  }

  protected batch(inputs: Tensors): number {
    return inputs.get(this.model.inputs[0]!.name)!.shape[0]!;
  }

  protected elements(inputs: Tensors) {
    return this.model.inputs.map(({ name, type }) => {
      const { data } = inputs.get(name)!;
      if (type.dtype === "tokens") return Int32Array.from(data);
      return type.dtype === "u8" ? Uint8Array.from(data) : Float32Array.from(data);
    });
  }
}

/** The same, and its training. */
export class NativeModel extends NativeSample<AddonInstance> {
  readonly #targetTypes: readonly string[];

  constructor(addon: Addon, model: CheckedModel, threads = 1) {
    super(addon, model, threads);
    this.#targetTypes = addonModel(addon, model.name).targets.map(({ type }) => type);
  }

  /** Loss and metrics of a model that says how to train, and the gradients of the loss. */
  lossGradient(
    inputs: Tensors,
    targets: readonly ArrayLike<number>[],
    { seed = 1, step = 0 } = {},
  ): { readonly results: Float64Array; readonly gradients: Tensors } {
    const { results, gradients } = this.differentiate(inputs, this.#targets(targets), seed, step);
    return { results, gradients: gradients() };
  }

  /** The loss alone, of what training draws for a seed and a step. */
  loss(inputs: Tensors, targets: readonly ArrayLike<number>[], { seed = 1, step = 0 } = {}): number {
    return this.differentiate(inputs, this.#targets(targets), seed, step).results[0]!;
  }

  /** A step of training; loss and metrics before it. */
  step(
    inputs: Tensors,
    targets: readonly ArrayLike<number>[],
    { seed = 1, step = 0, totalSteps = 100 } = {},
  ): Float64Array {
    const given = this.#targets(targets);
    return this.instance.stepSync(this.batch(inputs), this.elements(inputs), 0, given, seed, step, totalSteps);
  }

  learningRate(step: number, totalSteps: number): number {
    return this.instance.learningRate(step, totalSteps);
  }

  parameters(): Tensors {
    return this.byName((i, into) => this.instance.getParameter(i, into));
  }

  /** Class indices as integers, all else as floats. */
  #targets(targets: readonly ArrayLike<number>[]) {
    return targets.map((list, i) => (this.#targetTypes[i] === "i32" ? Int32Array.from(list) : Float32Array.from(list)));
  }
}

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
