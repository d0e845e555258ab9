import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { onnxFile } from "../../compiler/onnx/file.ts";
import { onnxGraph } from "../../compiler/onnx/graph.ts";
import { NativeModel, type Tensor, type Tensors } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { drawInputs, drawParameters, withRandomNormalize } from "../../compiler/testing/draws.ts";
import { runOnnx } from "./onnxruntime.ts";

/** Of the largest value of a tensor. */
const tolerance = 1e-4;

/** How many samples a call has. */
const batches = [1, 3];

/** A network, and the same with the value of every layer as an output, which is compiled beside it. */
export interface Witnessed {
  readonly own: CheckedModel;
  readonly open: CheckedModel;
  /** Names of the layers that `open` tells the values of, in the order of its outputs. */
  readonly values: readonly string[];
}

export function witnessed(given: CheckedModel): Witnessed {
  const { train: _, ...own } = withRandomNormalize(given);
  const values = onnxGraph(own).inner.filter(({ type }) => type.dtype === "f32");
  const outputs = values.map(({ name, type: { shape } }, i) => {
    return { name: `value${i}`, kind: "tensor", value: name, shape, span: own.span } as const;
  });
  return { own, open: { ...own, name: `${own.name}Open`, outputs }, values: values.map(({ name }) => name) };
}

/** Holds outputs and values of a compiled network against onnxruntime's on the exported file, which is written to `folder`. */
export async function expectSame(addon: Addon, { own, open, values }: Witnessed, folder: string): Promise<void> {
  const parameters = drawParameters(own);
  const weights = new Map([...parameters].map(([name, { data }]) => [name, Float32Array.from(data)]));
  const graph = onnxGraph(own, true);
  const bytes = onnxFile(graph, { kind: "inside", values: weights });
  fs.writeFileSync(path.join(folder, `${own.name}.onnx`), bytes);
  const inputs = batches.map((batch) => drawInputs(own, batch));
  const expected = await runOnnx(bytes, own.inputs, inputs);
  const outputNames = own.outputs.map(({ name }) => name);
  for (const [model, names] of [
    [own, outputNames],
    [open, values],
  ] as const) {
    const native = new NativeModel(addon, model);
    native.setParameters(parameters);
    inputs.forEach((given, i) => {
      const found = native.infer(given);
      names.forEach((name, k) => expectClose(`${name} of ${batches[i]}`, found[k]!, need(expected[i]!, name)));
    });
    native.dispose();
  }
}

function need(values: Tensors, name: string): Tensor {
  const value = values.get(name);
  if (!value) throw new Error(`the exported file has no output ${name}`);
  return value;
}

function expectClose(what: string, found: Tensor, expected: Tensor): void {
  expect(found.shape, what).toEqual(expected.shape);
  let [largest, worst] = [0, 0];
  expected.data.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value));
    const difference = Math.abs(value - found.data[i]!);
    // Not a number is no small difference.
    worst = difference <= worst ? worst : difference;
  });
  expect(worst, `${what}: the largest difference; the largest value is ${largest}`).toBeLessThanOrEqual(
    tolerance * largest,
  );
}

/** The files of a folder pass ONNX's own checker, shapes included. */
export function expectChecked(folder: string): void {
  const script = fileURLToPath(new URL("check-onnx.py", import.meta.url));
  const files = fs.readdirSync(folder).map((name) => path.join(folder, name));
  const { status, stdout, stderr, error } = spawnSync("/usr/bin/python3", [script, ...files], { encoding: "utf8" });
  expect(error).toBeUndefined();
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toBe(`${files.length} files are right\n`);
}
