import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { initializerWords } from "../../compiler/opkit/initializer.ts";
import { registry } from "../../compiler/ops/registry.ts";
import { operators } from "../../compiler/testing/index.ts";
import { filesBelow, root } from "../support/paths.ts";

const definitions = [...registry.values()];

describe("registry.ts", () => {
  it("is what npm run generate writes", () => {
    const script = "compiler/ops/generate-registry.mjs";
    const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { cwd: root, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it("holds every definition that a file of ops/ exports", async () => {
    const exported: unknown[] = [];
    for (const file of filesBelow("compiler/ops", /\.ts$/)) {
      const compiled = join(root, "dist", file.replace(/\.ts$/, ".js"));
      const values = Object.values((await import(compiled)) as Record<string, unknown>);
      exported.push(...values.filter((value) => typeof value === "object" && value !== null && "kind" in value));
    }
    expect(new Set(definitions)).toEqual(new Set(exported));
  });

  it("has a name for each", () => {
    expect(registry.size).toBe(new Set(definitions).size);
    expect(definitions.filter(({ name }) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
  });
});

describe.each(definitions.map((definition) => [definition.name, definition] as const))("%s", (_, definition) => {
  it("says what it is, in a line and on a page", () => {
    expect(definition.summary).toMatch(/^[A-Z].{8,90}\.$/);
    expect(definition.doc.length).toBeGreaterThan(20);
    expect(definition.doc).toMatch(/[.)]$/);
  });

  it("documents its attributes, and takes their defaults", () => {
    for (const [name, { doc, expected, default: preset }] of Object.entries(definition.attributes)) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(doc, name).toMatch(/^.{8,}\.$/);
      expect(expected, name).toMatch(/^(a|one of|true)/);
      if (preset !== undefined) expect(preset, name).not.toBeNaN();
    }
  });
});

describe("the operators", () => {
  it.each(operators.map((operator) => [operator.name, operator] as const))("%s has samples", (_, operator) => {
    expect(operator.operands.length).toBeGreaterThan(0);
    expect(typeof operator.reference).toBe("function");
    expect(operator.samples.length).toBeGreaterThanOrEqual(2);
    // A sample uses the operator it belongs to.
    for (const { link } of operator.samples) expect(link).toMatch(new RegExp(`\\b${operator.name}\\b`));
  });

  it("are tried with one sample, with several, and with a batch that fills no unit of work", () => {
    const batches = new Set(operators.flatMap(({ samples }) => samples.map(({ batch }) => batch)));
    expect([...batches]).toEqual(expect.arrayContaining([1, 3, 17]));
  });

  it("are tried with and without parameters, on pictures, sequences and vectors, on bytes and floats", () => {
    const samples = operators.flatMap((operator) => operator.samples);
    expect(samples.some(({ dtype }) => dtype === "u8")).toBe(true);
    expect(new Set(samples.map(({ input }) => input.length))).toEqual(new Set([1, 2, 3]));
    expect(samples.some(({ link }) => link.includes("bias=false"))).toBe(true);
  });
});

describe("the initialisers", () => {
  const fans = { fanIn: 50, fanOut: 46 };
  it.each([
    ["he", { kind: "normal", std: 0.2 }],
    ["he_normal", { kind: "normal", std: 0.2 }],
    ["he_uniform", { kind: "uniform", bound: Math.sqrt(6 / 50) }],
    ["xavier", { kind: "uniform", bound: 0.25 }],
    ["xavier_uniform", { kind: "uniform", bound: 0.25 }],
    ["xavier_normal", { kind: "normal", std: Math.sqrt(2 / 96) }],
    ["normal", { kind: "normal", std: 1 }],
    ["orthogonal", { kind: "orthogonal" }],
    ["zeros", { kind: "constant", value: 0 }],
    ["ones", { kind: "constant", value: 1 }],
  ])("%s draws from the distribution of its page", (name, expected) => {
    const word = registry.get(name);
    expect(word?.kind === "initializer" && word.draw(fans)).toEqual(expected);
  });

  it("are what layers take", () => {
    const words = definitions.filter(({ kind }) => kind === "initializer").map(({ name }) => name);
    expect([...initializerWords].sort()).toEqual(words.sort());
  });
});
