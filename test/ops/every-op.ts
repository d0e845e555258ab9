import { beforeAll, describe, expect, it } from "vitest";
import type { CheckedModel, Layer } from "../../compiler/check/program.ts";
import type { Isa, Precision } from "../../compiler/ir/plan.ts";
import {
  buildTestAddon,
  NativeSample,
  operators,
  referenceOutputs,
  mapTensor,
  slopeAlong,
  tensor,
  withZeroRow,
  type SampleAddon,
  type SampleModel,
  type Tensor,
  type Tensors,
} from "../../compiler/testing/index.ts";
import { hashName, RandomStream } from "../../runtime/random/philox.ts";

/** What of the largest value a result may be off. */
export interface Tolerances {
  readonly forward: number;
  readonly gradient: number;
  /**
   * Where numbers are stored or multiplied with few bits: how far rounding moves them, relatively. It may then decide otherwise
   * which of two values is the larger: what is expected are the results and slopes at points so far away, too.
   */
  readonly rounding?: number;
}

export const ofProcessors: Tolerances = { forward: 1e-5, gradient: 2e-5 };

/** Results and gradients of samples, on a processor or an emulated device. */
export function checkSamples(
  on: Isa | Precision,
  tolerances: Tolerances,
  samples: readonly SampleModel[],
  build: (name: string, models: readonly CheckedModel[], on: Isa | Precision) => Promise<SampleAddon> = buildTestAddon,
): void {
  let addon: SampleAddon;
  beforeAll(async () => {
    addon = await build(
      `every_op_${on}`,
      samples.map(({ model }) => model),
      on,
    );
  });

  describe.each([...new Set(samples.map(({ operator }) => operator))])("%s", (operator) => {
    for (const sample of samples.filter((candidate) => candidate.operator === operator)) {
      it(`${sample.sample.link} of ${sample.sample.input.join("×")}, batch ${sample.sample.batch}: forward`, () => {
        const { inputs, parameters } = draw(sample);
        const native = open(addon, sample, parameters);
        const expected = referenceOutputs(sample.model, inputs, parameters);
        const random = new RandomStream(3, hashName(sample.name));
        const near = roundings({ ...sample, inputs, parameters }, tolerances.rounding, random);
        native.infer(inputs).forEach((result, i) => {
          const around = () => near.map((at) => referenceOutputs(at.model, at.inputs, at.parameters)[i]!);
          expectClose(result, expected[i]!, tolerances.forward, around);
        });
        native.dispose();
      });

      if (!stochastic(operator))
        it(`${sample.sample.link} of ${sample.sample.input.join("×")}: gradients`, () => {
          checkGradients(addon, sample, tolerances);
        });
    }
  });
}

/** What draws random numbers has tests of its own. */
function stochastic(operator: string): boolean {
  return operators.find(({ name }) => name === operator)?.stochastic ?? false;
}

function open(addon: SampleAddon, { model }: SampleModel, parameters: Tensors, threads = 1): NativeSample {
  const native = new NativeSample(addon, model, threads);
  native.setParameters(parameters);
  return native;
}

/** Inputs and parameters, the same for every run; bytes and tokens where the model takes them. */
function draw({ name, model, sample }: SampleModel): { inputs: Tensors; parameters: Tensors } {
  const random = new RandomStream(1, hashName(name));
  const uniform = (): number => random.uniform() * 2 - 1;
  // Rounded to f32, so that native and reference start from the same numbers.
  const real = (): number => {
    const x = uniform();
    const away = sample.awayFromZero ?? 0;
    return Math.fround(Math.abs(x) < away ? Math.sign(x) * away + x : x);
  };
  const fill = (shape: readonly number[], value: () => number): Tensor => {
    const x = tensor(shape);
    x.data.forEach((_, i) => (x.data[i] = value()));
    return x;
  };
  const inputs = model.inputs.map(({ name, type }) => {
    const shape = [sample.batch, ...type.shape];
    // Bytes, or tokens.
    const below = type.dtype === "u8" ? 256 : type.below;
    const value = below === undefined ? real : () => Math.floor(random.uniform() * below);
    return [name, { ...type, ...fill(shape, value) }] as const;
  });
  const parameters = model.layers.flatMap((layer) =>
    layer.parameters.map(({ name, spec }) => {
      // What starts as ones (a scale, a variance) stays positive.
      const value = spec.initial.kind === "ones" ? () => 0.5 + Math.abs(uniform()) : uniform;
      return [
        name,
        withZeroRow(
          fill(spec.shape, () => Math.fround(value())),
          spec,
        ),
      ] as const;
    }),
  );
  return { inputs: new Map(inputs), parameters: new Map(parameters) };
}

/** ‖a - b‖∞ */
const distance = (a: Tensor, b: Tensor): number =>
  a.data.reduce((most, x, i) => Math.max(most, Math.abs(x - b.data[i]!)), 0);

/**
 * ‖found - expected‖∞ ≤ tolerance · max|expected|; or as much as the expected results at points around differ from it. A product
 * of rounded operands is the exact one of operands nearby; where `tanh` makes 1 of a sum of 20, what was little of the
 * largest sum is much of the largest result.
 */
function expectClose(found: Tensor, expected: Tensor, tolerance: number, around: () => readonly Tensor[]): void {
  expect(found.shape).toEqual(expected.shape);
  const most = tolerance * expected.data.reduce((a, x) => Math.max(a, Math.abs(x)), 0);
  const off = distance(found, expected);
  if (off <= most) return;
  expect(off).toBeLessThanOrEqual(Math.max(most, ...around().map((near) => distance(near, expected))));
}

/**
 * At most this many elements of each tensor are compared with finite differences, one by one. Where there are more, slopes
 * along so many directions of random signs are, too: each has all elements in it.
 */
const checked = { elements: 16, directions: 3 };

function checkGradients(addon: SampleAddon, sample: SampleModel, tolerances: Tolerances): void {
  const { inputs, parameters } = draw(sample);
  const outputs = referenceOutputs(sample.model, inputs, parameters, true);
  const random = new RandomStream(2, hashName(sample.name));
  const seeds = outputs.map((output) =>
    tensor(
      output.shape,
      output.data.map(() => Math.fround(random.uniform() * 2 - 1)),
    ),
  );
  const native = open(addon, sample, parameters);
  const found = native.gradient(inputs, seeds);
  native.dispose();
  const weighted = (values: readonly Tensor[]): number =>
    values.reduce((sum, value, i) => sum + value.data.reduce((a, x, k) => a + x * seeds[i]!.data[k]!, 0), 0);
  const point = { ...sample, inputs, parameters };
  const near = roundings(point, tolerances.rounding, random);
  const slopes = [point, ...near].map((at) => slopesOf(at, weighted));
  for (const [name, gradient] of found) {
    const { data } = (inputs.get(name) ?? parameters.get(name))!;
    const elements = chooseElements(data.length, random);
    const numeric = elements.map((element) => slopes[0]!(name, (k) => (k === element ? 1 : 0), 1e-5));
    const most = tolerances.gradient * numeric.reduce((a, x) => Math.max(a, Math.abs(x)), 1e-3);
    elements.forEach((element, i) => {
      const single = (k: number): number => (k === element ? 1 : 0);
      const around = (): number[] => slopes.slice(1).map((slope) => slope(name, single, 1e-5));
      expectSlope(`${name}[${element}]`, gradient.data[element]!, numeric[i]!, most, around);
    });
    if (elements.length < data.length) checkDirections(slopes, { name, gradient, random, tolerances });
  }
}

interface Point {
  readonly model: CheckedModel;
  readonly inputs: Tensors;
  readonly parameters: Tensors;
}

/** The slope of Σ seed·output at a point, along a direction of one tensor. */
type Slope = (name: string, direction: (element: number) => number, h?: number) => number;

function slopesOf(at: Point, weighted: (outputs: readonly Tensor[]) => number): Slope {
  return (name, direction, h) => {
    const isInput = at.inputs.has(name);
    const evaluate = (changed: Tensor): number => {
      const inputs = isInput ? new Map(at.inputs).set(name, changed) : at.inputs;
      const parameters = isInput ? at.parameters : new Map(at.parameters).set(name, changed);
      return weighted(referenceOutputs(at.model, inputs, parameters, true));
    };
    return slopeAlong(evaluate, (at.inputs.get(name) ?? at.parameters.get(name))!, direction, h);
  };
}

/** Points about one, as far from it as rounding moves numbers: inputs, parameters, results of layers. None where it does not. */
function roundings({ model, inputs, parameters }: Point, rounding: number | undefined, random: RandomStream): Point[] {
  if (rounding === undefined) return [];
  const move = (x: Tensor, by: RandomStream): Tensor =>
    mapTensor(x, (v) => v * (1 + rounding * (2 * by.uniform() - 1)));
  const moved = (tensors: Tensors): Tensors =>
    new Map(
      [...tensors].map(([name, x]) => {
        const isReal = !("dtype" in x) || x.dtype === "f32";
        return [name, isReal ? move(x, random) : x] as const;
      }),
    );
  // Each element is off by the same whenever it is computed, so that there are slopes.
  const movedLayer = (layer: Layer, seed: number): Layer => {
    const { reference, trainingReference = reference } = layer.operator;
    const off =
      (compute: typeof reference): typeof reference =>
      (use) =>
        move(compute(use), new RandomStream(seed, hashName(layer.name)));
    return {
      ...layer,
      operator: { ...layer.operator, reference: off(reference), trainingReference: off(trainingReference) },
    };
  };
  return Array.from({ length: 32 }, (_, seed) => ({
    model: { ...model, layers: model.layers.map((layer) => movedLayer(layer, seed)) },
    inputs: moved(inputs),
    parameters: moved(parameters),
  }));
}

/**
 * `found` may be off by `most`; and where the slope is another one nearby, on the other side of a kink that rounding may cross,
 * it may be what slopes around are. The device's rounding is one draw more of the same: of n normal numbers the largest and
 * the smallest are 4σ apart, for n = 33, and half of that further out are 4σ from the middle.
 */
function expectSlope(what: string, found: number, slope: number, most: number, around: () => readonly number[]): void {
  if (Math.abs(found - slope) <= most) return;
  const all = [slope, ...around()];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const allowed = most + (high - low) / 2;
  expect(found, `${what}: ${found} for ${slope}, nearby ${low} to ${high}`).toBeGreaterThanOrEqual(low - allowed);
  expect(found, `${what}: ${found} for ${slope}, nearby ${low} to ${high}`).toBeLessThanOrEqual(high + allowed);
}

interface Gradient {
  readonly name: string;
  readonly gradient: Tensor;
  readonly random: RandomStream;
  readonly tolerances: Tolerances;
}

/** Errors of single elements have any sign: n of them add up to √n times one. */
function checkDirections(
  [slope, ...near]: readonly Slope[],
  { name, gradient: { data }, random, tolerances }: Gradient,
): void {
  const largest = data.reduce((a, x) => Math.max(a, Math.abs(x)), 1e-3);
  const most = tolerances.gradient * Math.sqrt(data.length) * largest;
  for (let i = 0; i < checked.directions; i++) {
    const signs = Array.from(data, () => (random.uniform() < 0.5 ? -1 : 1));
    const found = data.reduce((sum, x, k) => sum + signs[k]! * x, 0);
    const along = (own: Slope): number => own(name, (k) => signs[k]!);
    expectSlope(`${name} along direction ${i}`, found, along(slope!), most, () => near.map(along));
  }
}

function chooseElements(count: number, random: RandomStream): number[] {
  if (count <= checked.elements) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: checked.elements }, () => Math.floor(random.uniform() * count));
}
