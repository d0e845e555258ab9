/** What `cnnc build --tune` measured on a machine: by level of processors, what is best for each shape of layer. */
export type Tuning = { readonly [level in string]?: TunedLayers };
export type TunedLayers = { readonly [layer: string]: TunedLayer };

export interface TunedLayer {
  /** The algorithm to use: one of those measured. */
  readonly use: string;
  /** Of one prediction on one thread. */
  readonly milliseconds: { readonly [algorithm: string]: number };
}
