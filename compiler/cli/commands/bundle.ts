import * as fs from "node:fs";
import * as path from "node:path";
import { loadWeights } from "../../../runtime/bind/load-weights.ts";
import { openSafetensors, writeSafetensors } from "../../../runtime/index.ts";
import { writeBundle } from "../../build/write-bundle.ts";
import { costsOf, parametersOf, totalOf } from "../../check/cost.ts";
import type { CheckedModel } from "../../check/program.ts";
import { emitBundle } from "../../emit/cuda/bundle.ts";
import type { Precision } from "../../ir/plan.ts";
import { onnxGraph } from "../../onnx/graph.ts";
import { trainingGraph } from "../../onnx/training.ts";
import { drawParameters } from "../../testing/draws.ts";
import { expectationsOf } from "../../testing/expectations.ts";
import { tensor, type Tensors } from "../../testing/index.ts";
import { CliError } from "../cli-error.ts";
import type { ExitCode } from "../cli-error.ts";
import { compileOne } from "../load.ts";
import type { CommonOptions } from "../options.ts";
import { printJson, printLine } from "../terminal.ts";

export interface BundleCommandOptions extends CommonOptions {
  readonly out: string;
  readonly precision?: Precision;
  readonly weights?: string;
  readonly batch: number;
}

/** `cnnc bundle FILE --target cuda --out DIR` */
export async function bundleCommand(file: string, options: BundleCommandOptions): Promise<ExitCode> {
  const { out, precision = "f32", batch, json, quiet } = options;
  if (fs.existsSync(out) && fs.readdirSync(out).length > 0)
    throw new CliError(`${out} is not empty`, "--out names a folder to make");
  const compiled = compileOne(file, { ...options, target: "cuda", precision });
  if (compiled === undefined) return 1;
  const { model, variants } = compiled;
  const { macs } = totalOf(costsOf(model));
  const parameters = options.weights === undefined ? drawParameters(model) : readParameters(model, options.weights);
  const numbers = await expectationsOf(model, parameters, batch);
  const net = { predict: onnxGraph(model), step: trainingGraph(model) };
  const graph = { name: "net.json", text: `${JSON.stringify(net)}\n` };
  writeBundle(out, variants[0]!.kernels, [...emitBundle({ model: model.name, precision, macs }), graph]);
  await writeSafetensors(
    path.join(out, "data.safetensors"),
    numbers.map(({ name, shape, data }) => ({ name, shape, read: () => data })),
  );
  if (json) printJson({ model: model.name, precision, batch, out });
  else if (!quiet)
    printLine(`${model.name} for CUDA (${precision}) in ${out}: \`make check\` there, on a machine with a GPU`);
  return 0;
}

function readParameters(model: CheckedModel, file: string): Tensors {
  const all = parametersOf(model).map(({ name, spec, initializer }) => ({ name, shape: spec.shape, initializer }));
  const found = new Map<string, ReturnType<typeof tensor>>();
  const setParameter = (index: number, data: Float32Array): void => {
    const { name, shape } = all[index]!;
    found.set(name, tensor(shape, Float64Array.from(data)));
  };
  using weights = openSafetensors(file);
  loadWeights({ setParameter }, model.name, all, weights, false);
  return found;
}
