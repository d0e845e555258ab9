import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { build } from "../../compiler/build/build.ts";
import { emitWrapper } from "../../compiler/emit/ts/wrapper.ts";
import { CnncInputError, defineModel, type ClassOutput, type Input, type ModelClass } from "../../runtime/index.ts";
import { compileText, suiteFolder } from "./lenet.ts";

interface TextTypes {
  inputs: { words: Input<Int32Array, readonly [5]> };
  outputs: { kind: ClassOutput };
  targets: "kind";
  metrics: "kind.accuracy";
}

const text = `model Text {
  /// Two samples of these are a batch.
  input words: tokens[5] in 20
  y = words -> embedding(12) -> tanh -> flatten -> dense(3)
  output kind: class[3] = y -> softmax
  train {
    loss = cross_entropy(y, kind)
    optimizer = sgd(lr=0.1)
  }
}`;

const folder = suiteFolder();
const at = (name: string): string => path.join(folder, name);
const models = compileText(text, "text.cnn");
let Text: ModelClass<TextTypes>;

beforeAll(async () => {
  const { addon } = await build(models, { name: "text", out: folder });
  Text = defineModel<TextTypes>(models[0]!.manifest, addon);
}, 600_000);

const good = Int32Array.of(0, 1, 2, 3, 4, 19, 18, 0, 0, 7);
const wrong: readonly (readonly [number, number, string])[] = [
  [7, 20, "20 in sample 1 at place 2"],
  [0, -1, "-1 in sample 0 at place 0"],
  [9, 2 ** 31 - 1, "2147483647 in sample 1 at place 4"],
];
const withToken = (place: number, token: number): Int32Array => good.with(place, token);

describe("a model that reads tokens", () => {
  it("says so in its manifest, its types and its metadata", () => {
    const [{ manifest }] = models as [(typeof models)[0]];
    const input = { name: "words", dtype: "tokens", shape: [5], below: 20, doc: "Two samples of these are a batch." };
    expect(manifest.inputs).toEqual([input]);
    expect(Text.inputs.words).toEqual({ ...input, size: 5 });
    expect(Text.inputs.words.below).toBe(20);
    const types = emitWrapper([manifest]).find(({ name }) => name === "index.d.ts")!.text;
    expect(types).toContain("words: Input<Int32Array, readonly [5]>;");
  });

  it("takes them as Int32Array, Uint16Array or Uint8Array, and nothing else", async () => {
    using net = await Text.load({ seed: 1, threads: 1 });
    const expected = net.predictSync({ words: good }).kind.probabilities;
    for (const words of [Uint16Array.from(good), Uint8Array.from(good), { data: good, layout: "chw" as const }])
      expect((await net.predict({ words })).kind.probabilities).toEqual(expected);
    for (const words of [Float32Array.from(good), Array.from(good), Int16Array.from(good), good.subarray(1)])
      expect(() => net.predictSync({ words: words as Int32Array })).toThrow(
        "words: expected Int32Array of N·5 elements (N samples of 5), got",
      );
  });

  it.each(wrong)("refuses at %d the token %d before native code runs", async (place, token, got) => {
    using net = await Text.load({ seed: 1, threads: 1 });
    const words = withToken(place, token);
    const trainer = net.trainer();
    const calls: readonly (() => unknown)[] = [
      () => net.predictSync({ words }),
      () => net.predict({ words }),
      () => trainer.step({ words, kind: [0, 1] }),
    ];
    for (const call of calls) {
      const error: unknown = await Promise.resolve()
        .then(call)
        .catch((it: unknown) => it);
      expect(error).toBeInstanceOf(CnncInputError);
      expect(error).toMatchObject({ input: "words", expected: "whole numbers from 0 to 19", got });
    }
  });
});

it("C programs hear of tokens outside the vocabulary", async () => {
  using net = await Text.load({ seed: 1, threads: 1 });
  await net.save(at("text.safetensors"));
  const { probabilities } = net.predictSync({ words: good }).kind;
  const source = path.join(import.meta.dirname, "fixtures/tokens.c");
  execFileSync("gcc", [
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-pedantic",
    "-I",
    folder,
    "-c",
    source,
    "-o",
    at("tokens.o"),
  ]);
  execFileSync("g++", [at("tokens.o"), at("libtext.a"), "-lpthread", "-o", at("tokens")]);
  const lines = execFileSync(at("tokens"), [at("text.safetensors")], { encoding: "utf8" })
    .trim()
    .split("\n");
  const [first, large, negative, again] = lines.map((line) => line.trim());
  expect(large).toBe("-1 -0x1p+0 -0x1p+0 words: expected whole numbers from 0 to 19, got 20 in sample 1 at place 2");
  expect(negative).toBe(
    "-1 -0x1p+0 -0x1p+0 words: expected whole numbers from 0 to 19, got -2147483648 in sample 0 at place 0",
  );
  expect(first).toMatch(/^0 0x1\.\w+p-\d 0x1\.\w+p-\d$/);
  expect(again).toBe(first);
  expect(probabilities.every((p) => p > 0 && p < 1)).toBe(true);
});
