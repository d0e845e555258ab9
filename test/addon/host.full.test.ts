import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseSafetensors } from "../../runtime/index.ts";
import { hostSources } from "../support/host-sources.ts";
import { corruptFiles, formatsFile, soundFile } from "../support/safetensors-files.ts";
import { mutations } from "../support/mutations.ts";
import { run } from "./fake-addon.ts";

/** Parts of the host by themselves, in C++ programs that print what is wrong. */

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-host-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const native = path.resolve(import.meta.dirname, "../../native");

async function build(name: string, sources: readonly string[], flags: readonly string[]): Promise<string> {
  const program = path.join(folder, name);
  const warnings = ["-Wall", "-Wextra", "-Werror", "-I", path.join(native, "addon")];
  await run("g++", ["-std=c++20", ...warnings, ...flags, ...sources, "-pthread", "-ldl", "-o", program]);
  return program;
}

const checks = (name: string) => path.join(import.meta.dirname, "fake-model", name);
const pool = [checks("pool-check.cc"), path.join(native, "parallel/pool.cc")];

describe("the thread pool", () => {
  it("runs every unit once, for many callers, and in a forked child", async () => {
    expect(await run(await build("plain", pool, ["-O2"]), [])).toBe("done\n");
  });

  it("has no data race", async () => {
    const program = await build("watched", pool, ["-O1", "-g", "-fsanitize=thread"]);
    // The sanitizer's shadow memory wants addresses where it expects them.
    expect(await run("setarch", ["-R", program, "few"])).toBe("done\n");
  });
});

/** Any access outside memory ends the program. */
const watched = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover"];

describe("the reader of weights for C", () => {
  const isSound = (bytes: Uint8Array): boolean => {
    try {
      parseSafetensors(bytes);
      return true;
    } catch {
      return false;
    }
  };

  /** As %.9g prints it. */
  const printed = (value: number): number => Number(value.toPrecision(9));

  it("reads every format, refuses files that are damaged, and survives random ones", async () => {
    const names = ["addon/c/safetensors.cc", "addon/c/json-reader.cc"].map((it) => path.join(native, it));
    const program = await build("safetensors", [checks("safetensors-check.cc"), ...names], watched);
    const answers = async (files: readonly Uint8Array[]) => {
      const paths = files.map((bytes, i) => {
        const file = path.join(folder, `weights${i}`);
        fs.writeFileSync(file, bytes);
        return file;
      });
      return (await run(program, paths)).split("\n").slice(0, -1);
    };
    const damaged = Object.entries(corruptFiles);
    const found = await answers(damaged.map(([, bytes]) => bytes));
    expect(damaged.filter((_, i) => found[i]!.startsWith("read")).map(([what]) => what)).toEqual([]);
    expect(found).toHaveLength(damaged.length);
    expect(await answers([soundFile])).toEqual(["read 0 0 0 0 0 0"]);
    const byName = Object.entries(formatsFile.values).sort(([a], [b]) => (a < b ? -1 : 1));
    const values = byName.flatMap(([, values]) => values);
    const [numbers = ""] = await answers([formatsFile.bytes]);
    expect(numbers.split(" ").slice(1).map(Number)).toEqual(values.map(printed));
    const random = mutations(soundFile, 500);
    const accepted = (await answers(random)).map((answer) => answer.startsWith("read"));
    // The runtime's reader is of the same mind about each.
    expect(random.filter((bytes, i) => isSound(bytes) !== accepted[i]).map((it) => Buffer.from(it).toString())).toEqual(
      [],
    );
  });

  it("waits for no pipe", async () => {
    const pipe = path.join(folder, "pipe");
    await run("mkfifo", [pipe]);
    expect(await run(path.join(folder, "safetensors"), [pipe, folder])).toBe(
      `${pipe} cannot be opened\n${folder} cannot be opened\n`,
    );
  });
});

describe("the host", () => {
  it("finds elements in every layout, and has aligned memory", async () => {
    const sources = [checks("host-check.cc"), ...hostSources.map((it) => path.join(native, it))];
    expect(await run(await build("host", sources, watched), [])).toBe("done\n");
  });
});
