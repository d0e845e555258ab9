import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { modelOf, type NativeModel } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { initialValues } from "../../runtime/index.ts";
import { checkForward, checkLoss, checkStep, checkThreads, draw, open } from "../compile/network-check.ts";
import { buildQuickly } from "../support/build-quickly.ts";

const train = (loss: string, optimizer = "sgd(lr=0.1)"): string => `
  train {
    loss = ${loss}
    optimizer = ${optimizer}
  }`;

const models = [
  modelOf(
    "Words",
    `input words: tokens[9] in 23
  y = words -> embedding(19) -> tanh -> dropout(0.3) -> flatten -> dense(4)
  output kind: class[4] = y -> softmax${train("cross_entropy(y, kind)")}`,
  ),
  modelOf(
    "Wide",
    `input words: tokens[4] in 30
  y = words -> embedding(300, padding=7) -> flatten -> dense(3)
  output kind: class[3] = y -> softmax${train("cross_entropy(y, kind)", "adamw(lr=0.01, weight_decay=0.1)")}`,
  ),
  modelOf(
    "Twice",
    `input question: tokens[6] in 12
  input answer: tokens[5] in 12
  shared word = embedding(8)
  y = question -> word -> flatten -> concat(answer -> word -> flatten) -> tanh -> dense(2)
  output numbers: f32[2] = y${train("mse(y, numbers)")}`,
  ),
  modelOf(
    "Letters",
    `input letters: tokens[7] in 27
  y = letters -> one_hot -> flatten -> dense(5)
  output kind: class[5] = y -> softmax${train("cross_entropy(y, kind)")}`,
  ),
];
const [words, wide, twice, letters] = models;

let addon: Addon;
beforeAll(async () => {
  addon = await buildQuickly("embedding", models, nativeIsa(), () => ["infer", "step", "gradient"]);
}, 600_000);

describe.each(models)("$name", (model) => {
  it("predicts what its reference predicts", () => {
    for (const batch of [1, 8, 67]) checkForward(addon, model, batch);
  });

  it("is the same to the bit on any number of threads", () => {
    for (const batch of [1, 33]) checkThreads(addon, model, batch);
  });
});

it("gradients are those of finite differences", () => {
  for (const model of [wide!, twice!, letters!]) for (const batch of [1, 6]) checkLoss(addon, model, batch);
});

it("a step moves rows by their gradients, those of tokens that do not occur not at all", () => {
  for (const model of [twice!, letters!]) checkStep(addon, model, 3);
  const { inputs, parameters, targets } = draw(words!, 1);
  const native = open(addon, words!, parameters);
  native.step(inputs, [targets.get("kind")!]);
  const [before, after] = [parameters, native.parameters()].map((all) => all.get("y.embedding1.weight")!.data);
  native.dispose();
  const occurs = new Set(inputs.get("words")!.data);
  for (let token = 0; token < 23; token++) {
    const row = (data: Float64Array): Float64Array => data.subarray(token * 19, (token + 1) * 19);
    if (occurs.has(token)) expect(row(after!)).not.toEqual(row(before!));
    else expect(row(after!)).toEqual(row(before!));
  }
});

it("weight decay and moments act on the whole table; the row of padding stays 0", () => {
  const { inputs, targets } = draw(wide!, 4);
  const weight = wide!.layers[0]!.parameters[0]!;
  expect(weight.initializer).toEqual({ kind: "normal", std: 1, zeroRow: 7 });
  const first = initialValues({ ...weight, shape: weight.spec.shape }, 1);
  expect(first.subarray(2100, 2400)).toEqual(new Float32Array(300));
  expect(first.subarray(1800, 2100).every((x) => x !== 0)).toBe(true);
  const { parameters } = draw(wide!, 4);
  const native = open(
    addon,
    wide!,
    new Map(parameters).set(weight.name, { shape: [30, 300], data: Float64Array.from(first) }),
  );
  const given = new Map(inputs).set("words", {
    ...inputs.get("words")!,
    data: Float64Array.from({ length: 16 }, (_, i) => [7, 1, 2, 1][i % 4]!),
  });
  for (let step = 0; step < 3; step++) native.step(given, [targets.get("kind")!], { step });
  const moved = native.parameters().get(weight.name)!.data;
  native.dispose();
  expect(moved.subarray(2100, 2400)).toEqual(new Float64Array(300));
  // A row that never occurs: (1 - lr·decay)³ of what it was.
  for (let c = 0; c < 300; c++) expect(moved[9 * 300 + c]! / first[9 * 300 + c]!).toBeCloseTo((1 - 0.01 * 0.1) ** 3, 5);
});

it("native code refuses a token outside the vocabulary", () => {
  const { inputs, parameters, targets } = draw(words!, 3);
  const native: NativeModel = open(addon, words!, parameters);
  const { shape, data } = inputs.get("words")!;
  for (const [place, value] of [
    [13, 23],
    [26, -1],
  ] as const) {
    const wrong = new Map(inputs).set("words", { shape, data: data.map((token, i) => (i === place ? value : token)) });
    const message = `words: expected whole numbers from 0 to 22, got ${value} in sample ${Math.floor(place / 9)} at place ${place % 9}`;
    expect(() => native.infer(wrong)).toThrow(message);
    expect(() => native.step(wrong, [targets.get("kind")!])).toThrow(message);
  }
  native.dispose();
});
