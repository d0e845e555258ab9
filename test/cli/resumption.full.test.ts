import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { hashName, RandomStream } from "../../runtime/random/philox.ts";
import { suiteFolder } from "../compile/lenet.ts";
import { cnnc } from "./cnnc.ts";

/** A run of all that training has ends with the same bytes in all its files, however it was threaded, stopped or killed. */

const folder = suiteFolder();
const inFolder = (name: string): string => path.join(folder, `${name}.safetensors`);
const args = ["train", "test/cli/networks/everything.cnn", "--data", "examples/data", "--seed", "5"];
const kept = ["--quiet", "--checkpoint", "0", "--keep", "2", "--keep-best"];
const run = [...args, ...kept, "--epochs", "3", "--patience", "1"];
const moments = 20;

/** What a run has left: its files by what stands behind its name. A kill in the middle of one leaves a part under another name. */
function files(name: string): ReadonlyMap<string, string> {
  const own = fs.readdirSync(folder).filter((it) => it.startsWith(`${name}.`) && !it.endsWith(".tmp"));
  const bytes = (it: string): string =>
    createHash("sha256")
      .update(fs.readFileSync(path.join(folder, it)))
      .digest("hex");
  return new Map(own.map((it) => [it.slice(name.length), bytes(it)]));
}

let whole: ReadonlyMap<string, string>;
let milliseconds = 0;
beforeAll(async () => {
  // Once to compile it, once more to know how long a run takes.
  await cnnc([...args, "--quiet", "--epochs", "1", "--out", inFolder("first")]);
  const start = performance.now();
  const { code, stderr } = await cnnc([...run, "--out", inFolder("whole")]);
  milliseconds = performance.now() - start;
  expect([code, stderr]).toEqual([0, ""]);
  whole = files("whole");
  expect(whole.size).toBe(4);
}, 120_000);

/** Goes on, with what is no part of a checkpoint. */
async function goOn(name: string): Promise<void> {
  const out = inFolder(name);
  const resume = fs.existsSync(out) ? [...args, ...kept, "--resume", out] : run;
  expect(await cnnc([...resume, "--out", out])).toMatchObject({ code: 0, stderr: "" });
}

describe("a run ends with the same weights", () => {
  test.each(["1", "2", "4"])("on %s threads", async (threads) => {
    const name = `threads${threads}`;
    const ended = await cnnc([...run, "--threads", threads, "--out", inFolder(name)]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(files(name)).toEqual(whole);
  });

  test("after Ctrl-C half-way", async () => {
    let sent = false;
    const stopped = await cnnc([...run.filter((it) => it !== "--quiet"), "--out", inFolder("stopped")], {
      onOutput: (_stdout, kill) => {
        if (!sent) kill("SIGINT");
        sent = true;
      },
    });
    expect(stopped.code).toBe(130);
    await goOn("stopped");
    expect(files("stopped")).toEqual(whole);
  });

  const random = new RandomStream(1, hashName("moments"));
  test.each(Array.from({ length: moments }, (_, i) => [i + 1, Math.round(100 * random.uniform()) / 100] as const))(
    "after kill -9 at random moment %i (%d of a run)",
    async (i, share) => {
      const name = `killed${i}`;
      await cnnc([...run, "--out", inFolder(name)], {
        onStart: (child) => void setTimeout(() => child.kill("SIGKILL"), share * milliseconds),
      });
      // Killed before its first step, a run has left nothing and begins anew; one that had ended has left all.
      const ended = files(name).get(".safetensors") === whole.get(".safetensors");
      if (!ended) await goOn(name);
      expect(files(name)).toEqual(whole);
    },
  );
});
