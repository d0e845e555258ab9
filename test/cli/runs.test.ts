import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AnyModel } from "../../compiler/cli/load.ts";
import { defineModel, fit, openImageFolder } from "../../runtime/index.ts";
import type { Manifest } from "../../runtime/index.ts";
import { idx } from "../support/idx.ts";
import { plant } from "../support/paths.ts";
import { cnnc, cnncJson, lenet } from "./cnnc.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-runs-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => path.join(folder, name);

const network = (classes: string) => `model Grey {
  input x: u8[1, 4, 4]
  logits = x -> normalize(mean=[0.5], std=[0.5]) -> flatten -> dense(3)
  output y: ${classes} = softmax(logits)
  train { loss = cross_entropy(logits, y)  optimizer = sgd(lr=0.1)  batch = 4  epochs = 30 }
}`;

const brightness = { a: 10, b: 128, c: 245 } as const;

async function pictures(to: string, names: readonly (keyof typeof brightness)[]): Promise<void> {
  for (const name of names) {
    const g = brightness[name];
    const create = { width: 4, height: 4, channels: 3, background: { r: g, g, b: g } } as const;
    fs.mkdirSync(path.join(to, name), { recursive: true });
    for (let i = 0; i < 4; i++)
      await sharp({ create })
        .png()
        .toFile(path.join(to, name, `${i}.png`));
  }
}

let grey = "";
let data = "";
beforeAll(async () => {
  plant(folder, {
    "grey.cnn": network("class[3]"),
    "two.cnn": network("class[3]").replace("dense(3)", "dense(2)").replace("[3]", "[2]"),
  });
  grey = at("grey.cnn");
  data = at("pictures");
  await pictures(path.join(data, "train"), ["a", "b", "c"]);
  await pictures(path.join(data, "test"), ["b", "c"]);
});

describe("folders of pictures for a class output without names", () => {
  test("test/ has the numbers of train/, even where it lacks a folder", async () => {
    const out = at("grey.safetensors");
    const args = ["--data", data, "--validation", "0", "--epochs", "200", "--out", out];
    const trained = await cnncJson<{ test: { top1: number } }>(["train", grey, ...args]);
    expect(trained.test.top1).toBe(1);
    const { top1 } = await cnncJson<{ top1: number }>(["eval", grey, "--data", data, "--weights", out]);
    expect(top1).toBe(1);
  });

  test("another number of folders than classes is refused", async () => {
    const { code, stderr } = await cnnc(["train", at("two.cnn"), "--data", data]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("train has 3 folders, but the model has 2 classes")]);
  });
});

test("a test set without pictures is an error", async () => {
  const empty = at("empty");
  fs.mkdirSync(empty, { recursive: true });
  fs.writeFileSync(path.join(empty, "t10k-images-idx3-ubyte"), idx([0, 4, 4], []));
  fs.writeFileSync(path.join(empty, "t10k-labels-idx1-ubyte"), idx([0], []));
  for (const command of ["eval", "predict"]) {
    const { code, stderr } = await cnnc([command, grey, "--data", empty, "--weights", "w"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("the data set is empty")]);
  }
});

describe("a run that is stopped", () => {
  const args = ["train", lenet, "--data", "examples/data", "--epochs", "3", "--seed", "7"];
  const checkpoint = at("checkpoint.safetensors");

  test("by SIGTERM keeps what it has", async () => {
    let sent = false;
    const stopped = await cnnc([...args, "--out", checkpoint], {
      onOutput: (stdout, kill) => {
        if (!sent && stdout.includes("epoch 1/3")) kill("SIGTERM");
        sent ||= stdout.includes("epoch 1/3");
      },
    });
    expect([stopped.code, stopped.stderr]).toEqual([143, expect.stringContaining(`weights so far in ${checkpoint}`)]);
  });

  test.each([
    ["--epochs", "9", "the run began with 3 epochs and cannot go on with 9"],
    ["--batch", "8", "the run began with 64 samples per step and cannot go on with 8"],
    ["--validation", "0.2", /the run began with \d+ samples of training data and cannot go on with \d+/],
    ["--seed", "8", "the run began with the seed 7 and cannot go on with 8"],
  ])("does not go on with another %s", async (option, value, message) => {
    const before = fs.readFileSync(checkpoint);
    const command = ["train", lenet, "--data", "examples/data", "--resume", checkpoint, "--out", checkpoint];
    const { code, stderr } = await cnnc([...command, option, value]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(fs.readFileSync(checkpoint).equals(before)).toBe(true);
  });
});

test("a run without a step left is brought to its end", async () => {
  // A checkpoint of a run's last step, as a program writes it.
  const ended = at("ended.safetensors");
  const built = at("built");
  await cnncJson(["build", grey, "--out", built]);
  const text = fs.readFileSync(path.join(built, "manifest.json"), "utf8");
  const manifest = (JSON.parse(text) as { models: [Manifest] }).models[0];
  await using net = await defineModel<AnyModel>(manifest, path.join(built, "grey.node")).load();
  const shape = manifest.inputs[0]!.shape;
  const train = await openImageFolder(path.join(data, "train"), { input: "x", target: "y", shape });
  await (await fit(net, train as never)).trainer.save(ended);
  await net.save(at("weights.safetensors"));
  const again = ["train", grey, "--data", data, "--validation", "0", "--resume", ended, "--out", ended];
  const { code, stderr } = await cnnc(again);
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining("has all 90 steps of its run: only its end is done again"),
  ]);
  // As if it had not been killed between its last checkpoint and its end.
  expect(fs.readFileSync(ended).equals(fs.readFileSync(at("weights.safetensors")))).toBe(true);
});

test("a reader that goes away does not end training", async () => {
  const out = at("piped.safetensors");
  const { code, stderr } = await cnnc(["train", grey, "--data", data, "--validation", "0", "--out", out], {
    onStart: (child) => child.stdout?.destroy(),
  });
  expect([code, stderr, fs.existsSync(out)]).toEqual([0, "", true]);
});

test("a build that is stopped by SIGTERM leaves no work folder", async () => {
  const cache = at("cache");
  let poll: NodeJS.Timeout | undefined;
  const { code } = await cnnc(["build", grey, "--out", at("stopped")], {
    env: { CNNC_CACHE: cache },
    onStart: (child) => {
      poll = setInterval(() => {
        if (!fs.existsSync(cache) || !fs.readdirSync(cache).some((name) => name.startsWith("build-"))) return;
        child.kill("SIGTERM");
        clearInterval(poll);
      }, 20);
    },
  });
  clearInterval(poll);
  expect([code, fs.readdirSync(cache).filter((name) => name.startsWith("build-"))]).toEqual([143, []]);
});
