import * as path from "node:path";
import { initializeWeights, loadWeights } from "../../../runtime/bind/load-weights.ts";
import { openSafetensors } from "../../../runtime/index.ts";
import { parametersOf } from "../../check/cost.ts";
import type { CheckedModel } from "../../check/program.ts";
import { bytesOf, mostBytesInside, onnxFile, opset, placesBeside, weightBytes } from "../../onnx/file.ts";
import { onnxGraph, type OnnxGraph } from "../../onnx/graph.ts";
import { CliError } from "../cli-error.ts";
import type { ExitCode } from "../cli-error.ts";
import { diagnosticsAsJson, hasErrors, printDiagnostics } from "../diagnostics-output.ts";
import { frontOf, onlyModel } from "../front.ts";
import type { CommonOptions } from "../options.ts";
import { checkWritable, writeParts, writeWhole } from "../output-file.ts";
import { printJson, printLine, printNote } from "../terminal.ts";

export interface ExportCommandOptions extends CommonOptions {
  readonly onnx: string;
  readonly weights?: string;
  readonly seed?: number;
  readonly externalData?: boolean;
  readonly allValues?: boolean;
}

/** `cnnc export FILE --weights W --onnx OUT` */
export function exportCommand(file: string, options: ExportCommandOptions): ExitCode {
  const { onnx: out, json, quiet, weights, seed, externalData = false, allValues } = options;
  if (weights !== undefined && seed !== undefined)
    throw new CliError("--seed draws fresh weights, and --weights names a file of them");
  checkWritable(out, "--onnx names a file");
  const { models, diagnostics } = frontOf(file, options, true);
  const failed = hasErrors(diagnostics);
  if (failed && json) printJson({ diagnostics: diagnosticsAsJson(diagnostics) });
  else if (failed || !quiet) printDiagnostics(diagnostics, process.stderr);
  if (failed) return 1;
  const model = onlyModel(models, file);
  const graph = onnxGraph(model, allValues);
  if (!externalData) mustFitInside(graph);
  const values = valuesOf(model, options);
  const written = externalData ? writeBeside(model, graph, values, out) : { out };
  if (!externalData) writeWhole(out, onnxFile(graph, { kind: "inside", values }, labelsOf(model)));
  if (json) printJson({ model: model.name, ...written, opset, ...described(graph) });
  else if (!quiet) printLine(`${model.name}, as ONNX (opset ${opset}) in ${Object.values(written).join(" and ")}`);
  return 0;
}

function mustFitInside(graph: OnnxGraph): void {
  const bytes = weightBytes(graph);
  if (bytes <= mostBytesInside) return;
  const size = `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  throw new CliError(
    `the weights of ${graph.name} are ${size}, and an ONNX file has 2 GiB at most`,
    "--external-data writes them to a file beside it",
  );
}

/** Those of the file, or fresh ones, by name. */
function valuesOf(
  model: CheckedModel,
  { weights: file, seed = 0, quiet }: ExportCommandOptions,
): ReadonlyMap<string, Float32Array> {
  const all = parametersOf(model).map(({ name, spec, initializer }) => ({ name, shape: spec.shape, initializer }));
  const values = new Map<string, Float32Array>();
  const taker = {
    setParameter: (index: number, data: Float32Array): void => void values.set(all[index]!.name, data),
  };
  if (file === undefined) {
    initializeWeights(taker, all, seed);
    if (!quiet) printNote(`the weights are fresh ones (seed ${seed}); --weights names a file of trained ones`);
    return values;
  }
  using weights = openSafetensors(file);
  loadWeights(taker, model.name, all, weights, false);
  return values;
}

/** The weights first: a graph that names them is there only once they are. */
function writeBeside(
  model: CheckedModel,
  graph: OnnxGraph,
  values: ReadonlyMap<string, Float32Array>,
  out: string,
): { readonly out: string; readonly data: string } {
  const places = placesBeside(graph);
  const data = `${out}.data`;
  checkWritable(data, "the weights of --external-data are a file");
  writeParts(data, partsOf(places, values));
  const location = path.basename(data);
  writeWhole(out, onnxFile(graph, { kind: "beside", location, places }, labelsOf(model)));
  return { out, data };
}

/** Each tensor at its place, with zeros in between. */
function* partsOf(
  places: ReadonlyMap<string, number>,
  values: ReadonlyMap<string, Float32Array>,
): Generator<Uint8Array> {
  let at = 0;
  for (const [name, place] of places) {
    const bytes = bytesOf(values.get(name)!);
    yield new Uint8Array(place - at);
    yield bytes;
    at = place + bytes.length;
  }
}

/** What the numbers of an output mean: `labels.clothing` is a list of its labels, as JSON. */
function labelsOf({ outputs }: CheckedModel): Readonly<Record<string, string>> {
  return Object.fromEntries(
    outputs.flatMap(({ name, labels }) => (labels ? [[`labels.${name}`, JSON.stringify(labels)]] : [])),
  );
}

/** Shapes have the batch, "N", in front. */
function described({ inputs, outputs, parameters }: OnnxGraph) {
  const shaped = (list: OnnxGraph["inputs"]) =>
    list.map(({ name, type: { dtype, shape } }) => ({ name, dtype, shape: ["N", ...shape] }));
  return { inputs: shaped(inputs), outputs: shaped(outputs), parameters };
}
