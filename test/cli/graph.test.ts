import * as fs from "node:fs";
import * as path from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import type { Picture } from "../../compiler/graph/picture.ts";
import { readText, withTempFolder } from "../support/paths.ts";
import { cnnc, cnncHere, cnncJsonHere, lenet } from "./cnnc.ts";

const resnet = "examples/fashion-resnet/fashion-resnet.cnn";

describe("cnnc graph", () => {
  test("writes a picture, and nothing beside it", async () => {
    await withTempFolder(async (folder) => {
      const out = path.join(folder, "net.svg");
      fs.writeFileSync(out, "an older one");
      const { code, stdout, stderr } = await cnnc(["graph", lenet, "-o", out]);
      expect([code, stdout, stderr]).toEqual([0, `LeNet, drawn in ${out}\n`, ""]);
      expect(fs.readFileSync(out, "utf8")).toBe(readText("docs/pictures/lenet.svg"));
      expect(fs.readdirSync(folder)).toEqual(["net.svg"]);
    });
  });

  test("prints it without -o", async () => {
    const { code, stdout } = await cnncHere(["graph", lenet]);
    expect([code, stdout]).toEqual([0, readText("docs/pictures/lenet.svg")]);
  });

  test("closes blocks by --depth", async () => {
    const [all, closed] = await Promise.all([cnncHere(["graph", resnet]), cnncHere(["graph", resnet, "--depth", "0"])]);
    const height = async (text: string) => (await sharp(Buffer.from(text)).metadata()).height;
    expect(await height(closed.stdout)).toBeLessThan(0.6 * (await height(all.stdout)));
    expect(closed.stdout).not.toContain("features.Residual1.");
    expect(closed.stdout.match(/data-group/g)).toHaveLength(3);
  });

  test("is wider than high with --wide", async () => {
    const { stdout } = await cnncHere(["graph", resnet, "--depth", "0", "--wide"]);
    const { width, height } = await sharp(Buffer.from(stdout)).metadata();
    expect(width).toBeGreaterThan(height);
  });

  test("sets parameters", async () => {
    expect((await cnncHere(["graph", resnet, "--set", "width=12"])).stdout).toContain("3×3, 12");
  });

  test.each([
    ["by the file's name", (folder: string) => ["-o", path.join(folder, "net.html")]],
    ["by --html", () => ["--html"]],
  ])("makes a page %s", async (_, args) => {
    await withTempFolder(async (folder) => {
      const { code, stdout } = await cnncHere(["graph", lenet, ...args(folder)]);
      expect(code).toBe(0);
      const [file] = fs.readdirSync(folder);
      const page = file === undefined ? stdout : fs.readFileSync(path.join(folder, file), "utf8");
      expect(page).toMatch(/^<!doctype html>/);
      expect(page).toContain(readText("docs/pictures/lenet.svg"));
      expect(page.match(/ (src|href)="/g)).toBeNull();
    });
  });

  test("tells programs what is drawn", async () => {
    const { picture, closed } = await cnncJsonHere<{ picture: Picture; closed: string[] }>([
      "graph",
      resnet,
      "--depth",
      "0",
    ]);
    expect([picture.name, picture.params, closed.length]).toEqual(["FashionResNet", 173_842, 3]);
  });

  test("says what is wrong with a file, and leaves what was there", async () => {
    await withTempFolder(async (folder) => {
      const out = path.join(folder, "net.svg");
      fs.writeFileSync(out, "an older one");
      const { code, stderr } = await cnncHere(["graph", "test/check/cases/CNN202-misspelt.cnn", "-o", out]);
      expect([code, stderr]).toEqual([1, expect.stringContaining("error[CNN202]")]);
      expect(fs.readFileSync(out, "utf8")).toBe("an older one");
    });
  });

  test("says when a picture would be too large", async () => {
    await withTempFolder(async (folder) => {
      const file = path.join(folder, "deep.cnn");
      const body = "block Deep(n) { out in -> repeat c in 1..n { conv(c, kernel=1) } }";
      fs.writeFileSync(
        file,
        `cnn 1\n${body}\nmodel Long { input x: f32[2, 2, 2] output y: f32[1001, 2, 2] = x -> Deep(1001) -> tanh }\n`,
      );
      const { code, stderr } = await cnncHere(["graph", file]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/Long has 1005 boxes, too many .*\nhelp: --depth 1/)]);
      expect((await cnncHere(["graph", file, "--depth", "0"])).code).toBe(0);
    });
  });

  test.each([
    [["-o", "net.png"], /net\.png is neither an \.svg nor an \.html file\nhelp: name one/],
    [["-o", "net"], /net is neither/],
    [["-o", "net.svg", "--html"], /--html writes a page, and net\.svg is a picture/],
    [["-o", "nowhere/net.svg"], /nowhere is no folder/],
    [["--depth", "-1"], /whole number/],
  ])("refuses %j", async (args, message) => {
    const { code, stdout, stderr } = await cnncHere(["graph", lenet, ...args]);
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringMatching(message)]);
  });
});
