import type { CheckedModel, Layer } from "../../compiler/check/program.ts";
import { termsOf } from "../../compiler/onnx/training.ts";
import { drawTarget } from "../../compiler/testing/draws.ts";

/** A network that says how it is trained. */
export type Trained = CheckedModel & { readonly train: NonNullable<CheckedModel["train"]> };

/** `leak_grad` is a gradient that the loss does not have. */
export function withoutLeaks<Model extends CheckedModel>(model: Model): Model {
  const plain = (layer: Layer): Layer =>
    layer.operator.name === "relu" ? { ...layer, attributes: { ...layer.attributes, leak_grad: [0, 0] } } : layer;
  return { ...model, layers: model.layers.map(plain) };
}

/** What the terms of the loss compare outputs with: random, for each output once. */
export function drawTargets({ train, outputs }: Trained, batch: number) {
  const names = new Set(termsOf(train.loss).map(({ target }) => target));
  return [...names].map((name) => {
    const output = outputs.find((it) => it.name === name)!;
    return { name, data: drawTarget(output, batch) };
  });
}
