import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { nativeCpu } from "../../compiler/build/toolchain.ts";
import { cnnc } from "./cnnc.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-doctor-test-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** A command that prints a version, and fails at all else. */
function broken(name: string): string {
  const file = path.join(folder, name);
  const script = `#!/bin/sh\n[ "$1" = --version ] && echo "${name} 1.0" && exit 0\necho "${name}: no" >&2\nexit 1\n`;
  fs.writeFileSync(file, script, { mode: 0o755 });
  return file;
}

describe("cnnc doctor", () => {
  test("finds on this machine what builds need", async () => {
    const { code, stdout } = await cnnc(["doctor"]);
    expect(stdout).toMatch(/^ok {7}C\+\+ compiler {5}\/.*\d/m);
    expect(stdout).toMatch(/^ok {7}a C\+\+20 program {2}compiled and ran$/m);
    expect(stdout).toMatch(/^ok {7}processor .*x86-64$/m);
    expect(stdout.trimEnd()).toMatch(/\nthis machine can build networks$/);
    expect(code).toBe(0);
  });

  test("tells programs the same", async () => {
    const { ok, findings } = JSON.parse((await cnnc(["doctor", "--json"])).stdout) as {
      readonly ok: boolean;
      readonly findings: readonly { readonly what: string; readonly ok: boolean; readonly found: string }[];
    };
    expect(ok).toBe(true);
    expect(findings.find(({ what }) => what === "processor")!.found).toContain(`: ${nativeCpu()}`);
  });

  test("says how to get what is missing", async () => {
    const { code, stdout } = await cnnc(["doctor"], { env: { PATH: folder } });
    expect(stdout).toMatch(/^missing {2}cmake .*\n +install it: apt-get install cmake \(or dnf/m);
    expect(stdout.trimEnd()).toMatch(/\nmissing: C\+\+ compiler, cmake, make or ninja, a C\+\+20 program$/);
    expect(code).toBe(2);
  });

  test("finds a compiler that does not compile", async () => {
    const { code, stdout } = await cnnc(["doctor"], { env: { CXX: broken("bad-c++") } });
    expect(stdout).toMatch(/^ok {7}C\+\+ compiler .*bad-c\+\+ 1\.0$/m);
    expect(stdout).toMatch(/^missing {2}a C\+\+20 program {2}does not compile: bad-c\+\+: no$/m);
    expect(code).toBe(2);
  });

  test("does not ask for a cache", async () => {
    const { code, stdout } = await cnnc(["doctor"], { env: { CNNC_CACHE: "/dev/null/cache" } });
    expect(stdout).toMatch(/^none {5}cache .*\n +set CNNC_CACHE to a folder that can be written$/m);
    expect(code).toBe(0);
  });
});
