import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import type { CheckOptions } from "../../compiler/check/check.ts";
import { costsOf, parametersOf, totalOf } from "../../compiler/check/cost.ts";
import type { CheckedModel, Layer } from "../../compiler/check/program.ts";
import { onnxFile } from "../../compiler/onnx/file.ts";
import { termsOf, trainingGraph } from "../../compiler/onnx/training.ts";
import { buildTestAddon, NativeModel, type Tensor, type Tensors } from "../../compiler/testing/index.ts";
import { drawInputs, drawParameters } from "../../compiler/testing/draws.ts";
import { withoutKinks } from "../support/without-kinks.ts";
import { exampleModels } from "./examples.ts";
import { drawTargets, withoutLeaks, type Trained } from "./training.ts";

/** Of the largest gradient of a parameter, or of this share of the largest of all, where the true one is 0. */
const tolerance = 1e-4;
const floor = 1e-3;

const usualBatch = 4;
/** What PyTorch computes in float64 within seconds. */
const most = { params: 5e6, macs: 3e8 };
const losses = ["cross_entropy", "binary_cross_entropy", "dice", "mse"];

interface Comparison {
  readonly set?: CheckOptions["set"];
  readonly batch?: number;
  readonly smooth?: boolean;
}

/**
 * Larger networks that are compared all the same: on smaller pictures, or fewer. Of a million rectified or pooled values some lie
 * so near to a kink that f32 and float64 decide differently, which moves gradients by 1e-3 and more, PyTorch's in f32 too. So
 * U-Net is compared twice: narrow as it is, and as wide as it is without kinks, with `silu` for `relu`, and means for maxima.
 */
const larger: Readonly<Record<string, readonly Comparison[]>> = {
  "examples/alexnet/alexnet.cnn": [{ batch: 2 }],
  "examples/squeezenet/squeezenet.cnn": [{ set: { size: 64 } }],
  "examples/unet/unet.cnn": [{ set: { size: 64, base: 4 } }, { set: { size: 64 }, smooth: true }],
};

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-gradients-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A step without chance: nothing is dropped, varied or drawn. */
function withoutChance(model: Trained): Trained {
  const certain = (layer: Layer): Layer =>
    layer.operator.name === "dropout" ? { ...layer, attributes: { ...layer.attributes, p: 0 } } : layer;
  return withoutLeaks({ ...model, layers: model.layers.map(certain), train: { ...model.train, augments: [] } });
}

/** Why a model is no case, if it is none. */
function unfit({ train, ...model }: CheckedModel, file: string): string | undefined {
  if (!train) return "has no train section";
  const { params, macs } = totalOf(costsOf(model));
  if (!(file in larger) && (params > most.params || macs > most.macs)) return "is too large";
  const odd = termsOf(train.loss).find(({ definition, attributes: { class_weights = [], ignore = -1 } }) => {
    const plain = (class_weights as readonly number[]).length === 0 && ignore === -1;
    return !losses.includes(definition.name) || !plain;
  });
  return odd && `has a loss, ${odd.definition.name}, of which PyTorch is not asked`;
}

/** Asks PyTorch; gives the loss and the gradients of what learns. */
function ask(model: Trained, at: string, parameters: Tensors, inputs: Tensors, targets: readonly Written[]) {
  const { graph, loss } = trainingGraph(model)!;
  const values = new Map([...parameters].map(([name, { data }]) => [name, Float32Array.from(data)]));
  fs.writeFileSync(path.join(at, "net.onnx"), onnxFile(graph, { kind: "inside", values }));
  const given = model.inputs.map(({ name, type }) => {
    const { shape, data } = inputs.get(name)!;
    const list = type.dtype === "f32" ? Float32Array.from(data) : type.dtype === "u8" ? Uint8Array : Int32Array;
    return write(at, name, shape, list instanceof Float32Array ? list : list.from(data));
  });
  const trained = parametersOf(model).filter(({ spec }) => spec.trained !== false);
  const step = {
    inputs: given,
    targets: targets.map(({ name, data }) => write(at, `${name}.target`, [data.length], data, name)),
    trained: trained.map(({ name }) => name),
    loss,
  };
  fs.writeFileSync(path.join(at, "step.json"), JSON.stringify(step));
  const script = fileURLToPath(new URL("pytorch-gradients.py", import.meta.url));
  const { status, stdout, stderr, error } = spawnSync("/usr/bin/python3", [script, at], { encoding: "utf8" });
  if (error !== undefined || status !== 0) throw new Error(`PyTorch was asked in vain: ${error?.message ?? stderr}`);
  const gradients = trained.map(({ name }) => {
    const bytes = fs.readFileSync(path.join(at, `${name}.f64`));
    return [name, new Float64Array(Uint8Array.from(bytes).buffer)] as const;
  });
  return { loss: (JSON.parse(stdout) as { loss: number }).loss, gradients: new Map(gradients) };
}

interface Written {
  readonly name: string;
  readonly data: Float32Array | Int32Array;
}

function write(
  at: string,
  file: string,
  shape: readonly number[],
  data: Float32Array | Int32Array | Uint8Array,
  name = file,
) {
  fs.writeFileSync(path.join(at, `${file}.raw`), data);
  const dtype = data instanceof Float32Array ? "<f4" : data instanceof Uint8Array ? "u1" : "<i4";
  return { name, file: `${file}.raw`, dtype, shape };
}

function compare(found: Tensors, expected: ReadonlyMap<string, Float64Array>): void {
  const largestOf = (values: Float64Array) => values.reduce((a, x) => Math.max(a, Math.abs(x)), 0);
  const overall = Math.max(...[...expected.values()].map(largestOf));
  for (const [name, gradient] of expected) {
    const { data } = found.get(name) as Tensor;
    const worst = largestOf(gradient.map((x, i) => x - data[i]!));
    const largest = Math.max(largestOf(gradient), floor * overall);
    expect(worst / largest, `${name}: the largest difference by the largest gradient`).toBeLessThanOrEqual(tolerance);
  }
}

describe("loss and gradients are PyTorch's", () => {
  const cases = exampleModels().flatMap(({ file, model: usual }) =>
    (larger[file] ?? [{}]).map(({ set, batch = usualBatch, smooth = false }: Comparison) => {
      const model = set ? exampleModels({ [file]: set }).find((it) => it.file === file)!.model : usual;
      return {
        file,
        model,
        batch,
        smooth,
        how: `${set ? ` ${JSON.stringify(set)}` : ""}${smooth ? " without kinks" : ""}`,
      };
    }),
  );
  for (const [i, { file, model, batch, smooth, how }] of cases.entries()) {
    const reason = unfit(model, file);
    if (reason !== undefined) {
      it.skip(`${file}: ${model.name} ${reason}`);
      continue;
    }
    it(`${file}: ${model.name}${how}`, async () => {
      const trained = withoutChance(model as Trained);
      const certain = smooth ? withoutKinks(trained) : trained;
      const name = `gradients_${i}_${model.name.toLowerCase()}`;
      const addon = await buildTestAddon(name, [certain], nativeIsa());
      const [parameters, inputs] = [drawParameters(certain), drawInputs(certain, batch)];
      const targets = drawTargets(certain, batch);
      const at = path.join(folder, name);
      fs.mkdirSync(at);
      const expected = ask(certain, at, parameters, inputs, targets);
      const native = new NativeModel(addon, certain);
      native.setParameters(parameters);
      const found = native.lossGradient(
        inputs,
        targets.map(({ data }) => data),
      );
      native.dispose();
      expect(Math.abs(found.results[0]! - expected.loss)).toBeLessThanOrEqual(tolerance * expected.loss);
      compare(found.gradients, expected.gradients);
    }, 1_800_000);
  }
});
