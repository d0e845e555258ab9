import type { ParameterSpec, Distribution } from "../opkit/operator.ts";
import { registry } from "../ops/registry.ts";
import { consumersOf, firstActivation } from "./consumers.ts";
import type { Consumers } from "./consumers.ts";
import type { NewLayer } from "./layer-list.ts";
import type { CheckedParameter, Layer } from "./program.ts";
import type { DefinitionOf } from "./words.ts";

/** What suits a layer behind which no activation follows. */
const withoutActivation = "xavier";

/** Gives each parameter its distribution: the layer's `init`, or what suits the first activation behind it. */
export function initialize(layers: readonly NewLayer[]): Layer[] {
  const consumers = consumersOf(layers);
  // What a shared layer's first use says holds for all.
  const shared = new Map<string, CheckedParameter>();
  return layers.map((layer) => {
    if (layer.parameters.length === 0) return { ...layer, parameters: [] };
    const chosen = initializerOf(layer, consumers);
    const parameters = layer.parameters.map(({ name, spec }) => {
      const parameter = shared.get(name) ?? { name, spec, initializer: draw(chosen, spec) };
      shared.set(name, parameter);
      return parameter;
    });
    return { ...layer, parameters };
  });
}

/** A word, or the number that all weights start as. */
function initializerOf(layer: NewLayer, consumers: Consumers<NewLayer>): string | number {
  const { init } = layer.attributes;
  if (typeof init === "number" || (typeof init === "string" && init !== "auto")) return init;
  return firstActivation(layer, consumers)?.operator.activation?.initializer ?? withoutActivation;
}

function draw(chosen: string | number, { initial }: ParameterSpec): Distribution {
  if (initial.kind === "constant") return initial;
  if (initial.kind !== "weight") return { kind: "constant", value: initial.kind === "ones" ? 1 : 0 };
  const { zeroRow } = initial;
  return { ...drawFrom(chosen, initial), ...(zeroRow !== undefined && { zeroRow }) };
}

function drawFrom(chosen: string | number, fans: { readonly fanIn: number; readonly fanOut: number }): Distribution {
  if (typeof chosen === "number") return { kind: "constant", value: chosen };
  const definition = registry.get(chosen);
  if (definition?.kind !== "initializer") throw new Error(`the registry has no initializer ${chosen}`);
  return (definition as DefinitionOf<"initializer">).draw(fans);
}
