import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
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

describe("the host", () => {
  it("finds elements in every layout, and has aligned memory", async () => {
    const names = ["addon/buffer.cc", "addon/cpu.cc", "addon/instance.cc", "parallel/pool.cc"];
    const sources = [checks("host-check.cc"), ...names.map((it) => path.join(native, it))];
    const flags = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover"];
    expect(await run(await build("host", sources, flags), [])).toBe("done\n");
  });
});
