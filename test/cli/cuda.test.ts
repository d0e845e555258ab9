import { describe, expect, test } from "vitest";
import { cnnc, cnncJson } from "./cnnc.ts";

const tiny = "test/cuda/tiny.cnn";

describe("--target cuda", () => {
  test.each([
    [["summary", tiny, "--target", "cuda", "--cpu", "x86-64"], "--cpu chooses among processors, --target cuda is none"],
    [["summary", tiny, "--precision", "f16"], "--precision is of CUDA devices; processors compute in f32"],
    [["explain", tiny, "--target", "cuda", "--precision", "f64"], "Allowed choices are f32, tf32, f16, bf16."],
  ])("%s is wrong usage", async (args, message) => {
    const { code, stderr } = await cnnc(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test("is what summary and explain show", async () => {
    const { models } = await cnncJson<{ readonly models: readonly { readonly memory: { readonly cpu: string } }[] }>([
      ...["summary", tiny, "--target", "cuda", "--precision", "bf16"],
    ]);
    expect(models[0]!.memory.cpu).toBe("cuda-bf16");
    const { stdout } = await cnnc(["explain", tiny, "--target", "cuda", "--source"]);
    expect(stdout).toMatch(/^\/\/ ── Tiny\.cuda-f32\.cu$/m);
    expect(stdout).toContain('#include "cuda/generated.h"');
  });

  test("says what is missing where there is no nvcc", async () => {
    const env = { CUDACXX: "/nowhere/nvcc" };
    const { code, stderr } = await cnnc(["build", tiny, "--target", "cuda", "--out", "/dev/null/out"], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: CUDACXX names \/nowhere\/nvcc, which is not there$/m);
    expect(stderr).toMatch(/^help: install the CUDA toolkit, 12 or later .* or name its nvcc with CUDACXX$/m);
  });
});

test("doctor does not ask for CUDA, and says what it needs", async () => {
  const { code, stdout } = await cnnc(["doctor"], { env: { CUDACXX: "/nowhere/nvcc" } });
  expect(stdout).toMatch(
    /^none {5}nvcc {13}CUDACXX is \/nowhere\/nvcc\n +for --target cuda: install the CUDA toolkit/m,
  );
  expect(stdout).toMatch(/^(ok|none) {3,5} {2}CUDA driver /m);
  expect(stdout).toMatch(/^(ok|none) {3,5} {2}CUDA device /m);
  expect(code).toBe(0);
});

test("bundle wants an empty folder", async () => {
  const { code, stderr } = await cnnc(["bundle", tiny, "--out", "examples"]);
  expect([code, stderr]).toEqual([2, "error: examples is not empty\nhelp: --out names a folder to make\n"]);
});
