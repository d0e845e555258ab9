import { describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import type { CheckOptions } from "../../compiler/check/check.ts";
import { parametersOf } from "../../compiler/check/cost.ts";
import { drawInputs, drawParameters } from "../../compiler/testing/draws.ts";
import { buildTestAddon, NativeModel, tensor } from "../../compiler/testing/index.ts";
import { exampleModels } from "./examples.ts";
import { drawTargets, withoutLeaks, type Trained } from "./training.ts";

/**
 * Gradients of every example, end to end as it is trained, with dropout, batch norm and augmentation: a seed and a step say what is
 * drawn, so that the loss L is a function of the weights. Along the gradient g of one parameter w at a time
 *
 *   (L(w + ε·g) - L(w - ε·g)) / 2ε  ->  |g|²,   ε -> 0.
 *
 * L is the mean of losses in f32, and some of a million rectified values change sign on the way: what small steps lose by rounding,
 * large ones lose by that. A step, or the mean of some, must tell the slope. That each element is right within 1e-4, without chance,
 * pytorch.gradients.test.ts tells in float64.
 */
const tolerance = 0.02;
/** What losses of a few numbers are rounded by; those of many pixels by far less. */
const rounding = 1e-7;
const around = (change: number): readonly number[] => Array.from({ length: 8 }, (_, i) => change * (0.65 + i / 10));
/** What L shall change by, relative to it: first with a step that is right for most examples. */
const changes = [[2e-5], around(2e-6), around(1e-4), [5e-4]];
/** The most that a parameter is moved, relative to its norm. */
const farthest = 0.01;

/** Of a deep network so many parameters, from its first to its last, are moved. */
const most = 40;

const batch = 6;
const draws = { seed: 11, step: 3 };
const smaller: Readonly<Record<string, CheckOptions["set"]>> = {
  "examples/resnet18/resnet18.cnn": { size: 96 },
  "examples/resnet50/resnet50.cnn": { size: 96 },
  "examples/squeezenet/squeezenet.cnn": { size: 96 },
  "examples/unet/unet.cnn": { size: 64, base: 8 },
};

const normOf = (data: Float64Array): number => Math.sqrt(data.reduce((sum, x) => sum + x * x, 0));

const meanOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

describe("gradients are slopes of the loss", () => {
  it.each(exampleModels(smaller))(
    "of $file: $model.name",
    async ({ model: usual }) => {
      const model = withoutLeaks(usual as Trained);
      const addon = await buildTestAddon(`slopes_${model.name.toLowerCase()}`, [model], nativeIsa(), () => [
        "gradient",
      ]);
      const [parameters, inputs] = [drawParameters(model), drawInputs(model, batch)];
      const targets = drawTargets(model, batch).map(({ data }) => data);
      const native = new NativeModel(addon, model, 2);
      native.setParameters(parameters);
      const { results, gradients } = native.lossGradient(inputs, targets, draws);
      const loss = results[0]!;
      const all = parametersOf(model).filter(({ spec }) => spec.trained !== false);
      const learned = all.filter((_, i) => i % Math.ceil(all.length / most) === 0);
      let told = 0;
      for (const { name } of learned) {
        const [w, g] = [parameters.get(name)!, gradients.get(name)!];
        const slope = normOf(g.data);
        const lossAt = (distance: number): number => {
          const data = w.data.map((x, i) => x + distance * g.data[i]!);
          native.setParameters(new Map([[name, tensor(w.shape, data)]]));
          return native.loss(inputs, targets, draws);
        };
        const farthestStep = (farthest * normOf(w.data)) / slope;
        // What moves the loss by less than its own rounding says nothing: shifts in front of a batch norm.
        if (rounding * loss > tolerance * farthestStep * slope ** 2) continue;
        const errors: number[] = [];
        for (const round of changes) {
          const steps = round.map((change) => Math.min((change * loss) / slope ** 2, farthestStep));
          const slopes = steps.map((step) => (lossAt(step) - lossAt(-step)) / (2 * step));
          errors.push(Math.abs(meanOf(slopes) / slope ** 2 - 1));
          if (errors.at(-1)! <= tolerance) break;
        }
        lossAt(0);
        told++;
        expect
          .soft(Math.min(...errors), `${name}: ${errors.map((error) => error.toFixed(3)).join()}`)
          .toBeLessThanOrEqual(tolerance);
      }
      native.dispose();
      expect(told).toBeGreaterThan(0.8 * learned.length);
    },
    1_800_000,
  );
});
