import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import type { Layer } from "../../compiler/check/program.ts";
import type { Operator } from "../../compiler/opkit/operator.ts";
import { windowOf, type WindowAttributes } from "../../compiler/opkit/windows.ts";
import { operators, sampleModels } from "../../compiler/testing/index.ts";
import { root } from "../support/paths.ts";

const samples = sampleModels();

/** The uses of an operator in its own samples, with the types of what they read. */
function usesOf(operator: Operator) {
  const own = samples.filter((it) => it.operator === operator.name);
  return own.flatMap(({ model }) => {
    const types = new Map([...model.inputs, ...model.layers].map(({ name, type }) => [name, type]));
    return model.layers
      .filter((layer) => layer.operator === operator)
      .map((layer) => ({ layer, operands: layer.operands.map((name) => types.get(name)!) }));
  });
}

/** A paper with its year, or an operator of that name elsewhere. */
const source = /arXiv:\d{4}\.\d{5}|[A-Z][^()]* (19|20)\d\d\b|PyTorch's|torchvision's|NumPy's|ONNX's/;

/** Sums of what weights multiply cost something; looking them up does not. */
const multiplies = ({ operator, parameters }: Layer): boolean =>
  operator.category !== "embedding" && parameters.some(({ spec }) => spec.initial.kind === "weight");

const windowParts: Readonly<Record<string, (layer: Layer) => boolean>> = {
  stride: ({ attributes }) => windowFor(attributes).stride.some((step) => step > 1),
  pad: ({ attributes }) => {
    const [top, left, bottom, right] = windowFor(attributes).pad;
    return top !== bottom || left !== right;
  },
  dilation: ({ attributes }) => windowFor(attributes).dilation.some((distance) => distance > 1),
  groups: ({ attributes: { groups } }) => (groups as number) > 1,
};

/** A pool's stride of 0 is its kernel. */
function windowFor(attributes: Layer["attributes"]) {
  const { stride, kernel, ...others } = attributes as unknown as WindowAttributes;
  return windowOf({ ...others, kernel, stride: stride[0] === 0 ? kernel : stride });
}

/** A rest behind a full vector, whether 8 or 16 numbers are one. */
const isOffWidth = ([channels = 1]: readonly number[]): boolean => channels > 16 && channels % 8 !== 0;

/** What is missing, by name. */
function missingOf(operator: Operator): string[] {
  const { name, doc, attributes } = operator;
  const uses = usesOf(operator);
  const batches = new Set(operator.samples.map(({ batch }) => batch));
  const file = (...parts: string[]) => fs.existsSync(path.join(root, ...parts));
  const parts: Readonly<Record<string, boolean>> = {
    "a source in its doc (a paper with its year, PyTorch's, ONNX's)": source.test(doc),
    "a reference": typeof operator.reference === "function",
    "a form in ONNX": typeof operator.onnx === "function",
    "a golden of its form in ONNX": file("test/onnx/operators", `${name}.txt`),
    "a page": file("docs/operators", `${name}.md`),
    "macs, for its weights": operator.macs !== undefined || !uses.some(({ layer }) => multiplies(layer)),
    "a sample with channels that fill no vector": uses.some(({ layer, operands }) =>
      [layer.type, ...operands].some(({ shape }) => isOffWidth(shape)),
    ),
  };
  const missing = Object.keys(parts).filter((part) => !parts[part]);
  for (const batch of [1, 3, 17]) if (!batches.has(batch)) missing.push(`a sample with a batch of ${batch}`);
  if ("kernel" in attributes)
    for (const [part, covers] of Object.entries(windowParts))
      if (part in attributes && !uses.some(({ layer }) => covers(layer)))
        missing.push(part === "pad" ? "a sample with uneven pads" : `a sample with ${part}`);
  return missing;
}

describe("every operator is complete", () => {
  it.each(operators.map((operator) => [operator.name, operator] as const))("%s", (_, operator) => {
    expect(missingOf(operator)).toEqual([]);
  });
});

describe("what is missing is named", () => {
  const bare = { ...operators.find(({ name }) => name === "conv")!, name: "bare", doc: "Does it.", samples: [] };

  it("of an operator that has only what its type demands", () => {
    expect(missingOf(bare)).toEqual([
      "a source in its doc (a paper with its year, PyTorch's, ONNX's)",
      "a golden of its form in ONNX",
      "a page",
      "a sample with channels that fill no vector",
      "a sample with a batch of 1",
      "a sample with a batch of 3",
      "a sample with a batch of 17",
      "a sample with stride",
      "a sample with uneven pads",
      "a sample with dilation",
      "a sample with groups",
    ]);
  });
});
