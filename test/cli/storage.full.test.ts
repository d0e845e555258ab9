import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../support/paths.ts";

/** Builds where there is no room, or no permission, and what is left of those that fail. Tests may run as root. */

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-storage-")));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const at = (...names: string[]): string => path.join(folder, ...names);
const command = path.join(root, "dist/bin/cnnc.js");

const text = `cnn 1
model Small {
  input x: f32[4]
  output y: f32[3] = x
    -> dense(3)
}
`;

beforeAll(() => {
  fs.writeFileSync(at("small.cnn"), text);
  fs.mkdirSync(at("tmp"));
});

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `cnnc build small.cnn --out NAME` in a shell that has run `before`. */
function build(out: string, env: NodeJS.ProcessEnv, before = "true"): Ended {
  const script = `${before} && exec "$0" "$@"`;
  const args = ["-c", script, process.execPath, command, "build", "small.cnn", "--cpu", "x86-64", "--out", out];
  const full = { ...process.env, CNNC_CACHE: at("cache"), TMPDIR: at("tmp"), ...env };
  return spawnSync("bash", args, { cwd: folder, env: full, encoding: "utf8" });
}

describe("a build", () => {
  test("without a cache that can be written succeeds, says so, and leaves nothing behind", () => {
    const { status, stderr } = build("uncached", { CNNC_CACHE: "/dev/null/cache" });
    expect(stderr).toMatch(
      /^note: the cache \/dev\/null\/cache cannot be written \(ENOTDIR.*\): this build is not kept$/m,
    );
    expect(status).toBe(0);
    expect(fs.existsSync(at("uncached", "small.node"))).toBe(true);
    expect(fs.readdirSync(at("tmp"))).toEqual([]);
  });

  test("without any folder to work in says what can be set", () => {
    const { status, stderr } = build("nowhere", { CNNC_CACHE: "/dev/null/cache", TMPDIR: "/dev/null" });
    expect(status).toBe(2);
    expect(stderr).toContain("set CNNC_CACHE or TMPDIR to a folder that can be written");
    expect(fs.existsSync(at("nowhere"))).toBe(false);
  });

  test("for which the disk has no room fails, and leaves nothing in the cache", () => {
    const { status, stderr } = build("full", {}, "ulimit -f 100");
    expect(stderr).toMatch(/^error: the disk is full/m);
    expect(status).toBe(2);
    expect(fs.readdirSync(at("cache"))).toEqual([]);
    expect(fs.existsSync(at("full"))).toBe(false);
  });

  test("that is killed does not disturb the next", async () => {
    const env = { ...process.env, CNNC_CACHE: at("cache") };
    const child = spawn(process.execPath, [command, "build", "small.cnn", "--cpu", "x86-64"], { cwd: folder, env });
    while (!fs.readdirSync(at("cache")).some((name) => name.startsWith("build-")))
      await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill("SIGKILL");
    const { status, stderr } = build("next", {});
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  test("whose products do not fit leaves the old ones as they are, and no half of the new", () => {
    const before = fs.readdirSync(at("next")).map((name) => [name, fs.statSync(at("next", name)).ino]);
    const { status, stderr } = build("next", {}, "ulimit -f 16");
    expect(stderr).toMatch(/^error: next cannot be written: EFBIG/m);
    expect(stderr).toContain("help: make room there or name another folder with --out");
    expect(status).toBe(2);
    expect(fs.readdirSync(at("next")).map((name) => [name, fs.statSync(at("next", name)).ino])).toEqual(before);
    expect(build("new", {}, "ulimit -f 16").status).toBe(2);
    expect(fs.existsSync(at("new"))).toBe(false);
  });

  test("of a file with too long a name says so", () => {
    const name = `${"n".repeat(240)}.cnn`;
    fs.copyFileSync(at("small.cnn"), at(name));
    const { status, stderr } = spawnSync(process.execPath, [command, "build", name], { cwd: folder, encoding: "utf8" });
    expect(stderr).toContain("cannot be written: ENAMETOOLONG");
    expect(stderr).toContain("help: give the .cnn file, or the folder, a shorter name");
    expect(status).toBe(2);
  });

  test("into a file is refused", () => {
    const { status, stderr } = build("small.cnn", {});
    expect(stderr).toMatch(/^error: small.cnn cannot be written: EEXIST/m);
    expect(status).toBe(2);
  });

  test("in which the C++ compiler fails shows the line of the network", () => {
    // As g++, but what computes `dense` does not compile.
    const script = `#!/bin/bash
for file; do
  case "$file" in *Small*.cpp) sed -i 's/\\bdense</no_such_kernel</' "$file" ;; esac
done
exec g++ "$@"
`;
    fs.writeFileSync(at("cxx"), script, { mode: 0o755 });
    const { status, stderr } = build("fails", { CXX: at("cxx"), CNNC_CACHE: at("other") });
    expect(stderr).toContain("error[CNN601]: the C++ compiler failed in what was generated for this line");
    expect(stderr).toContain(" 5 |     -> dense(3)");
    expect(stderr).toMatch(/^error: the native build failed \(in Small\.x86-64\.cpp\): .*no_such_kernel/m);
    expect(status).toBe(2);
    expect(fs.readdirSync(at("other"))).toEqual([]);
  });
});
