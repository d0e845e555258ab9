import { type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { npy } from "../support/npy.ts";
import { plant } from "../support/paths.ts";
import { tarEnd, tarMember } from "../support/tar.ts";
import { cnnc } from "./cnnc.ts";

/**
 * An epoch over 20 GiB takes no more memory at its end than at its beginning. On the disk are 1 GiB of shards, each under
 * twenty names, and a file with a hole: a reader takes all of them for different bytes, and so reads them all.
 */

const gib = 2 ** 30;
const total = 20 * gib;
const own = 4;
const shardBytes = gib / own;

const network = `model Stream {
  input image: u8[3, 256, 256]
  logits = image -> normalize(mean=[0.5, 0.5, 0.5], std=[0.5, 0.5, 0.5]) -> avg_pool(8)
    -> conv(8, kernel=3, stride=2) -> tanh -> global_avg_pool -> dense(2)
  output kind: class[2] = softmax(logits)
  train { loss = cross_entropy(logits, kind)  optimizer = sgd(lr=0.01)  batch = 64  epochs = 1 }
}`;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-streaming-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]): string => path.join(folder, ...names);
beforeAll(() => plant(folder, { "stream.cnn": network, "shards/README": "", "arrays/README": "" }));

/** Some photographs, or what is as large: 1024×1024, with grain. */
function pictures(count: number): Promise<Buffer[]> {
  const size = 1024;
  return Promise.all(
    Array.from({ length: count }, (_, picture) => {
      let state = picture + 1;
      const pixels = Uint8Array.from({ length: 3 * size * size }, (_, i) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return 128 + 60 * Math.sin(i / (500 + 40 * picture)) + (state >>> 26);
      });
      return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
        .jpeg({ quality: 85 })
        .toBuffer();
    }),
  );
}

function writeShard(file: string, jpegs: readonly Buffer[]): void {
  const fd = fs.openSync(file, "w");
  for (let bytes = 0, i = 0; bytes < shardBytes; i++) {
    const jpeg = jpegs[i % jpegs.length]!;
    bytes += fs.writeSync(fd, Buffer.concat([tarMember(`${i}.jpg`, jpeg), tarMember(`${i}.cls`, String(i % 2))]));
  }
  fs.writeSync(fd, tarEnd);
  fs.closeSync(fd);
}

/** MiB of memory that a process has, looked at twice a second. */
function watch(child: ChildProcess, seen: number[]): void {
  const timer = setInterval(() => {
    const status = fs.readFileSync(`/proc/${child.pid}/status`, { encoding: "utf8", flag: "r" });
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
    if (kilobytes !== undefined) seen.push(Number(kilobytes) / 1024);
  }, 500);
  child.on("exit", () => clearInterval(timer));
}

/**
 * The memory of an epoch over a folder: the middle of what was seen in its second quarter and in its last, and the most. Pictures
 * that are being decoded come and go, by some tens of MiB, and make the most of a quarter; what is never given back
 * moves its middle too.
 */
async function train(data: string): Promise<{ readonly early: number; readonly late: number; readonly most: number }> {
  const args = ["train", at("stream.cnn"), "--data", data, "--validation", "0", "--out", at("stream.safetensors")];
  const seen: number[] = [];
  const { code, stdout, stderr } = await cnnc(args, { onStart: (child) => watch(child, seen) });
  expect([code, stderr]).toEqual([0, ""]);
  const quarters = [0, 1, 2, 3].map((i) =>
    seen.slice(Math.floor((i * seen.length) / 4), Math.floor(((i + 1) * seen.length) / 4)).sort((a, b) => a - b),
  );
  const [, early, , late] = quarters.map((quarter) => Math.round(quarter[quarter.length >> 1]!));
  const most = Math.round(Math.max(...seen));
  const told = quarters.map((quarter) => [quarter[0]!, quarter[quarter.length >> 1]!, quarter.at(-1)!].map(Math.round));
  console.log(
    `${path.basename(data)}: least, middle and most MiB of each quarter ${told.map((it) => it.join("-")).join(", ")}; ${stdout.split("\n")[0]}`,
  );
  return { early: early!, late: late!, most };
}

describe("an epoch over 20 GiB has as much memory at its end as before", () => {
  test("of shards of JPEG pictures", async () => {
    const jpegs = await pictures(32);
    for (let shard = 0; shard < own; shard++) {
      writeShard(at(`${shard}.tar`), [...jpegs.slice(shard), ...jpegs.slice(0, shard)]);
      for (let name = shard; name < total / shardBytes; name += own)
        fs.linkSync(at(`${shard}.tar`), at("shards", `train-${String(name).padStart(6, "0")}.tar`));
    }
    const { early, late, most } = await train(at("shards"));
    expect(late).toBeLessThan(1.1 * early);
    expect(most).toBeLessThan(700);
  }, 3_600_000);

  test("of an NPY file", async () => {
    const shape = [3, 256, 256];
    const size = Math.ceil(total / (3 * 256 * 256));
    const header = npy("|u1", [size, ...shape], new Uint8Array(0));
    fs.writeFileSync(at("arrays", "train-image.npy"), header);
    fs.truncateSync(at("arrays", "train-image.npy"), header.length + size * 3 * 256 * 256);
    fs.writeFileSync(at("arrays", "train-kind.npy"), npy("|u1", [size], new Uint8Array(size)));
    const { early, late, most } = await train(at("arrays"));
    expect(late).toBeLessThan(1.1 * early);
    expect(most).toBeLessThan(700);
  }, 3_600_000);
});
