import type { ClassPredictions } from "../bind/class-predictions.ts";
import { labelsOf } from "../bind/labels.ts";
import type { Manifest, OutputManifest } from "../bind/manifest.ts";
import type { Batch, Inputs, ModelTypes } from "../bind/model-types.ts";
import type { Net } from "../bind/net.ts";
import { batchesOf, naturalOrder } from "../data/batches.ts";
import { mustHaveSamples, type Dataset } from "../data/dataset.ts";
import { CnncInputError } from "../errors.ts";
import { ClassCounter } from "./class-evaluation.ts";
import { ElementCounter, type OutputEvaluation } from "./output-evaluation.ts";
import { Throughput } from "./throughput.ts";

export interface EvaluateOptions {
  /** Samples per call; default 64. */
  readonly batch?: number;
  /** How many of the samples with the largest loss each class output lists; default 0. */
  readonly worst?: number;
  /** Called after each batch. */
  readonly onBatch?: (progress: { readonly samples: number; readonly size: number }) => void;
  /** Stops with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface Evaluation {
  readonly samples: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Of the first class output; absent where there is none. */
  readonly top1?: number;
  /** Every output that the data set has a column for. */
  readonly outputs: Readonly<Record<string, OutputEvaluation>>;
}

/** Compares a model's outputs with a data set's targets, the next batch being read meanwhile. */
export async function evaluate<M extends ModelTypes>(
  net: Net<M>,
  data: Dataset<Batch<M>>,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  mustHaveSamples(data);
  const scorers = scorersOf(net.manifest, options.worst);
  const throughput = new Throughput();
  const order = naturalOrder(data.size);
  for await (const columns of ahead(data, batchesOf(order, options.batch ?? 64))) {
    options.signal?.throwIfAborted();
    const record = columns as Readonly<Record<string, unknown>>;
    const outputs = await net.predict(inputsOf(net, record));
    const before = throughput.samples;
    const samples = Math.min(options.batch ?? 64, data.size - before);
    for (const scorer of scorers) scorer.add(outputs as Record<string, unknown>, record, samples);
    throughput.add(samples);
    options.onBatch?.({ samples: throughput.samples, size: data.size });
  }
  const results = scorers.filter((it) => it.used()).map((it) => [it.name, it.result()] as const);
  const first = results.map(([, result]) => result).find((result) => result.kind === "class");
  return {
    samples: throughput.samples,
    seconds: throughput.seconds,
    imagesPerSecond: throughput.samplesPerSecond,
    ...(first && { top1: first.top1 }),
    outputs: Object.fromEntries(results),
  };
}

/** Gathers one batch ahead of the one that is being used. */
export async function* ahead<Columns>(
  data: Dataset<Columns>,
  batches: Iterable<ArrayLike<number>>,
): AsyncGenerator<Columns> {
  let next: Promise<Columns> | undefined;
  for (const indices of batches) {
    const current = next;
    next = Promise.resolve().then(() => data.gather(indices));
    // It is awaited in the next round, which may never come.
    next.catch(() => undefined);
    if (current) yield await current;
  }
  if (next) yield await next;
}

interface Scorer {
  readonly name: string;
  add(outputs: Record<string, unknown>, columns: Readonly<Record<string, unknown>>, samples: number): void;
  used(): boolean;
  result(): OutputEvaluation;
}

function scorersOf(manifest: Manifest, worst?: number): Scorer[] {
  return manifest.outputs.map((output) => {
    const counter = output.kind === "class" ? classCounter(output, worst) : elementCounter(output, output.kind);
    let used = false;
    return {
      name: output.name,
      add: (outputs, columns, samples) => {
        // Own ones only: an output may be called toString.
        const truths = Object.hasOwn(columns, output.name) ? columns[output.name] : undefined;
        if (truths === undefined) return;
        used = true;
        counter.add(outputs[output.name], truths, samples);
      },
      used: () => used,
      result: () => counter.result(),
    };
  });
}

interface Counter {
  add(output: unknown, truths: unknown, samples: number): void;
  result(): OutputEvaluation;
}

function classCounter(output: OutputManifest, worst?: number): Counter {
  const labels = labelsOf(output);
  const counter = new ClassCounter(labels, worst);
  return {
    add: (found, truths, samples) => {
      const indices = classIndices(output.name, truths as ArrayLike<number | string>, labels, samples);
      counter.add((found as ClassPredictions).probabilities, indices);
    },
    result: () => counter.result(),
  };
}

function elementCounter(output: OutputManifest, kind: Exclude<OutputManifest["kind"], "class">): Counter {
  const counter = new ElementCounter(output, kind);
  return {
    add: (found, truths, samples) => {
      const numbers = truths as ArrayLike<number>;
      const expected = samples * counter.size;
      if (numbers.length !== expected)
        throw new CnncInputError(output.name, `${expected} numbers`, `${numbers.length}`);
      counter.add(found as Float32Array, numbers);
    },
    result: () => counter.result(),
  };
}

function classIndices(
  name: string,
  truths: ArrayLike<number | string>,
  labels: readonly string[],
  samples: number,
): ArrayLike<number> {
  if (truths.length !== samples) throw new CnncInputError(name, `${samples} classes`, `${truths.length}`);
  return Array.from(truths, (truth) => {
    const index = typeof truth === "string" ? labels.indexOf(truth) : truth;
    if (Number.isInteger(index) && index >= 0 && index < labels.length) return index;
    throw new CnncInputError(name, `a class below ${labels.length}`, JSON.stringify(truth));
  });
}

function inputsOf<M extends ModelTypes>(net: Net<M>, columns: Readonly<Record<string, unknown>>): Inputs<M> {
  return Object.fromEntries(net.manifest.inputs.map(({ name }) => [name, columns[name]])) as unknown as Inputs<M>;
}
