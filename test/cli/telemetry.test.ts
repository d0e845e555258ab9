import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import protobuf from "protobufjs";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { maskedCrc32c } from "../../compiler/telemetry/crc32c.ts";
import { plant } from "../support/paths.ts";
import { cnnc } from "./cnnc.ts";

const net = `cnn 1
/// Of <b>clothes</b>.
model Small {
  input image: u8[1, 28, 28]
  logits = image -> normalize(mean=[0.286], std=[0.353]) -> conv(4, kernel=5, stride=3) -> batch_norm -> relu
    -> flatten -> dense(10)
  output clothing: class("T-shirt", "Trouser", "<i>Pullover", "Dress", "Coat",
                         "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot") = logits -> softmax
  train { loss = cross_entropy(logits, clothing)  optimizer = sgd(lr=0.1)  batch = 64  epochs = 2 }
}
`;
let folder = "";
const at = (name: string): string => path.join(folder, name);
const train = (...args: string[]) =>
  cnnc(["train", at("small.cnn"), "--data", "examples/data", "--out", at("small.safetensors"), ...args]);

interface Line {
  readonly epoch: number;
  readonly validation: { readonly metrics: Readonly<Record<string, number>> };
  readonly loss: number;
}
const lines = (file: string): Line[] =>
  fs
    .readFileSync(at(file), "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-telemetry-"));
  plant(folder, { "small.cnn": net, "log.jsonl": "of an earlier run\n" });
  const all = ["--log", at("log.jsonl"), "--tensorboard", at("events"), "--report", at("report.html")];
  const { code, stdout, stderr } = await train("--epochs", "3", ...all);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain(`report in ${at("report.html")}\n`);
  fs.renameSync(at("small.safetensors"), at("followed.safetensors"));
});

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe("cnnc train --log", () => {
  test("writes a line of JSON for each epoch", () => {
    const number = expect.any(Number);
    const line = (epoch: number) => ({
      ...{ epoch, step: 169 * epoch, loss: number, metrics: { "clothing.accuracy": number }, learningRate: 0.1 },
      validation: {
        top1: number,
        metrics: { "clothing.accuracy": number, "clothing.top5": number, "clothing.loss": number },
      },
      deadUnits: [{ layer: "logits.relu1", units: 4, dead: number }],
      gradientNorms: { "logits.conv1": number, "logits.batch_norm1": number, "logits.dense1": number },
      ...{ seconds: number, imagesPerSecond: number },
    });
    expect(lines("log.jsonl")).toEqual([line(1), line(2), line(3)]);
  });

  test("adds to it where a run goes on", async () => {
    const args = ["train", at("small.cnn"), "--data", "examples/data", "--out", at("part"), "--log", at("part.jsonl")];
    let sent = false;
    const stopped = await cnnc([...args, "--epochs", "4"], {
      onOutput: (stdout, kill) => {
        // A second one would end the process at once.
        if (sent || !stdout.includes("epoch 1/4")) return;
        sent = true;
        kill("SIGINT");
      },
    });
    expect(stopped.code).toBe(130);
    expect((await cnnc([...args, "--resume", at("part")])).code).toBe(0);
    expect(lines("part.jsonl").map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
  });

  test("says where it cannot be written", async () => {
    const { code, stderr } = await train("--log", at("nowhere/log"));
    expect([code, stderr]).toEqual([2, expect.stringContaining(`${at("nowhere/log")} cannot be written`)]);
  });
});

const { root } = protobuf.parse(`syntax = "proto3";
  message Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }
  message Summary { message Value { string tag = 1; float simple_value = 2; } repeated Value value = 1; }`);

interface Event {
  readonly step: number;
  readonly fileVersion?: string;
  readonly summary?: { readonly value: readonly { readonly tag: string; readonly simpleValue: number }[] };
}

/** The events of the one file of a TensorBoard run; checksums must be right. */
function events(run: string): Event[] {
  const [file, ...others] = fs.readdirSync(path.join(folder, "events", run));
  expect([file, others]).toEqual([expect.stringMatching(/^events\.out\.tfevents\.\d{10}\./), []]);
  const bytes = fs.readFileSync(path.join(folder, "events", run, file!));
  const found: Event[] = [];
  for (let place = 0; place < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(place));
    const message = bytes.subarray(place + 12, place + 12 + length);
    expect(bytes.readUInt32LE(place + 8)).toBe(maskedCrc32c(bytes.subarray(place, place + 8)));
    expect(bytes.readUInt32LE(place + 12 + length)).toBe(maskedCrc32c(message));
    const type = root.lookupType("Event");
    found.push(type.toObject(type.decode(message), { longs: Number }) as Event);
    place += 16 + length;
  }
  return found;
}

/** The points of a tag: epoch and value. */
const points = (run: string, tag: string): (readonly [number, number])[] =>
  events(run).flatMap(({ step, summary }) =>
    (summary?.value ?? []).filter((it) => it.tag === tag).map((it) => [step, it.simpleValue] as const),
  );

describe("cnnc train --tensorboard", () => {
  test("writes the same numbers as event files, training and validation as two runs", () => {
    expect(events("train")[0]).toMatchObject({ fileVersion: "brain.Event:2" });
    const epochs = lines("log.jsonl");
    expect(points("train", "loss")).toEqual(epochs.map(({ epoch, loss }) => [epoch, Math.fround(loss)]));
    expect(points("validation", "clothing.accuracy")).toEqual(
      epochs.map(({ epoch, validation }) => [epoch, Math.fround(validation.metrics["clothing.accuracy"]!)]),
    );
    const others = ["clothing.accuracy", "learning_rate", "samples_per_second", "dead_share/logits.relu1"];
    for (const tag of [...others, "gradient_norm/logits.conv1"]) expect(points("train", tag)).toHaveLength(3);
  });
});

describe("cnnc train --report", () => {
  const pictures = (page: string, alt: RegExp) =>
    Array.from(page.matchAll(/<img\s+src="data:image\/png;base64,([^"]*)"\s+alt="([^"]*)"/g))
      .filter(([, , text = ""]) => alt.test(text))
      .map(([, bytes = ""]) => sharp(Buffer.from(bytes, "base64")).metadata());

  test("writes a page with curves, mistakes, filters and layers", async () => {
    const page = fs.readFileSync(at("report.html"), "utf8");
    expect(page).toContain("Of &lt;b&gt;clothes&lt;/b&gt;.");
    expect(page).toContain("&lt;i&gt;Pullover");
    expect(page).toContain("With the last weights, on 2,000 samples of test data.");
    const size = { format: "png", channels: expect.any(Number) };
    const worst = await Promise.all(pictures(page, /^sample \d+$/));
    expect(worst).toEqual(Array(24).fill(expect.objectContaining({ ...size, width: 28, height: 28 })));
    const filters = await Promise.all(pictures(page, /^filter \d+$/));
    expect(filters).toEqual(Array(4).fill(expect.objectContaining({ ...size, width: 5, height: 5 })));
    const counts = Array.from(page.matchAll(/<td\s+class="(?:right|wrong)[^>]*>(\d*)<\/td/g), ([, it]) => Number(it));
    expect([counts.length, counts.reduce((sum, it) => sum + it)]).toEqual([100, 2000]);
    expect(page).toMatch(/sgd\(lr=0\.1/);
    expect(page).toContain("10,800 for training, 1,200 for validation, 2,000 for test");
  });

  test("leaves the weights as they are without one", async () => {
    const followed = fs.readFileSync(at("followed.safetensors"));
    expect((await train("--epochs", "3", "--quiet")).code).toBe(0);
    expect(fs.readFileSync(at("small.safetensors")).equals(followed)).toBe(true);
  });

  test("names a folder that is not there before it trains", async () => {
    const { code, stdout, stderr } = await train("--report", at("nowhere/report.html"));
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining("report.html cannot be written there")]);
  });
});
