import type { CheckedModel, CheckedOutput, CheckedTrain, Layer } from "../check/program.ts";
import { totalOf, costsOf } from "../check/cost.ts";
import { blockTree, costOfAll, leavesOf } from "../graph/block-tree.ts";
import type { Branch, Item, Leaf } from "../graph/block-tree.ts";
import type { Plan, Target } from "../ir/plan.ts";
import { repeatedMacs } from "../passes/work.ts";
import { planModel } from "../plan-model.ts";
import type { Shape, TensorType } from "../shape/tensor-type.ts";
import { receptiveFields } from "../lower/receptive-field.ts";

/** What a layer, or a block, gives and costs. */
interface Costs {
  readonly name: string;
  readonly shape: Shape;
  readonly params: number;
  /** Of the model's parameters, 0 to 1. */
  readonly share: number;
  /** Multiply-accumulates of one sample, inference. */
  readonly macs: number;
  /** Rows and columns of the input that one element sees; of sequences the steps. */
  readonly receptiveField?: readonly number[] | "all";
}

export interface LayerSummary extends Costs {
  readonly operator: string;
}

/** A use of a block, or a round of a `repeat`; the shape is its last layer's. */
export interface BlockSummary extends Costs {
  /** `Residual`, or `repeat`. */
  readonly block: string;
  /** How many blocks it is within. */
  readonly depth: number;
  /** Names of its layers, those of blocks within it among them. */
  readonly layers: readonly string[];
}

/** Bytes: of values of each sample, of what kernels work in on each thread, and of what there is once whatever the batch. */
export interface MemorySummary {
  readonly perSample: number;
  readonly perThread: number;
  readonly once: number;
}

export interface TrainingMemory extends MemorySummary {
  readonly batch: number;
  readonly accumulate?: number;
  /** Multiply-accumulates of one sample that a step does a second time, for less memory. */
  readonly repeatedMacs?: number;
}

export interface Summary {
  readonly name: string;
  readonly inputs: readonly ({ readonly name: string } & TensorType)[];
  readonly layers: readonly LayerSummary[];
  readonly blocks: readonly BlockSummary[];
  readonly outputs: readonly Pick<CheckedOutput, "name" | "kind" | "shape">[];
  readonly params: number;
  readonly macs: number;
  readonly weightBytes: number;
  /** As it is planned for a level of processors; `training` where the file says how to train. */
  readonly memory: {
    readonly cpu: Target["level"];
    readonly prediction: MemorySummary;
    readonly training?: TrainingMemory;
  };
}

export function summaryOf(model: CheckedModel, target: Target): Summary {
  const total = totalOf(costsOf(model));
  const tree = blockTree(model);
  const costs = costsWith(model, total.params);
  return {
    name: model.name,
    inputs: model.inputs.map(({ name, type }) => ({ name, ...type })),
    layers: leavesOf(tree).map((leaf) => ({ operator: leaf.layer.operator.name, ...costs([leaf]) })),
    blocks: blocksOf(tree, costs, 0),
    outputs: model.outputs.map(({ name, kind, shape }) => ({ name, kind, shape })),
    ...total,
    weightBytes: 4 * total.params,
    memory: memoryOf(model, target),
  };
}

/** What layers in a row give and cost together. */
type CostsOf = (leaves: readonly Leaf[]) => Costs;

function costsWith(model: CheckedModel, allParams: number): CostsOf {
  const fields = fieldsOf(model);
  return (leaves) => {
    const { name, type } = leaves.at(-1)!.layer;
    const { params, macs } = costOfAll(leaves);
    const receptiveField = fields(leaves.at(-1)!.layer);
    const share = allParams === 0 ? 0 : params / allParams;
    return { name, shape: type.shape, params, share, macs, ...(receptiveField && { receptiveField }) };
  };
}

function blocksOf(items: readonly Item[], costs: CostsOf, depth: number): BlockSummary[] {
  return items.flatMap((item) =>
    item.kind === "layer" ? [] : [blockOf(item, costs, depth), ...blocksOf(item.items, costs, depth + 1)],
  );
}

function blockOf({ name, title, items }: Branch, costs: CostsOf, depth: number): BlockSummary {
  const leaves = leavesOf(items);
  return { ...costs(leaves), name, block: title, depth, layers: leaves.map(({ layer }) => layer.name) };
}

function fieldsOf(model: CheckedModel): (layer: Layer) => Costs["receptiveField"] {
  const fields = new Map(receptiveFields(model));
  const onlySequences = model.inputs.every(({ type }) => type.shape.length === 2);
  // A layer that does nothing in inference has no value of its own.
  for (const { name, operands } of model.layers) {
    const field = fields.get(name) ?? fields.get(operands[0] ?? "");
    if (field !== undefined) fields.set(name, field);
  }
  return ({ name }) => {
    const field = fields.get(name);
    if (field === undefined || field === "all") return field;
    return onlySequences ? [field.columns] : [field.rows, field.columns];
  };
}

function memoryOf(model: CheckedModel, target: Target): Summary["memory"] {
  const { infer, step } = planModel(model, target).plans;
  return {
    cpu: target.level,
    prediction: bytesOf(infer!),
    ...(step && model.train && { training: trainingMemory(step, model.train) }),
  };
}

function trainingMemory(step: Plan, { batch, accumulate, memory }: CheckedTrain): TrainingMemory {
  return {
    ...bytesOf(step),
    batch,
    ...(accumulate > 1 && { accumulate }),
    ...(memory === "low" && { repeatedMacs: repeatedMacs(step) }),
  };
}

function bytesOf({ arena, constantBlock }: Plan): MemorySummary {
  const { bytesPerSample, bytesOnce, preparedBytes, scratch } = arena;
  return { perSample: bytesPerSample, once: bytesOnce + preparedBytes + 4 * constantBlock, perThread: scratch };
}
