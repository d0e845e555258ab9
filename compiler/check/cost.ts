import { sizeOf } from "../shape/tensor-type.ts";
import type { TensorType } from "../shape/tensor-type.ts";
import type { CheckedModel, Layer } from "./program.ts";

export interface LayerCost {
  readonly params: number;
  /** Multiply-accumulates of one sample, inference. */
  readonly macs: number;
}

/** What each layer costs, by name. */
export function costsOf(model: Pick<CheckedModel, "inputs" | "layers">): ReadonlyMap<string, LayerCost> {
  const types = new Map<string, TensorType>();
  for (const { name, type } of [...model.inputs, ...model.layers]) types.set(name, type);
  return new Map(model.layers.map((layer) => [layer.name, costOf(layer, types)]));
}

function costOf(layer: Layer, types: ReadonlyMap<string, TensorType>): LayerCost {
  const { operator, operands, attributes, parameters } = layer;
  const context = { operands: operands.map((name) => types.get(name)!), attributes: attributes as never };
  const learned = parameters.filter(({ spec }) => spec.trained !== false);
  const params = learned.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0);
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
