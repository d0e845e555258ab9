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
 * L is the mean of losses in f32, and some of a million rectified values change sign on the way: steps are small. That each element
 * is right within 1e-4, without chance, pytorch.gradients.test.ts tells in float64.
 */
const tolerance = 0.02;
/** What L is rounded by, and what it shall change by, relative to it. */
const [rounding, change] = [1e-7, 2e-5];
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
        const epsilon = Math.min((change * loss) / slope ** 2, (farthest * normOf(w.data)) / slope);
        const lossAt = (steps: number): number => {
          const data = w.data.map((x, i) => x + steps * epsilon * g.data[i]!);
          native.setParameters(new Map([[name, tensor(w.shape, data)]]));
          return native.loss(inputs, targets, draws);
        };
        const found = (lossAt(1) - lossAt(-1)) / (2 * epsilon);
        lossAt(0);
        // What moves the loss by less than its own rounding says nothing: shifts in front of a batch norm.
        if (rounding * loss > tolerance * epsilon * slope ** 2) continue;
        told++;
        expect.soft(Math.abs(found / slope ** 2 - 1), name).toBeLessThanOrEqual(tolerance);
      }
      native.dispose();
      expect(told).toBeGreaterThan(0.8 * learned.length);
    },
    1_800_000,
  );
});
