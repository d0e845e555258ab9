import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { plant, withTempFolder } from "../support/paths.ts";
import { cnnc, cnncHere, cnncJsonHere } from "./cnnc.ts";

const net = `cnn 1
import { Unit } from "./lib/blocks.cnn"
model Animals(widths=[4, 6]) {
  input x: f32[3, 8, 8]
  y = x -> repeat w in widths { Unit(w) } -> flatten -> dense(2)
  output kind: class from "labels.txt" = y -> softmax
}
`;
const files = {
  "net.cnn": net,
  "lib/blocks.cnn": 'cnn 1\nimport { Inner } from "../inner.cnn"\nblock Unit(channels) { out in -> Inner(channels) }\n',
  "inner.cnn": "cnn 1\nblock Inner(channels) { out in -> conv(channels, kernel=3, pad=1) -> relu }\n",
  "labels.txt": "\ufeffcat\r\ndog\r\n",
};

interface Summary {
  readonly models: readonly {
    readonly layers: readonly { readonly name: string; readonly shape: readonly number[] }[];
  }[];
}

describe("files that a network names", () => {
  test("are read, relative to the file that names them", async () => {
    await withTempFolder(async (folder) => {
      plant(folder, files);
      const file = path.join(folder, "net.cnn");
      expect(await cnncHere(["check", file])).toEqual({
        code: 0,
        stdout: `${file}: no problems in Animals\n`,
        stderr: "",
      });
      const { models } = await cnncJsonHere<Summary>(["summary", file]);
      expect(models[0]!.layers.map(({ name }) => name)).toContain("y.Unit1.1.Inner1.conv1");
    });
  });

  test("are shown in reports by their own paths", async () => {
    await withTempFolder(async (folder) => {
      plant(folder, { ...files, "inner.cnn": files["inner.cnn"].replace("kernel=3", "kernel=30") });
      const { code, stdout } = await cnncHere(["check", path.join(folder, "net.cnn")]);
      expect(code).toBe(1);
      expect(stdout).toContain("error[CNN302]");
      for (const [place, line] of [
        ["inner.cnn", 2],
        ["lib/blocks.cnn", 3],
        ["net.cnn", 5],
      ] as const)
        expect(stdout).toContain(`--> ${path.join(folder, place)}:${line}:`);
    });
  });

  test("that are not there, or are folders, are errors", async () => {
    await withTempFolder(async (folder) => {
      plant(folder, { "net.cnn": net });
      fs.mkdirSync(path.join(folder, "labels.txt"));
      const { code, stdout } = await cnncHere(["check", path.join(folder, "net.cnn")]);
      expect([code, stdout.match(/error\[CNN\d+\]/g)]).toEqual([1, ["error[CNN244]", "error[CNN244]"]]);
    });
  });

  test("may hold blocks only: there is nothing to build, but something to check", async () => {
    await withTempFolder(async (folder) => {
      plant(folder, files);
      const file = path.join(folder, "inner.cnn");
      expect(await cnncHere(["check", file])).toEqual({ code: 0, stdout: `${file}: no problems\n`, stderr: "" });
      const summary = await cnncHere(["explain", file]);
      expect([summary.code, summary.stderr]).toEqual([1, expect.stringContaining("CNN220")]);
    });
  });

  test("take lists from outside", async () => {
    await withTempFolder(async (folder) => {
      plant(folder, files);
      const file = path.join(folder, "net.cnn");
      const { models } = await cnncJsonHere<Summary>(["summary", file, "--set", "widths=[2, 5, 7]"]);
      const convs = models[0]!.layers.filter(({ name }) => name.endsWith("conv1"));
      expect(convs.map(({ shape }) => shape[0])).toEqual([2, 5, 7]);
    });
  });
});

describe("hostile files", () => {
  /** Old space and the rest of the process stay below 300 MB. */
  const env = { NODE_OPTIONS: "--max-old-space-size=200" };

  test.each([
    ["of ten megabytes", "a = x -> relu ".repeat(750_000), "CNN100"],
    [
      "that repeat without end",
      "model M { input x: f32[3]  output y: f32[3] = x -> repeat 1000000000 { relu } }",
      "CNN411",
    ],
    [
      "that double without end",
      `${Array.from({ length: 40 }, (_, i) => `block B${i} { ${i === 0 ? "out in" : `x = in -> B${i - 1}  out x -> B${i - 1}`} }`).join("\n")}
       model M { input x: f32[3]  output y: f32[3] = x -> B39 }`,
      "CNN409",
    ],
  ])("%s are answered in little memory", async (_, text, code) => {
    await withTempFolder(async (folder) => {
      plant(folder, { "a.cnn": text });
      const outcome = await cnnc(["check", path.join(folder, "a.cnn")], { env });
      expect([outcome.code, outcome.stdout]).toEqual([1, expect.stringContaining(`error[${code}]`)]);
    });
  });
});
