import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { run } from "./fake-addon.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-pool-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

async function build(name: string, flags: readonly string[]): Promise<string> {
  const program = path.join(folder, name);
  const sources = [
    path.join(import.meta.dirname, "fake-model/pool-check.cc"),
    path.resolve(import.meta.dirname, "../../native/parallel/pool.cc"),
  ];
  await run("g++", [
    "-std=c++20",
    "-Wall",
    "-Wextra",
    "-Werror",
    ...flags,
    ...sources,
    "-pthread",
    "-ldl",
    "-o",
    program,
  ]);
  return program;
}

describe("the thread pool", () => {
  it("runs every unit once, for many callers, and in a forked child", async () => {
    expect(await run(await build("plain", ["-O2"]), [])).toBe("done\n");
  });

  it("has no data race", async () => {
    const program = await build("sanitized", ["-O1", "-g", "-fsanitize=thread"]);
    // The sanitizer's shadow memory wants addresses where it expects them.
    expect(await run("setarch", ["-R", program, "few"])).toBe("done\n");
  });
});
