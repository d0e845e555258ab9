import { beforeAll, describe, expect, it } from "vitest";
import { build } from "../../compiler/build/build.ts";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { modelsOf } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import {
  arrayDataset,
  defineModel,
  evaluate,
  fit,
  type ClassOutput,
  type Input,
  type ModelClass,
} from "../../runtime/index.ts";
import { textLength, texts, vocabulary } from "../support/texts.ts";
import { compileText, suiteFolder } from "./lenet.ts";
import { checkForward, checkLoss, checkStep, checkThreads } from "./network-check.ts";
import { buildQuickly } from "../support/build-quickly.ts";

/** Windows of two, three and four words, the strongest answer of each (Kim 2014, arXiv:1408.5882). */
const textCnn = (dropout: number): string => `cnn 1
model TextCNN(vocab=${vocabulary}, length=${textLength}, dim=19) {
  input words: tokens[length] in vocab
  e = words -> embedding(dim, padding=0)
  f2 = e -> conv(12, kernel=2) -> relu -> global_max_pool
  f3 = e -> conv(12, kernel=3, pad=1) -> relu -> global_max_pool
  f4 = e -> conv(12, kernel=4) -> relu -> global_max_pool
  logits = concat(f2, f3, f4) -> dropout(${dropout}) -> dense(2)
  output feeling: class("good", "bad") = logits -> softmax
  train {
    loss = cross_entropy(logits, feeling)
    optimizer = adam(lr=0.01)
    batch = 32
    epochs = 6
  }
}

model Letters {
  input letters: tokens[31] in 27
  logits = letters -> one_hot -> conv(16, kernel=5, stride=2) -> tanh -> global_max_pool -> dense(3)
  output language: class[3] = logits -> softmax
  train { loss = cross_entropy(logits, language)  optimizer = sgd(lr=0.1) }
}
`;

interface TextTypes {
  inputs: { words: Input<Int32Array, readonly [typeof textLength]> };
  outputs: { feeling: ClassOutput<"good" | "bad"> };
  targets: "feeling";
  metrics: "feeling.accuracy";
}

// Adam moves by more than the gradient, dropout draws: steps and gradients are compared without.
const plain = modelsOf(textCnn(0).replace("adam(lr=0.01)", "sgd(lr=0.1)"), "text-cnn.cnn");

describe.each(plain)("$name", (model) => {
  let addon: Addon;
  beforeAll(async () => {
    addon = await buildQuickly(`text_cnn_${model.name}`, [model], nativeIsa(), () => ["infer", "step", "gradient"]);
  }, 600_000);

  it("predicts what its reference predicts", () => {
    for (const batch of [1, 11]) checkForward(addon, model, batch);
  });

  it("has the gradients of finite differences, and steps by them", () => {
    for (const batch of [1, 7]) checkLoss(addon, model, batch);
    checkStep(addon, model, 7);
  });

  it("is the same to the bit on any number of threads", () => {
    for (const batch of [1, 33]) checkThreads(addon, model, batch);
  });
});

describe("TextCNN, built", () => {
  const folder = suiteFolder();
  const models = compileText(textCnn(0.5), "text-cnn.cnn");
  let TextCNN: ModelClass<TextTypes>;
  beforeAll(async () => {
    const { addon } = await build(models, { name: "text-cnn", out: folder });
    TextCNN = defineModel<TextTypes>(models[0]!.manifest, addon);
  }, 600_000);

  const dataOf = (count: number, seed: number) => {
    const { words, bad } = texts(count, seed);
    return arrayDataset({ words: { data: words, sampleSize: textLength }, feeling: { data: bad, sampleSize: 1 } });
  };

  it("learns to find two words side by side: 97% of texts that it has not seen", async () => {
    using net = await TextCNN.load({ seed: 1, threads: 2 });
    await fit(net, dataOf(2000, 1), { seed: 1 });
    const { top1 } = await evaluate(net, dataOf(1000, 2));
    expect(top1).toBeGreaterThan(0.97);
    const padding = net.parameters.get("e.embedding1.weight").subarray(0, 19);
    expect(padding).toEqual(new Float32Array(19));
  });

  it("has the same weights after training on 1, 2 and 4 threads", async () => {
    const trained = async (threads: number) => {
      using net = await TextCNN.load({ seed: 3, threads });
      await fit(net, dataOf(200, 3), { seed: 3, epochs: 1 });
      return net.weightTensors().map(({ name, read }) => [name, read()]);
    };
    const alone = await trained(1);
    for (const threads of [2, 4]) expect(await trained(threads)).toEqual(alone);
  });
});
