import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { nativeCpu } from "../../compiler/build/toolchain.ts";
import type { Tuning } from "../../compiler/ir/tuning.ts";
import { cnnc } from "./cnnc.ts";

/** `cnnc build --tune`, and what later commands make of the file that it writes. */

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-tune-")));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const [network, file] = ["small.cnn", "small.tune.json"].map((name) => path.join(folder, name)) as [string, string];

const text = `cnn 1
model Small {
  input x: f32[8, 12, 12]
  output y: f32[8, 12, 12] = x
    -> conv(8, kernel=3, pad=1) -> relu
    -> conv(8, kernel=3, pad=1)
}
`;
const layer = "conv 3×3, 8 to 8 channels of 12×12";
const level = "x86-64-v3";

const algorithms = async (cpu: string = level): Promise<string> => {
  const { code, stdout, stderr } = await cnnc(["explain", network, "--cpu", cpu]);
  return code === 0 ? stdout : stderr;
};
const tuned = (use: string): string =>
  JSON.stringify({ [level]: { [layer]: { use, milliseconds: { direct: 0.02, "F(2×2, 3×3)": 0.03 } } } });

beforeEach(() => {
  fs.writeFileSync(network, text);
  fs.rmSync(file, { force: true });
});

describe("cnnc build --tune", () => {
  test("measures each algorithm of each shape of layer that has several, and writes the best", async () => {
    fs.writeFileSync(file, JSON.stringify({ other: {} }));
    const here = nativeCpu();
    const out = path.join(folder, "out");
    const { code, stderr } = await cnnc(["build", network, "--tune", "--cpu", here, "--out", out]);
    expect(code, stderr).toBe(0);
    const tuning = JSON.parse(fs.readFileSync(file, "utf8")) as Tuning;
    expect(Object.keys(tuning)).toEqual(["other", here]);
    const found = Object.entries(tuning[here]!);
    // Where numbers are computed one by one, there is but the direct sum.
    expect(found.map(([name]) => name)).toEqual(here === "x86-64" ? [] : [layer]);
    expect(stderr.includes(`measuring ${here}: 3 of 3 programs`)).toBe(here !== "x86-64");
    for (const [, { use, milliseconds }] of found) {
      expect(Object.keys(milliseconds)).toEqual(["direct", "F(4×4, 3×3)", "F(2×2, 3×3)"]);
      expect(Math.min(...Object.values(milliseconds))).toBe(milliseconds[use]);
      expect(Math.min(...Object.values(milliseconds))).toBeGreaterThan(0);
      expect(await algorithms(here)).toContain(`measured: ${use} ${milliseconds[use]} ms, `);
    }
  });

  test("measures processors only", async () => {
    const { code, stderr } = await cnnc(["build", network, "--tune", "--target", "cuda"]);
    expect([code, stderr]).toEqual([
      2,
      "error: --tune measures processors, --target cuda is none\nhelp: leave one out\n",
    ]);
  });
});

describe("measured layers", () => {
  test.each(["direct", "F(2×2, 3×3)"])("are computed by what was best: %s", async (use) => {
    fs.writeFileSync(file, tuned(use));
    const found = await algorithms();
    expect(found).toContain("measured: direct 0.02 ms, F(2×2, 3×3) 0.03 ms");
    expect(found.includes("conv_winograd")).toBe(use !== "direct");
  });

  test("are chosen for as ever where the algorithm is no longer known", async () => {
    const before = await algorithms();
    fs.writeFileSync(file, tuned("F(6×6, 3×3)"));
    expect(await algorithms()).toBe(before);
  });

  test.each([
    ["{", "Expected property name or '}' in JSON at position 1"],
    [`{ "${level}": 1 }`, "it holds no measurements of layers by level of processors"],
    [`{ "${level}": { "${layer}": { "use": 1 } } }`, "it holds no measurements of layers by level of processors"],
  ])("cannot be read from %s", async (content, reason) => {
    fs.writeFileSync(file, content);
    const found = await algorithms();
    expect(found).toContain(`error: ${file} cannot be used: ${reason}`);
    expect(found).toContain("help: delete it, or make it anew with `cnnc build --tune`");
  });
});
