import type { CheckedModel, LossExpression } from "../check/program.ts";
import { onnxGraph, type OnnxGraph } from "./graph.ts";

type LossTerm = Extract<LossExpression, { kind: "loss" }>;

/** What other tools need beside operators of ONNX to take a training step, without augmentation. */
export interface TrainingGraph {
  /** As in inference, with what the loss is about among the outputs. */
  readonly graph: OnnxGraph;
  /** The loss, its parts by name. */
  readonly loss: object;
  readonly optimizer: Named;
  /** Attributes of the layers that draw random numbers while training, by layer. */
  readonly draws: Readonly<Record<string, Attributes>>;
}

type Attributes = Readonly<Record<string, unknown>>;
interface Named {
  readonly name: string;
  readonly attributes: Attributes;
}

/** A model's training step, if it has one. */
export function trainingGraph(model: CheckedModel): TrainingGraph | undefined {
  const { train, layers, outputs } = model;
  if (!train) return undefined;
  const predictions = termsOf(train.loss).map(({ prediction }) => {
    return { ...outputs[0]!, name: `of ${prediction}`, value: prediction };
  });
  const { definition, attributes } = train.optimizer;
  const random = layers.filter(({ operator }) => operator.stochastic);
  return {
    graph: onnxGraph({ ...model, outputs: [...outputs, ...predictions] }),
    loss: named(train.loss),
    optimizer: { name: definition.name, attributes },
    draws: Object.fromEntries(random.map((layer) => [layer.name, layer.attributes as Attributes])),
  };
}

/** The losses in the arithmetic of one. */
export function termsOf(loss: LossExpression): readonly LossTerm[] {
  if (loss.kind === "constant") return [];
  return loss.kind === "loss" ? [loss] : [...termsOf(loss.left), ...termsOf(loss.right)];
}

function named(loss: LossExpression): object {
  if (loss.kind === "constant") return loss;
  if (loss.kind === "binary") return { ...loss, left: named(loss.left), right: named(loss.right) };
  const { definition, attributes, prediction, target } = loss;
  return { kind: "loss", name: definition.name, attributes, prediction, target };
}
