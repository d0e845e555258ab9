import * as path from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { parseCsv } from "../../runtime/data/csv.ts";
import { CnncDataError, openCsv, type Manifest } from "../../runtime/index.ts";
import { npy } from "../support/npy.ts";
import { plant, withTempFolder } from "../support/paths.ts";

describe("parseCsv", () => {
  it("takes commas, quotes and lines in quotes, and tells where rows begin", () => {
    const text = '\ufeffpath,label\r\n"a,b.png", cat \n\n"say ""hi""","two\nlines"\n,\nlast,row';
    expect(parseCsv(text)).toEqual([
      { line: 1, cells: ["path", "label"] },
      { line: 2, cells: ["a,b.png", "cat"] },
      { line: 4, cells: ['say "hi"', "two\nlines"] },
      { line: 6, cells: ["", ""] },
      { line: 7, cells: ["last", "row"] },
    ]);
    expect(parseCsv("")).toEqual([]);
    expect(parseCsv("a,\n")).toEqual([{ line: 1, cells: ["a", ""] }]);
    expect(parseCsv("a,")).toEqual([{ line: 1, cells: ["a", ""] }]);
  });

  it.each(['a\n"b', 'a\n"b"c', 'a\nb"c"'])("refuses %j", (text) => {
    expect(() => parseCsv(text, "t.csv")).toThrow("t.csv:2: quotes that do not enclose a cell");
  });
});

type Ends = Pick<Manifest, "inputs" | "outputs" | "train">;
const train = (...names: string[]) => ({ targets: names }) as unknown as NonNullable<Manifest["train"]>;
const classes: Ends = {
  inputs: [{ name: "image", dtype: "u8", shape: [1, 1, 1] }],
  outputs: [{ name: "kind", kind: "class", shape: [2], labels: ["cat", "dog"] }],
  train: train("kind"),
};
const numbers: Ends = {
  inputs: [{ name: "x", dtype: "f32", shape: [2] }],
  outputs: [
    { name: "y", kind: "tensor", shape: [1] },
    { name: "tags", kind: "labels", shape: [2], labels: ["a", "b"] },
  ],
  train: train("y", "tags"),
};

/** The batch of some samples of a table, beside files. */
function gather(
  table: string,
  manifest: Ends,
  indices: readonly number[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
) {
  return withTempFolder(async (folder) => {
    plant(folder, { "t.csv": table, ...files });
    const data = await openCsv(path.join(folder, "t.csv"), { manifest });
    return (await data.gather(indices)) as unknown as Readonly<Record<string, unknown>>;
  });
}

const white = sharp({ create: { width: 1, height: 1, channels: 3, background: "white" } })
  .png()
  .toBuffer();

describe("a table of samples", () => {
  it("lists paths and labels, under the usual names or the model's", async () => {
    const files = { "pictures/a.png": await white };
    for (const header of ["path,label", "image,kind", "id,kind,path"]) {
      const row = header.startsWith("id") ? "7,dog,pictures/a.png" : "pictures/a.png,dog";
      const batch = await gather(`${header}\n${row}\n`, classes, [0], files);
      expect(batch).toEqual({ image: { data: Uint8Array.of(255), layout: "hwc" }, kind: Int32Array.of(1) });
    }
  });

  it("has numbers in columns, in one cell, or in files", async () => {
    const expected = { x: Float32Array.of(3, 4), y: Float32Array.of(-1), tags: Float32Array.of(0, 1) };
    const npyFile = npy("<f8", [2], Float64Array.of(3, 4));
    expect(await gather("x.0,x.1,y,a,b\n1,2,0,1,1\n3,4,-1,0,1", numbers, [1])).toEqual(expected);
    expect(await gather("x,y,tags\n3 4,-1,0 1", numbers, [0])).toEqual(expected);
    expect(await gather("x,y,tags\na.npy,-1,0 1", numbers, [0], { "a.npy": npyFile })).toEqual(expected);
  });

  it.each<[string, string, Ends, string]>([
    ["is empty", "", classes, "t.csv: it is empty; its first line names the columns: path,label"],
    [
      "lacks labels",
      "path,size\na.png,1",
      classes,
      "t.csv: no column is named kind or label; its first line names path, size",
    ],
    ["lacks numbers", "x.0,y,a,b\n1,2,3,4", numbers, "no column is named x or x.0, x.1, …"],
    [
      "has a row too short",
      "path,label\na.png,cat\nb.png",
      classes,
      "t.csv:3: 1 cells, the first line names 2 columns",
    ],
    ["has a label too many", "path,label\na.png,cow", classes, 't.csv:2: "cow" is no class of kind: a label, or its'],
    ["has no label in a row", "path,label\na.png,", classes, 't.csv:2: "" is no class of kind'],
    ["has a path to nothing", "path,label\nb.png,cat", classes, "t.csv:2: b.png: ENOENT"],
    ["has a path to a damaged picture", "path,label\na.png,cat", classes, "t.csv:2: a.png: not a PNG, JPEG or WebP"],
    [
      "has a path to no picture",
      "path,label\na.gif,cat",
      classes,
      "t.csv:2: a.gif: image is read from files: jpg, jpeg",
    ],
    ["has words for numbers", "x,y,tags\n1 one,2,0 1", numbers, 't.csv:2: "one" is no number'],
    ["has too few numbers", "x,y,tags\n1,2,0 1", numbers, "t.csv:2: 1 numbers, x needs 2"],
  ])("that %s is refused by line", async (_what, table, manifest, message) => {
    const outcome = gather(table, manifest, [0], { "a.png": "damaged" });
    await expect(outcome).rejects.toThrow(CnncDataError);
    await expect(outcome).rejects.toThrow(message);
  });
});
