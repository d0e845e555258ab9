import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { npy } from "../support/npy.ts";
import { plant } from "../support/paths.ts";
import { textLength, texts, vocabulary } from "../support/texts.ts";
import { cnnc, cnncJson } from "./cnnc.ts";

let folder = "";
const at = (name: string): string => path.join(folder, name);

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-text-"));
  plant(folder, {
    "review.cnn": `cnn 1
model Review {
  input words: tokens[${textLength}] in ${vocabulary}
  scores = words -> embedding(8, padding=0) -> conv(16, kernel=2) -> relu -> global_max_pool -> dense(2)
  output feeling: class("good", "bad") = scores -> softmax
  train {
    loss = cross_entropy(scores, feeling)
    optimizer = adam(lr=0.01)
    batch = 32
    epochs = 6
  }
}`,
  });
  for (const [part, count] of [
    ["train", 2000],
    ["test", 300],
  ] as const) {
    const { words, bad } = texts(count, count);
    fs.writeFileSync(at(`${part}-words.npy`), npy("<i4", [count, textLength], words));
    fs.writeFileSync(at(`${part}-feeling.npy`), npy("<i8", [count], BigInt64Array.from(bad, BigInt)));
  }
});

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe("a model of texts in NPY files", () => {
  test("is trained, measured and asked", async () => {
    const [file, weights] = [at("review.cnn"), at("review.safetensors")];
    const trained = await cnnc(["train", file, "--data", folder, "--seed", "1", "--out", weights]);
    expect([trained.code, trained.stderr]).toEqual([0, ""]);
    expect(trained.stdout).toMatch(/^epoch 1\/6 .* [\d,]+ samples\/s/);
    expect(Number(/test accuracy: ([\d.]+)%/.exec(trained.stdout)?.[1])).toBeGreaterThan(95);

    const measured = await cnncJson<{ top1: number; samples: number }>([
      "eval",
      file,
      ...["--weights", weights, "--data", folder],
    ]);
    expect(measured.samples).toBe(300);
    expect(measured.top1).toBeGreaterThan(0.95);

    const asked = ["predict", file, "--weights", weights, "--data", folder];
    const rows = await cnncJson<{ source: string; outputs: { feeling: { label: string } } }[]>([
      ...asked,
      ...["--rows", "0..9"],
    ]);
    const { bad } = texts(300, 300);
    const right = rows.filter(({ outputs }, i) => outputs.feeling.label === (bad[i] ? "bad" : "good"));
    expect(right.length).toBeGreaterThanOrEqual(9);
    const { stdout } = await cnnc([...asked, "--rows", "3"]);
    expect(stdout).toMatch(/^sample +feeling\n─.*\nrow 3 +(good|bad) \d+\.\d% {3}/);
    const beyond = await cnnc([...asked, "--rows", "300"]);
    expect([beyond.code, beyond.stderr]).toEqual([2, expect.stringContaining("there is no row 300; the file has 300")]);
  });

  test("hears of files that are missing, of tokens outside the vocabulary, and of pictures", async () => {
    const other = at("other");
    fs.mkdirSync(other);
    const args = ["train", at("review.cnn"), "--data", other, "--out", at("other.safetensors")];
    const nothing = await cnnc(args);
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining("NPY files (train-words.npy, …)")]);
    const { words } = texts(50, 1);
    fs.writeFileSync(path.join(other, "train-words.npy"), npy("<i4", [50, textLength], words.with(30, vocabulary)));
    const half = await cnnc(args);
    expect([half.code, half.stderr]).toEqual([2, expect.stringContaining("train-feeling.npy")]);
    fs.writeFileSync(path.join(other, "train-feeling.npy"), npy("|u1", [50], new Uint8Array(50)));
    const wrong = await cnnc(args);
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringMatching(/words: expected whole numbers from 0 to 59, got 60 in sample \d+ at place 6/),
    ]);
    const picture = await cnnc(["predict", at("review.cnn"), "--weights", at("none"), "a.png"]);
    expect([picture.code, picture.stderr]).toEqual([2, expect.stringContaining("words takes tokens")]);
  });
});
