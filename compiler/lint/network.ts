import { consumersOf, firstActivation } from "../check/consumers.ts";
import type { Consumers } from "../check/consumers.ts";
import type { CheckedModel, CheckedOutput, Layer, LossExpression } from "../check/program.ts";
import type { TensorType } from "../shape/tensor-type.ts";

export type LossTerm = Extract<LossExpression, { kind: "loss" }>;

/** A checked model as a graph that can be walked in both directions. */
export class Network {
  readonly model: CheckedModel;
  /** The losses that the training's loss is made of. */
  readonly losses: readonly LossTerm[];
  readonly #layers: ReadonlyMap<string, Layer>;
  readonly #consumers: Consumers<Layer>;
  readonly #calls: ReadonlyMap<string, readonly Layer[]>;
  readonly #ends: ReadonlySet<string>;

  constructor(model: CheckedModel) {
    this.model = model;
    this.losses = model.train ? termsOf(model.train.loss) : [];
    this.#layers = new Map(model.layers.map((layer) => [layer.name, layer]));
    this.#consumers = consumersOf(model.layers);
    this.#calls = byCall(model.layers);
    this.#ends = new Set([...model.outputs.map(({ value }) => value), ...this.losses.map((term) => term.prediction)]);
  }

  /** Operands come first. */
  get layers(): readonly Layer[] {
    return this.model.layers;
  }

  /** The layer that computes a value; nothing for an input. */
  layer(value: string | undefined): Layer | undefined {
    return value === undefined ? undefined : this.#layers.get(value);
  }

  /** The layer that computes a layer's first operand. */
  before({ operands }: Layer): Layer | undefined {
    return this.layer(operands[0]);
  }

  typeOf(value: string): TensorType {
    return (this.#layers.get(value) ?? this.model.inputs.find(({ name }) => name === value))!.type;
  }

  consumers({ name }: Layer): readonly Layer[] {
    return this.#consumers.get(name) ?? [];
  }

  /** Whether an output or the loss reads the layer's value itself. */
  isEnd({ name }: Layer): boolean {
    return this.#ends.has(name);
  }

  /** The layers that the same call stands for: a block is used, and `repeat` goes round, several times. */
  alike(layer: Layer): readonly Layer[] {
    return this.#calls.get(callOf(layer))!;
  }

  activationBehind(layer: Layer): Layer | undefined {
    return firstActivation(layer, this.#consumers);
  }

  /** The scores that become an output's probabilities. */
  scoresOf({ value }: CheckedOutput): Layer | undefined {
    const last = this.layer(value);
    return last?.operator.probabilities === undefined ? undefined : this.before(last);
  }
}

function byCall(layers: readonly Layer[]): ReadonlyMap<string, readonly Layer[]> {
  const calls = new Map<string, Layer[]>();
  for (const layer of layers) {
    const list = calls.get(callOf(layer));
    if (list === undefined) calls.set(callOf(layer), [layer]);
    else list.push(layer);
  }
  return calls;
}

function callOf({ span: { file, start, end } }: Layer): string {
  return `${start} ${end} ${file.path}`;
}

function termsOf(loss: LossExpression): LossTerm[] {
  if (loss.kind === "binary") return [...termsOf(loss.left), ...termsOf(loss.right)];
  return loss.kind === "loss" ? [loss] : [];
}
