import { isFrozen } from "../check/learned.ts";
import type { CheckedModel, LossExpression } from "../check/program.ts";
import { tensor, type Tensor } from "../opkit/tensor.ts";
import { sizeOf } from "../shape/tensor-type.ts";

/** Values by name: inputs or parameters, the batch first. */
export type Tensors = ReadonlyMap<string, Tensor>;

/**
 * Runs a model in float64 by the operators' own references, in inference unless `training` (without random draws): what native results are compared with.
 * Gives the value of every layer and input by name.
 */
export function referenceForward(model: CheckedModel, inputs: Tensors, parameters: Tensors, training = false): Tensors {
  const values = new Map(inputs);
  for (const layer of model.layers) {
    const { name, operator, operands, attributes, part, parameters: own } = layer;
    const reference = (training && !isFrozen(model, layer) && operator.trainingReference) || operator.reference;
    const result = reference({
      operands: operands.map((operand) => need(values, operand)),
      parameters: own.map((parameter) => need(parameters, parameter.name)),
      attributes: attributes as never,
      part,
    });
    values.set(name, result);
  }
  return values;
}

/** The same as `predict` would give: values of the outputs. */
export function referenceOutputs(
  model: CheckedModel,
  inputs: Tensors,
  parameters: Tensors,
  training = false,
): readonly Tensor[] {
  const values = referenceForward(model, inputs, parameters, training);
  return model.outputs.map((output) => need(values, output.value));
}

/**
 * The loss of a training step (without random draws): the mean over the batch; `targets` holds those of all samples, by
 * output: an index for each, or the elements of each.
 */
export function referenceLoss(
  model: CheckedModel,
  inputs: Tensors,
  parameters: Tensors,
  targets: ReadonlyMap<string, ArrayLike<number>>,
): number {
  const { train } = model;
  if (!train) throw new Error(`${model.name} has no train section`);
  const values = referenceForward(model, inputs, parameters, true);
  const [batch = 1] = inputs.get(model.inputs[0]!.name)!.shape;
  let sum = 0;
  for (let n = 0; n < batch; n++) sum += lossOf(train.loss, n, values, targets);
  return sum / batch;
}

/** The loss of sample n. */
function lossOf(
  loss: LossExpression,
  n: number,
  values: Tensors,
  targets: ReadonlyMap<string, ArrayLike<number>>,
): number {
  switch (loss.kind) {
    case "constant":
      return loss.value;
    case "binary": {
      const [a, b] = [loss.left, loss.right].map((part) => lossOf(part, n, values, targets)) as [number, number];
      return { "+": a + b, "-": a - b, "*": a * b, "/": a / b }[loss.operator];
    }
    case "loss": {
      const { shape, data } = need(values, loss.prediction);
      const own = shape.slice(1);
      const prediction = tensor(own, data.subarray(n * sizeOf(own), (n + 1) * sizeOf(own)));
      const target = Array.from(targets.get(loss.target)!);
      const each = target.length / shape[0]!;
      const { definition, attributes } = loss;
      return definition.reference({
        prediction,
        target: target.slice(n * each, (n + 1) * each),
        attributes: attributes as never,
      });
    }
  }
}

function need(values: Tensors, name: string): Tensor {
  const value = values.get(name);
  if (!value) throw new Error(`no value for ${name}`);
  return value;
}

/**
 * Gradients of Σ seed·output by central differences of the reference: (f(x + h) - f(x - h))/2h for each element of
 * a tensor. In float64 with h = 1e-5 the error is about 1e-10 away from kinks.
 */
export function finiteDifferences(
  evaluate: (changed: Tensor) => number,
  at: Tensor,
  elements: readonly number[],
  h = 1e-5,
): Float64Array {
  return Float64Array.from(elements, (i) => slopeAlong(evaluate, at, (k) => (k === i ? 1 : 0), h));
}

/**
 * The slope along a direction d, (f(x + h·d) - f(x - h·d))/2h = Σ dᵢ·∂f/∂xᵢ: one number that all elements of a gradient
 * have a part in. All move at once, so that some sum may cross a kink; a smaller h makes that rare.
 */
export function slopeAlong(
  evaluate: (changed: Tensor) => number,
  at: Tensor,
  direction: (element: number) => number,
  h = 1e-7,
): number {
  const shifted = (by: number): Tensor => ({ ...at, data: at.data.map((x, i) => x + by * direction(i)) });
  return (evaluate(shifted(h)) - evaluate(shifted(-h))) / (2 * h);
}
