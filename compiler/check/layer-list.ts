import type { CheckedParameter, Layer } from "./program.ts";

/** A layer before the activations behind it, which decide its initialiser, are known. */
export type NewLayer = Omit<Layer, "parameters"> & {
  readonly parameters: readonly Omit<CheckedParameter, "initializer">[];
};

export const MOST_LAYERS = 10_000;

/** The layers of a model in the order in which they are computed. */
export class LayerList {
  readonly layers: NewLayer[] = [];
  /** Told once, so that the rest of a far too long file keeps silent. */
  overflowed = false;

  add(layer: NewLayer): void {
    this.layers.push(layer);
  }

  get full(): boolean {
    return this.layers.length >= MOST_LAYERS;
  }
}
