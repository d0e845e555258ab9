import { describe, expect, test } from "vitest";
import { pipeline } from "../../compiler/passes/pipeline.ts";
import { cnncHere, cnncJson, cnncJsonHere, lenet } from "./cnnc.ts";

const explain = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await cnncHere(["explain", lenet, ...args]);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout;
};

describe("cnnc explain", () => {
  test("lists the passes in their order", async () => {
    const passes = await cnncJson<{ name: string }[]>(["explain", lenet, "--passes"]);
    const before = ["tokens", "tree", "layers", "lower"];
    expect(passes.map(({ name }) => name)).toEqual([...before, ...pipeline.map(({ name }) => name)]);
  });

  test("shows a line of the source before and after it is a graph", async () => {
    const line = async (pass: string): Promise<string> => explain("--pass", pass, "--line", "9");
    expect(await line("tokens")).toMatch(/^token +text\n.*\nArrow +->\nIdentifier +conv\n/);
    expect(
      (await line("tree"))
        .trim()
        .split("\n")
        .map((text) => text.trim()),
    ).toEqual([
      "Call conv (Argument (Number 6)) (Argument kernel (Number 5)) (Argument pad (Number 2))",
      "Call tanh",
      "Call avg_pool (Argument (Number 2))",
    ]);
    expect(await line("layers")).toContain("logits.conv1.weight: f32[6, 1, 5, 5], uniform");
    expect((await line("fuse")).match(/^# lenet.cnn:9: /gm)).toHaveLength(1);
  });

  test.each(["lower", ...pipeline.map(({ name }) => name)])("shows the program after %s", async (pass) => {
    expect(await explain("--pass", pass)).toMatch(/^program infer LeNet\b/);
    expect(await explain("--pass", pass, "--program", "step")).toMatch(/^program step LeNet\b/);
  });

  test("shows algorithms with their reasons", async () => {
    const { algorithms } = await cnncJsonHere<{ algorithms: Record<string, unknown>[] }>([
      "explain",
      lenet,
      "--algorithms",
    ]);
    expect(algorithms.length).toBeGreaterThan(3);
    for (const node of algorithms)
      expect(node).toMatchObject({ kernel: expect.any(String), reason: expect.any(String) });
    expect(await explain()).toMatch(/^value +line +kernel/);
  });

  test("shows the arena", async () => {
    const { arena } = await cnncJsonHere<{ arena: Record<string, number> }>(["explain", lenet, "--arena"]);
    expect(arena["perSample"]).toBeLessThanOrEqual(arena["withoutReuse"]!);
    expect(await explain("--arena")).toMatch(/per sample .* without reuse/);
  });

  test("shows the generated source", async () => {
    expect(await explain("--source", "--cpu", "x86-64-v3")).toContain("for x86-64-v3");
  });
});
