import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { hashName, RandomStream } from "../../runtime/random/philox.ts";
import { suiteFolder } from "../compile/lenet.ts";
import { cnnc } from "./cnnc.ts";

/** A run of all that training has ends with the same bytes, however it was threaded, stopped or killed. */

const folder = suiteFolder();
const inFolder = (name: string): string => path.join(folder, `${name}.safetensors`);
const args = ["train", "test/cli/networks/everything.cnn", "--data", "examples/data", "--seed", "5"];
const moments = 20;

let whole: Buffer;
let milliseconds = 0;
beforeAll(async () => {
  // Once to compile it, once more to know how long a run takes.
  await cnnc([...args, "--quiet", "--epochs", "1", "--out", inFolder("first")]);
  const start = performance.now();
  const { code, stderr } = await cnnc([...args, "--quiet", "--checkpoint", "0", "--out", inFolder("whole")]);
  milliseconds = performance.now() - start;
  expect([code, stderr]).toEqual([0, ""]);
  whole = fs.readFileSync(inFolder("whole"));
}, 120_000);

const isWhole = (out: string): boolean => fs.existsSync(out) && fs.readFileSync(out).equals(whole);

describe("a run ends with the same weights", () => {
  test.each(["1", "2", "4"])("on %s threads", async (threads) => {
    const out = inFolder(`threads${threads}`);
    expect(await cnnc([...args, "--quiet", "--threads", threads, "--out", out])).toMatchObject({ code: 0, stderr: "" });
    expect(isWhole(out)).toBe(true);
  });

  test("after Ctrl-C half-way", async () => {
    const out = inFolder("stopped");
    const stopped = await cnnc([...args, "--out", out], {
      onOutput: (stdout, kill) => void (/^epoch 1/.test(stdout) && kill("SIGINT")),
    });
    expect(stopped.code).toBe(130);
    expect(await cnnc([...args, "--quiet", "--resume", out, "--out", out])).toMatchObject({ code: 0, stderr: "" });
    expect(isWhole(out)).toBe(true);
  });

  const random = new RandomStream(1, hashName("moments"));
  test.each(Array.from({ length: moments }, (_, i) => [i + 1, Math.round(100 * random.uniform()) / 100] as const))(
    "after kill -9 at random moment %i (%d of a run)",
    async (i, share) => {
      const out = inFolder(`killed${i}`);
      await cnnc([...args, "--quiet", "--checkpoint", "0", "--out", out], {
        onStart: (child) => void setTimeout(() => child.kill("SIGKILL"), share * milliseconds),
      });
      // Killed before its first step, a run has left nothing and begins anew; the weights of one that had ended are there.
      if (!isWhole(out)) {
        const resume = fs.existsSync(out) ? ["--resume", out] : [];
        expect(await cnnc([...args, "--quiet", ...resume, "--out", out])).toMatchObject({ code: 0, stderr: "" });
      }
      expect(isWhole(out)).toBe(true);
    },
  );
});
