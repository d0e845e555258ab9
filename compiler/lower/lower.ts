import { isFrozen, learns, parametersByRate } from "../check/learned.ts";
import { scaledLayersOf } from "../check/scaled-layers.ts";
import type { CheckedModel, CheckedOutput, CheckedTrain, Layer, LossExpression } from "../check/program.ts";
import { Builder } from "../ir/builder.ts";
import { e, mapLeaves, type Expression } from "../ir/expression.ts";
import type { Graph, Origin, ProgramName, ValueId } from "../ir/graph.ts";
import type { TensorType } from "../shape/tensor-type.ts";
import { augmented, augmentingOf, maskSampling } from "./augment.ts";
import { metricsOf, momentsOf, targetType, type Metric } from "./metrics.ts";

/**
 * A checked model becomes the graph of one program: every layer is replaced by the kernel families that its
 * operator names. `step` ends in the loss and metrics, one number per sample each; so does `gradient` where the
 * model says how to train, else it ends in the outputs. `measure` ends in moments of some values.
 */
export function lower(model: CheckedModel, program: ProgramName): Graph {
  const b = new Builder();
  const values = new Map<string, ValueId>();
  const types = new Map([...model.inputs, ...model.layers].map(({ name, type }) => [name, type]));
  for (const { name, type } of model.inputs) b.leaf(name, "input", type);
  for (const { name, spec } of parametersByRate(model))
    b.leaf(name, learns(model, { name, spec }) ? "parameter" : "buffer", { dtype: "f32", shape: spec.shape });
  const differentiates = program === "step" || program === "gradient";
  const augments = differentiates ? (model.train?.augments ?? []) : [];
  for (const input of model.inputs) {
    const augment = augments.find((line) => line.input === input.name);
    values.set(input.name, augment ? augmented(b, augment, originOf(augment)) : stage(b, input.name, originOf(input)));
  }
  for (const layer of model.layers)
    values.set(layer.name, lowerLayer(b, layer, values, types, program !== "infer" && !isFrozen(model, layer)));

  if (differentiates && model.train) return lowerTraining(b, model, program, values);
  const results =
    program === "measure"
      ? scaledLayersOf(model).flatMap((layer) => momentsOf(b.at(layer.name, originOf(layer)), values.get(layer.name)!))
      : model.outputs.map(({ name, value }) => ({ name, value: values.get(value)! }));
  return b.graph(program, model.name, { objective: "outputs", gradients: [], watched: [], results });
}

/**
 * Inputs lie in the caller's memory, in the caller's order: a map brings them into ours (and fuses with what follows).
 * Tokens are read where they are.
 */
function stage(b: Builder, input: ValueId, origin: Origin): ValueId {
  if (b.typeOf(input).dtype === "tokens") return input;
  b.at(input, origin);
  const f32: TensorType = { dtype: "f32", shape: b.typeOf(input).shape };
  return b.map(e.value(input), () => ({ [input]: e.gradient }), { part: "staged", result: f32 });
}

function lowerLayer(
  b: Builder,
  layer: Layer,
  values: ReadonlyMap<string, ValueId>,
  types: ReadonlyMap<string, TensorType>,
  training: boolean,
): ValueId {
  return layer.operator.lower({
    b: b.at(layer.name, originOf(layer)),
    operands: layer.operands.map((name) => values.get(name)!),
    types: layer.operands.map((name) => types.get(name)!),
    attributes: layer.attributes as never,
    part: layer.part,
    parameters: layer.parameters.map(({ name }) => name),
    training,
  });
}

function lowerTraining(
  b: Builder,
  model: CheckedModel,
  program: ProgramName,
  values: ReadonlyMap<string, ValueId>,
): Graph {
  const { train } = model;
  if (!train) throw new Error(`${model.name} has no train section`);
  const results: { name: string; value: ValueId }[] = [];
  const metrics: Metric[] = [];
  /** By name of an output. */
  const targets = new Map<string, ValueId>();
  const lowerLoss = (loss: LossExpression): Expression => {
    if (loss.kind === "constant") return e.constant(loss.value);
    if (loss.kind === "binary") return arithmetic[loss.operator](lowerLoss(loss.left), lowerLoss(loss.right));
    const { definition, attributes } = loss;
    const output = model.outputs.find(({ name }) => name === loss.target)!;
    const prediction = values.get(loss.prediction)!;
    const isFirst = !targets.has(output.name);
    const target = targets.get(output.name) ?? targetOf(b, output, model);
    targets.set(output.name, target);
    b.at(`loss.${definition.name}`, originOf(loss));
    const value = definition.lower({ b, prediction, target, attributes: attributes as never });
    const measured = output.kind === "class" ? prediction : values.get(output.value)!;
    if (isFirst) metrics.push(...metricsOf({ b, output, value: measured, target }));
    return e.value(value);
  };
  const loss = lowerLoss(train.loss);
  const value = loss.op === "value" ? loss.id : b.at("loss.total", b.origin).map(loss, () => linear(loss));
  results.push({ name: "loss", value }, ...metrics);
  const graph = b.graph(program, model.name, { objective: "loss", gradients: [], watched: [], results });
  if (program !== "step") return graph;
  const rectified = model.layers.filter(({ operator }) => operator.activation?.rectifies);
  const watched = rectified.map(({ name }) => ({ layer: name, value: values.get(name)! }));
  const optimizer = optimizerOf(train, graph.parameters);
  return { ...graph, watched, optimizer, ...(train.memory === "low" && { memory: train.memory }) };
}

/** The optimiser over gradients as the clip leaves them; then the average of the weights that it has moved. */
function optimizerOf(
  { optimizer, clip, rates, ema, accumulate }: CheckedTrain,
  parameters: readonly ValueId[],
): NonNullable<Graph["optimizer"]> {
  const { definition, attributes } = optimizer;
  const clipped = (leaf: Expression): Expression =>
    clip !== "none" && leaf.op === "value" && leaf.id === "gradient"
      ? clip.definition.clip(leaf, clip.attributes as never)
      : leaf;
  const moves = definition.update(attributes as never).map(({ value, expression }) => ({
    value,
    expression: mapLeaves(expression, clipped),
  }));
  const factors = parameters.map((name) => rates.get(name) ?? 1);
  const slots = definition.slots(attributes as never);
  return {
    slots: ema === "none" ? slots : [...slots, "weight"],
    ...(factors.some((factor) => factor !== 1) && { rates: factors }),
    ...(accumulate > 1 && { parts: accumulate }),
    steps: ema === "none" ? moves : [...moves, { value: "average", expression: averaged(ema) }],
    origin: originOf(optimizer),
  };
}

/** a ← a + (1 - d)·(w - a), d = min(ema, (1 + t)/(10 + t)) of step t from 0: an average of few steps is of the latest. */
function averaged(ema: number): Expression {
  const [weight, average, step] = [e.value("weight"), e.value("average"), e.scalar("step")];
  const kept = e.min(ema, e.div(e.add(step, 1), e.add(step, 10)));
  return e.add(average, e.mul(e.sub(weight, average), e.sub(1, kept)));
}

/** What the caller gives as an output's target, masks moved as the pictures are. */
function targetOf(b: Builder, output: CheckedOutput, { train, inputs }: CheckedModel): ValueId {
  const target = b.leaf(`${output.name}.target`, "target", targetType(output));
  const mover =
    output.kind === "mask" && train?.augments.find(({ links }) => links.some(({ definition }) => definition.source));
  if (!mover) return target;
  const { type } = inputs.find(({ name }) => name === mover.input)!;
  const { sampling } = augmentingOf(mover, type);
  return b
    .at(target, originOf(mover))
    .node(maskSampling(sampling, type.shape, output.shape), [target], { part: "augmented" });
}

const arithmetic = { "+": e.add, "-": e.sub, "*": e.mul, "/": e.div };

/** Gradients of a loss's arithmetic, which is linear in its losses: the factor in front of each. */
function linear(loss: Expression): Record<ValueId, Expression> {
  const gradients: Record<ValueId, Expression> = {};
  const walk = (x: Expression, factor: Expression): void => {
    if (x.op === "value") gradients[x.id] = gradients[x.id] ? e.add(gradients[x.id]!, factor) : factor;
    else if (x.op === "add") [x.a, x.b].forEach((part) => walk(part, factor));
    else if (x.op === "sub") {
      walk(x.a, factor);
      walk(x.b, e.neg(factor));
    } else if (x.op === "mul") {
      walk(x.a, e.mul(factor, x.b));
      walk(x.b, e.mul(factor, x.a));
    } else if (x.op === "div") {
      walk(x.a, e.div(factor, x.b));
      walk(x.b, e.neg(e.div(e.mul(factor, x), x.b)));
    }
  };
  walk(loss, e.gradient);
  return gradients;
}

/** Where a part of the program stands, with its text on one line. */
function originOf({ span }: Pick<Layer, "span">): Origin {
  const { file, start, end } = span;
  const text = file.text.slice(start, end).replace(/\s+/g, " ");
  return { file: file.path.replace(/^.*[\\/]/, ""), line: file.position(start).line, text };
}
