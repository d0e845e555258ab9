import type { InputManifest, Manifest } from "../runtime/bind/manifest.ts";
import { parametersOf } from "./check/cost.ts";
import type { CheckedModel, Use } from "./check/program.ts";
import { scaledLayersOf, scaledWeightOf } from "./check/scaled-layers.ts";
import { valueOf, type Graph } from "./ir/graph.ts";
import type { ModelPlans, Identity } from "./ir/model-plans.ts";

/** What wrappers and programs need to know about a model at run time. */
export function manifestOf(
  model: CheckedModel,
  variants: readonly ModelPlans[],
  identity: Identity,
  addon: string,
): Manifest {
  const { train } = model;
  // What is said here does not depend on the target.
  const [plans] = variants as [ModelPlans];
  return {
    format: 1,
    compiler: identity.compiler,
    model: model.name,
    ...(model.doc && { doc: model.doc }),
    source: { file: identity.file, hash: identity.sourceHash },
    hash: identity.hash,
    cpus: variants.map(({ target }) => target.level),
    addon,
    inputs: model.inputs.map(({ name, type, doc }) => ({
      name,
      dtype: type.dtype as InputManifest["dtype"],
      shape: type.shape,
      ...(type.below !== undefined && { below: type.below }),
      ...rateOf(model, name),
      ...(doc && { doc }),
    })),
    outputs: model.outputs.map(({ name, kind, shape, labels, doc }) => ({
      name,
      kind,
      shape,
      ...(labels && { labels }),
      ...(doc && { doc }),
    })),
    parameters: parametersOf(model).map(({ name, spec, initializer }) => ({ name, shape: spec.shape, initializer })),
    ...(train &&
      plans.plans.step && {
        train: {
          targets: plans.plans.step.graph.targets.map((id) => id.replace(/\.target$/, "")),
          batch: train.batch,
          ...(train.accumulate > 1 && { accumulate: train.accumulate }),
          epochs: train.epochs,
          optimizer: describe(train.optimizer),
          schedule: describe(train.schedule),
          ...(train.clip !== "none" && { clip: describe(train.clip) }),
          ...(train.ema !== "none" && { ema: train.ema }),
          rectified: rectifiedOf(plans.plans.step.graph),
          ...(plans.plans.measure && { scaled: scaledOf(model) }),
          state: plans.plans.step.graph.optimizer?.slots ?? [],
          metrics: plans.metrics,
        },
      }),
  };
}

/** What the first layer that depends on an input and tells a rate says. */
function rateOf({ layers }: CheckedModel, input: string): { readonly rate?: number } {
  const behind = new Set([input]);
  for (const { name, operands, operator, attributes } of layers) {
    if (!operands.some((operand) => behind.has(operand))) continue;
    if (operator.rate) return { rate: operator.rate(attributes as never) };
    behind.add(name);
  }
  return {};
}

function scaledOf(model: CheckedModel) {
  return scaledLayersOf(model).map((layer) => ({ layer: layer.name, weight: scaledWeightOf(layer)!.name }));
}

function rectifiedOf(graph: Graph) {
  return graph.watched.map(({ layer, value }) => ({ layer, units: valueOf(graph, value).type.shape[0]! }));
}

/** `sgd(lr=0.05, momentum=0.9)` */
function describe({ definition, attributes }: Use<"optimizer"> | Use<"schedule"> | Use<"clip">): string {
  const given = Object.entries(attributes).filter(([name, value]) => value !== definition.attributes[name]?.default);
  const list = given.map(([name, value]) => `${name}=${String(value)}`).join(", ");
  return list === "" ? definition.name : `${definition.name}(${list})`;
}
