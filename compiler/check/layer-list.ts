import type { Call, Span } from "../../grammar/index.ts";
import { sameShape } from "../shape/tensor-type.ts";
import type { Shape } from "../shape/tensor-type.ts";
import type { CheckedParameter, Layer } from "./program.ts";
import type { BlockUse } from "./values.ts";

/** A layer before the activations behind it, which decide its initialiser, are known. */
export type NewLayer = Omit<Layer, "parameters"> & {
  readonly parameters: readonly Omit<CheckedParameter, "initializer">[];
};

export const MOST_LAYERS = 10_000;

/** Who has a name, and with what shape if it is a parameter's. */
export interface Owner {
  readonly call: Call;
  readonly span: Span;
  readonly use: BlockUse | undefined;
  readonly shape?: Shape;
}

/** The layers of a model in the order in which they are computed. */
export class LayerList {
  readonly layers: NewLayer[] = [];
  readonly #owners = new Map<string, Owner>();

  /**
   * Adds a layer; gives the owner of a name that it must not have. A parameter may be met again by the same call of
   * a `shared` block, with the same shape.
   */
  add(layer: NewLayer, call: Call): { readonly name: string; readonly owner: Owner } | undefined {
    const { name, parameters, span, use } = layer;
    const names = [{ name, shape: undefined }, ...parameters.map(({ name, spec }) => ({ name, shape: spec.shape }))];
    for (const { name, shape } of names) {
      const owner = this.#owners.get(name);
      if (owner === undefined) continue;
      const same = shape !== undefined && owner.call === call && owner.shape && sameShape(owner.shape, shape);
      if (!same) return { name, owner };
    }
    for (const { name, shape } of names)
      if (!this.#owners.has(name)) this.#owners.set(name, { call, span, use, ...(shape && { shape }) });
    this.layers.push(layer);
    return undefined;
  }

  get full(): boolean {
    return this.layers.length >= MOST_LAYERS;
  }
}
