import { describe, expect, test } from "vitest";
import { compile } from "../../compiler/compile.ts";
import type { Manifest } from "../../runtime/bind/manifest.ts";
import { sourceFile } from "../../grammar/index.ts";

const net = `import { Unit } from "./blocks.cnn"
model Animals {
  input x: f32[3]
  output kind: class from "labels.txt" = x -> Unit -> softmax
  output marks: labels("a", "b", "c") = x -> Unit -> sigmoid
}`;
const blocks = "block Unit { out in -> dense(3) }";
const labels = "cat\ndog\nbird\n";

function manifestOf(files: Readonly<Record<string, string>>): Manifest {
  const { models, diagnostics } = compile(sourceFile("net.cnn", net), {
    cpus: ["x86-64"],
    load: (path) => (path in files ? sourceFile(path, files[path]!) : undefined),
  });
  expect(diagnostics).toEqual([]);
  return models[0]!.manifest;
}

const manifest = manifestOf({ "blocks.cnn": blocks, "labels.txt": labels });

describe("what a file names", () => {
  test("goes into the product", () => {
    expect(manifest.outputs[0]).toMatchObject({ name: "kind", kind: "class", labels: ["cat", "dog", "bird"] });
    expect(manifest.parameters.map(({ name }) => name)).toEqual([
      ...["kind.Unit1.dense1.weight", "kind.Unit1.dense1.bias", "marks.Unit1.dense1.weight", "marks.Unit1.dense1.bias"],
    ]);
  });

  test("as a multi-label output is numbers with labels", () => {
    expect(manifest.outputs[1]).toMatchObject({ kind: "labels", shape: [3], labels: ["a", "b", "c"] });
  });

  test.each([
    ["an import", { "blocks.cnn": `${blocks} // `, "labels.txt": labels }],
    ["labels", { "blocks.cnn": blocks, "labels.txt": labels.replace("cat", "horse") }],
  ])("changes the hash: %s", (_, files) => {
    const other = manifestOf(files);
    expect(other.hash).not.toBe(manifest.hash);
    expect(other.source.hash).not.toBe(manifest.source.hash);
  });

  test("that stays the same leaves the hash", () => {
    expect(manifestOf({ "labels.txt": labels, "blocks.cnn": blocks }).hash).toBe(manifest.hash);
  });
});
