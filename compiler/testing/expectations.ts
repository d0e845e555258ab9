import { parametersOf } from "../check/cost.ts";
import { learns } from "../check/learned.ts";
import type { CheckedModel } from "../check/program.ts";
import { nativeIsa } from "../build/toolchain.ts";
import { sizeOf, type Shape } from "../shape/tensor-type.ts";
import { drawInputs, drawTarget } from "./draws.ts";
import { buildTestAddon, NativeModel } from "./native.ts";
import { referenceLoss, referenceOutputs, type Tensors } from "./reference.ts";

export interface NamedNumbers {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** The step that is expected: draws with this seed, as the first of so many. */
const step = { seed: 1, step: 0, totalSteps: 100 };

/**
 * What another target must compute of a batch of random inputs: outputs in float64 by the operators' references; where the
 * model trains, the loss without what is drawn, again in float64, and results, gradients and parameters after a step, on this
 * machine's processors in f32.
 */
export async function expectationsOf(
  model: CheckedModel,
  parameters: Tensors,
  batch: number,
): Promise<readonly NamedNumbers[]> {
  const inputs = drawInputs(model, batch);
  const outputs = referenceOutputs(model, inputs, parameters);
  return [
    ...named("parameter", parameters),
    ...named("input", inputs),
    ...model.outputs.map(({ name }, i) => numbers(`output.${name}`, outputs[i]!.shape, outputs[i]!.data)),
    ...(model.train ? await expectedStep(model, parameters, inputs, batch) : []),
  ];
}

async function expectedStep(model: CheckedModel, parameters: Tensors, inputs: Tensors, batch: number) {
  const addon = await buildTestAddon(model.name.toLowerCase(), [model], nativeIsa(), () => ["step", "gradient"]);
  const targets = addon.models()[0]!.targets.map(({ name }) => {
    return {
      name,
      data: drawTarget(
        model.outputs.find((output) => output.name === name)!,
        batch,
      ),
    };
  });
  const data = targets.map((target) => target.data);
  const loss = referenceLoss(model, inputs, parameters, new Map(targets.map((target) => [target.name, target.data])));
  const native = new NativeModel(addon, model);
  try {
    native.setParameters(parameters);
    const { gradients } = native.lossGradient(inputs, data, step);
    const results = native.step(inputs, data, step);
    const learned = parametersOf(model).filter((parameter) => learns(model, parameter));
    return [
      ...targets.map((target) => numbers(`target.${target.name}`, [target.data.length], target.data)),
      numbers("loss", [1], [loss]),
      numbers("results", [results.length], results),
      ...learned.map(({ name }) => {
        const { shape, data: gradient } = gradients.get(name)!;
        return numbers(`gradient.${name}`, shape, gradient);
      }),
      ...named("stepped", native.parameters()),
    ];
  } finally {
    native.dispose();
  }
}

const named = (kind: string, tensors: Tensors): NamedNumbers[] =>
  [...tensors].map(([name, { shape, data }]) => numbers(`${kind}.${name}`, shape, data));

function numbers(name: string, shape: Shape, data: ArrayLike<number>): NamedNumbers {
  if (data.length !== sizeOf(shape)) throw new Error(`${name}: ${data.length} numbers for [${shape.join(", ")}]`);
  return { name, shape, data: Float32Array.from(data) };
}
