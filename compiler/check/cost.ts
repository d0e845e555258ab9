import { sizeOf } from "../shape/tensor-type.ts";
import type { TensorType } from "../shape/tensor-type.ts";
import type { CheckedModel, CheckedParameter, Layer } from "./program.ts";

export interface LayerCost {
  readonly params: number;
  /** Multiply-accumulates of one sample, inference. */
  readonly macs: number;
}

/** What each layer costs, by name. */
export function costsOf(model: Pick<CheckedModel, "inputs" | "layers">): ReadonlyMap<string, LayerCost> {
  const types = new Map<string, TensorType>();
  for (const { name, type } of [...model.inputs, ...model.layers]) types.set(name, type);
  const counted = new Set<string>();
  return new Map(model.layers.map((layer) => [layer.name, costOf(layer, types, counted)]));
}

/** Shared parameters are counted at their first use. */
function costOf(layer: Layer, types: ReadonlyMap<string, TensorType>, counted: Set<string>): LayerCost {
  const { operator, operands, attributes, parameters } = layer;
  const context = { operands: operands.map((name) => types.get(name)!), attributes: attributes as never };
  const own = parameters.filter(({ name, spec }) => spec.trained !== false && !counted.has(name));
  for (const { name } of own) counted.add(name);
  const params = own.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0);
  return { params, macs: operator.macs?.(context) ?? 0 };
}

export function totalOf(costs: ReadonlyMap<string, LayerCost>): LayerCost {
  let [params, macs] = [0, 0];
  for (const cost of costs.values()) {
    params += cost.params;
    macs += cost.macs;
  }
  return { params, macs };
}

/** The parameters of a model, in their order; those that layers share stand once. */
export function parametersOf({ layers }: Pick<CheckedModel, "layers">): readonly CheckedParameter[] {
  return [...new Map(layers.flatMap(({ parameters }) => parameters.map((it) => [it.name, it] as const))).values()];
}
