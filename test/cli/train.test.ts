import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readMnist } from "../../runtime/index.ts";
import { plant, root } from "../support/paths.ts";
import { cnnc, cnncJson, lenet } from "./cnnc.ts";

const data = "examples/data";
let folder = "";
let weights = "";

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-cli-"));
  weights = path.join(folder, "lenet.safetensors");
  const trained = await cnnc(["train", lenet, "--data", data, "--seed", "1", "--epochs", "2", "--out", weights]);
  expect(trained.stderr).toBe("");
  expect(trained.code).toBe(0);
  expect(trained.stdout).toMatch(
    /^epoch 1\/2 {2}loss \d\.\d{4} {2}accuracy \d+\.\d% {2}validation \d+\.\d% {2}top-5 \d+\.\d% {2}[\d,]+ images\/s {2}.*s\nepoch 2\/2/,
  );
  expect(trained.stdout).toMatch(/\non 2,000 images of test data:\nclothing +images +precision +recall /);
  expect(trained.stdout).toMatch(/\nAnkle boot +200 +\d+\.\d% +\d+\.\d% +\w/);
  expect(trained.stdout).toMatch(/\ntest accuracy: \d\d\.\d%\n$/);
});

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe("cnnc build", () => {
  test("writes the module, and takes it from the cache the second time", async () => {
    const out = path.join(folder, "build");
    interface Built {
      readonly cached: boolean;
      readonly files: readonly { readonly name: string; readonly bytes: number }[];
    }
    await cnncJson<Built>(["build", lenet, "--out", out]);
    const { cached, files } = await cnncJson<Built>(["build", lenet, "--out", out]);
    expect(cached).toBe(true);
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["lenet.node", "index.js", "index.d.ts", "lenet.h"]),
    );
    for (const { name, bytes } of files) expect(fs.statSync(path.join(out, name)).size).toBe(bytes);
    const { stdout } = await cnnc(["build", lenet, "--out", out]);
    expect(stdout).toMatch(/^LeNet \([\w-]+\) in /);
    expect(stdout).toContain("from the cache");
  });

  test("builds nothing from a wrong file", async () => {
    const out = path.join(folder, "nothing");
    const { code, stderr } = await cnnc(["build", "test/check/cases/CNN202-misspelt.cnn", "--out", out]);
    expect([code, stderr, fs.existsSync(out)]).toEqual([1, expect.stringContaining("CNN202"), false]);
  });
});

describe("cnnc train", () => {
  test("gives the same weights for the same seed and any number of threads", async () => {
    const again = path.join(folder, "again.safetensors");
    const args = ["train", lenet, "--data", data, "--seed", "1", "--epochs", "2", "--out", again];
    const { stdout } = await cnnc([...args, "--threads", "1", "--quiet"]);
    expect(stdout).toMatch(/^test accuracy: \d\d\.\d%\n$/);
    expect(fs.readFileSync(again).equals(fs.readFileSync(weights))).toBe(true);
  });

  test("tells programs about epochs and the test", async () => {
    const out = path.join(folder, "json.safetensors");
    const args = ["train", lenet, "--data", data, "--epochs", "1", "--batch", "128", "--validation", "0", "--out", out];
    const result = await cnncJson<{ epochs: object[]; test: object; stopped: boolean }>(args);
    expect(result).toMatchObject({ stopped: false, weights: out, test: { samples: 2000, top1: expect.any(Number) } });
    expect(result.epochs).toEqual([
      {
        epoch: 1,
        loss: expect.any(Number),
        step: 94,
        metrics: { "clothing.accuracy": expect.any(Number) },
        learningRate: expect.any(Number),
        deadUnits: [],
        gradientNorms: Object.fromEntries(
          ["conv1", "conv2", "dense1", "dense2", "dense3"].map((layer) => [`logits.${layer}`, expect.any(Number)]),
        ),
        seconds: expect.any(Number),
        imagesPerSecond: expect.any(Number),
      },
    ]);
  });

  test("stops at Ctrl-C, keeps what it has, and goes on from there", async () => {
    const [whole, part, rest] = ["whole", "part", "rest"].map((name) => path.join(folder, `${name}.safetensors`)) as [
      string,
      string,
      string,
    ];
    const args = ["train", lenet, "--data", data, "--epochs", "6", "--seed", "7"];
    await cnnc([...args, "--out", whole]);
    let sent = false;
    const stopped = await cnnc([...args, "--out", part], {
      onOutput: (stdout, kill) => {
        if (sent || !stdout.includes("epoch 1/6")) return;
        sent = true;
        kill("SIGINT");
      },
    });
    expect([stopped.code, stopped.stderr]).toEqual([130, expect.stringContaining(`weights so far in ${part}`)]);
    // The seed is the checkpoint's.
    const resumed = await cnnc([...args.slice(0, -2), "--resume", part, "--out", rest]);
    expect(resumed.stderr).toBe("");
    expect(fs.readFileSync(rest).equals(fs.readFileSync(whole))).toBe(true);
  });

  test("goes on after kill -9 from the latest checkpoint, as if nothing had happened", async () => {
    const [whole, killed] = ["unkilled", "killed"].map((name) => path.join(folder, `${name}.safetensors`)) as [
      string,
      string,
    ];
    const args = ["train", lenet, "--data", data, "--epochs", "3", "--seed", "11", "--quiet"];
    await cnnc([...args, "--out", whole]);
    const begun = await cnnc([...args, "--checkpoint", "0", "--out", killed], {
      onStart: (child) => {
        const look = setInterval(() => fs.existsSync(killed) && child.kill("SIGKILL"), 20);
        child.on("close", () => clearInterval(look));
      },
    });
    expect(begun.code).toBe(null);
    const resumed = await cnnc([...args, "--resume", killed, "--out", killed]);
    expect([resumed.code, resumed.stderr]).toEqual([0, ""]);
    expect(fs.readFileSync(killed).equals(fs.readFileSync(whole))).toBe(true);
  });

  test("warns once of a layer whose units are dead", async () => {
    plant(folder, {
      "dying.cnn": `cnn 1
model Dying {
  input image: u8[1, 28, 28]
  logits = image -> normalize(mean=[0.286], std=[0.353]) -> flatten -> dense(40) -> relu -> dense(10)
  output clothing: class[10] = logits -> softmax
  train { loss = cross_entropy(logits, clothing)  optimizer = sgd(lr=0.9, momentum=0.9)  batch = 64 }
}`,
    });
    const args = ["train", path.join(folder, "dying.cnn"), "--data", data, "--epochs", "2"];
    const out = ["--out", path.join(folder, "dying.safetensors")];
    const { code, stdout, stderr } = await cnnc([...args, ...out]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^epoch 1\/2 .* dead units \d+\.\d% .*\nepoch 2\/2 .* dead units \d+\.\d%/);
    expect(stderr).toMatch(
      /^warning: logits\.relu1: \d+ of 40 units fired for no sample of this epoch; a smaller learning rate, .*\n$/,
    );
    const { epochs } = await cnncJson<{ epochs: { deadUnits: unknown }[] }>([...args, ...out, "--warn-dead", "0.99"]);
    expect(epochs[1]!.deadUnits).toEqual([{ layer: "logits.relu1", units: 40, dead: expect.any(Number) }]);
  });

  test("needs a train section", async () => {
    plant(folder, {
      "no-train.cnn":
        "model M { input x: u8[1, 28, 28]  output y: class[784] = x -> normalize(mean=[0], std=[1]) -> flatten -> softmax }",
    });
    const { code, stderr } = await cnnc(["train", path.join(folder, "no-train.cnn"), "--data", data]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("M has no train section")]);
  });
});

describe("cnnc eval", () => {
  test("tells programs the accuracy", async () => {
    const result = await cnncJson<{ top1: number; outputs: { clothing: { confusion: number[][] } } }>([
      "eval",
      lenet,
      "--weights",
      weights,
      "--data",
      data,
    ]);
    expect(result.top1).toBeGreaterThan(0.7);
    expect(result).toMatchObject({ model: "LeNet", samples: 2000 });
    expect(result.outputs.clothing.confusion.flat().reduce((sum, count) => sum + count)).toBe(2000);
  });

  test("tells people about each class", async () => {
    const { code, stdout } = await cnnc(["eval", lenet, "--weights", weights, "--data", data]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Ankle boot +200 +\d+\.\d% +\d+\.\d% +\w/);
    expect(stdout).toMatch(/\naccuracy \d\d\.\d%, top-5 \d\d\.\d%, loss/);
  });

  test.each([
    ["nowhere.safetensors", /nowhere\.safetensors/],
    [lenet, /not a safetensors file/],
  ])("says what is wrong with weights from %s", async (file, message) => {
    const { code, stderr } = await cnnc(["eval", lenet, "--weights", file, "--data", data]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

interface Predicted {
  readonly source: string;
  readonly outputs: {
    readonly clothing: { readonly label: string; readonly probability: number; readonly top: unknown[] };
  };
}

describe("cnnc predict", () => {
  test("reads rows of an IDX file, and pictures: the same pixels, the same answer", async () => {
    const rows = await cnncJson<Predicted[]>(["predict", lenet, "--weights", weights, "--data", data, "--rows", "0,5"]);
    expect(rows.map(({ source }) => source)).toEqual(["row 0", "row 5"]);
    const { images } = await readMnist(path.join(root, data), "test");
    const file = path.join(folder, "trousers.png");
    const raw = { width: 28, height: 28, channels: 1 } as const;
    await sharp(images.data.slice(5 * 784, 6 * 784), { raw })
      .png()
      .toFile(file);
    const [picture] = await cnncJson<Predicted[]>(["predict", lenet, "--weights", weights, file, "--top", "2"]);
    expect(picture?.outputs.clothing.label).toBe(rows[1]?.outputs.clothing.label);
    // Of another batch size, so in another order of additions.
    expect(picture?.outputs.clothing.probability).toBeCloseTo(rows[1]!.outputs.clothing.probability, 5);
    expect(picture?.outputs.clothing.top).toHaveLength(2);
    const { stdout } = await cnnc(["predict", lenet, "--weights", weights, file]);
    expect(stdout).toMatch(/^picture +clothing\n─.*\ntrousers\.png +Trouser \d+\.\d% {3}/);
  });

  test("says what is wrong with a picture", async () => {
    const { code, stderr } = await cnnc(["predict", lenet, "--weights", weights, lenet]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(lenet)]);
  });
});

describe("data in folders of pictures", () => {
  test("trains and evaluates", async () => {
    const { images, labels } = await readMnist(path.join(root, data), "test");
    const names = [
      "T-shirt",
      "Trouser",
      "Pullover",
      "Dress",
      "Coat",
      "Sandal",
      "Shirt",
      "Sneaker",
      "Bag",
      "Ankle boot",
    ];
    const pictures = path.join(folder, "pictures");
    for (const part of ["train", "test"])
      for (const name of names) fs.mkdirSync(path.join(pictures, part, name), { recursive: true });
    const raw = { width: 28, height: 28, channels: 1 } as const;
    for (let i = 0; i < 60; i++) {
      const part = i < 40 ? "train" : "test";
      const file = path.join(pictures, part, names[labels.data[i]!]!, `${i}.png`);
      await sharp(images.data.slice(784 * i, 784 * (i + 1)), { raw })
        .png()
        .toFile(file);
    }
    const out = path.join(folder, "pictures.safetensors");
    const trained = await cnnc(["train", lenet, "--data", pictures, "--epochs", "1", "--out", out]);
    expect([trained.code, trained.stdout]).toEqual([0, expect.stringContaining("test accuracy: ")]);
    const result = await cnncJson<{ samples: number }>(["eval", lenet, "--weights", out, "--data", pictures]);
    expect(result.samples).toBe(20);
  });
});
