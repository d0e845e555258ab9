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
    const word = initializerWord(layer, consumers);
    const parameters = layer.parameters.map(({ name, spec }) => {
      const parameter = shared.get(name) ?? { name, spec, initializer: draw(word, spec) };
      shared.set(name, parameter);
      return parameter;
    });
    return { ...layer, parameters };
  });
}

function initializerWord(layer: NewLayer, consumers: Consumers<NewLayer>): string {
  const { init } = layer.attributes;
  if (typeof init === "string" && init !== "auto") return init;
  return firstActivation(layer, consumers)?.operator.activation?.initializer ?? withoutActivation;
}

function draw(word: string, { initial }: ParameterSpec): Distribution {
  if (initial.kind === "constant") return initial;
  if (initial.kind !== "weight") return { kind: "constant", value: initial.kind === "ones" ? 1 : 0 };
  const definition = registry.get(word);
  if (definition?.kind !== "initializer") throw new Error(`the registry has no initializer ${word}`);
  return (definition as DefinitionOf<"initializer">).draw(initial);
}
