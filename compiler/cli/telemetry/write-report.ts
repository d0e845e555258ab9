import type { CheckedModel } from "../../check/program.ts";
import { costsOf } from "../../check/cost.ts";
import { reportPage } from "../../telemetry/report/page.ts";
import type { Filters, RunEvaluation, RunLayer, TrainingRun, WorstExample } from "../../telemetry/training-run.ts";
import type { Evaluation, InputManifest } from "../../../runtime/index.ts";
import type { Data } from "../data.ts";
import type { AnyNet } from "../load.ts";
import { writeWhole } from "../output-file.ts";
import { inputsAt, isPicture, pngUrl } from "../pictures.ts";
import { learnedBy } from "./epoch-record.ts";

/** How many of the worst examples the page shows. */
export const mostExamples = 24;
const mostFilters = 128;

/** What was measured in the end. */
export interface Measured extends Pick<RunEvaluation, "part" | "weights"> {
  readonly data: Data;
  readonly evaluation: Evaluation;
}

export interface ReportedRun extends Pick<TrainingRun, "epochs" | "facts"> {
  readonly net: AnyNet;
  readonly model: CheckedModel;
  readonly measured: Measured | undefined;
}

export async function writeReport(file: string, { net, model, measured, epochs, facts }: ReportedRun): Promise<void> {
  const page = reportPage({
    model: model.name,
    doc: model.doc,
    ...{ epochs, facts, layers: layersOf(net, model) },
    evaluation: measured && (await evaluationOf(net, measured)),
    filters: await filtersOf(net, model),
  });
  writeWhole(file, Buffer.from(page));
}

async function evaluationOf(net: AnyNet, { part, weights, data, evaluation }: Measured): Promise<RunEvaluation> {
  const { samples, outputs } = evaluation;
  const classes = Object.values(outputs).find((it) => it.kind === "class");
  const { worst = [], labels = [] } = classes ?? {};
  const indices = worst.map(({ sample }) => sample);
  const input = net.manifest.inputs.find(({ shape }) => isPicture(shape));
  const pictures = input && (await picturesAt(data, indices, input));
  const examples = worst.map(({ truth, predicted, ...rest }, i): WorstExample => ({
    ...rest,
    truth: labels[truth]!,
    predicted: labels[predicted]!,
    picture: pictures?.[i],
  }));
  return { part, weights, samples, outputs, worst: examples };
}

/** Bytes as they are; of other numbers the least is black, the largest white. */
async function picturesAt(data: Data, indices: readonly number[], input: InputManifest): Promise<string[]> {
  const samples = await inputsAt(data, indices, input);
  return Promise.all(samples.map((values) => pngUrl(input.dtype === "u8" ? values : stretched(values), input.shape)));
}

function stretched(values: Float64Array): Float64Array {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return values.map((value) => (255 * (value - least)) / (most - least || 1));
}

/** Of the first convolution that sees a grey or coloured picture, with nothing learned in between. */
async function filtersOf(net: AnyNet, { inputs, layers }: CheckedModel): Promise<Filters | undefined> {
  const seen = new Set(inputs.map(({ name }) => name));
  for (const { name, operator, operands, parameters } of layers) {
    if (!seen.has(operands[0]!)) continue;
    const weight = parameters.find(({ spec }) => spec.initial.kind === "weight");
    if (operator.name === "conv" && weight && isPicture(weight.spec.shape.slice(1)))
      return { layer: name, ...(await filterPictures(net, weight.name)) };
    if (parameters.length === 0 && operands.length === 1) seen.add(name);
  }
  return undefined;
}

async function filterPictures(net: AnyNet, weight: string): Promise<Omit<Filters, "layer">> {
  const [count = 0, ...shape] = net.parameters.shape(weight);
  const values = net.parameters.get(weight);
  const size = values.length / count;
  const filters = Array.from({ length: Math.min(count, mostFilters) }, (_, i) =>
    centred(values.subarray(i * size, (i + 1) * size)),
  );
  return { count, pictures: await Promise.all(filters.map((it) => pngUrl(it, shape))) };
}

/** 127.5·(1 + w/max|w|): 0 is the middle between black and white. */
function centred(weights: Float32Array): Float64Array {
  const most = weights.reduce((largest, it) => Math.max(largest, Math.abs(it)), 0) || 1;
  return Float64Array.from(weights, (it) => 127.5 * (1 + it / most));
}

function layersOf(net: AnyNet, model: CheckedModel): RunLayer[] {
  const costs = costsOf(model);
  const rectified = net.manifest.train?.rectified ?? [];
  const shown = new Set([...learnedBy(model).keys(), ...rectified.map(({ layer }) => layer)]);
  return model.layers
    .filter(({ name }) => shown.has(name))
    .map(({ name, operator, type }) => ({
      ...{ name, operator: operator.name, shape: type.shape },
      parameters: costs.get(name)!.params,
    }));
}
