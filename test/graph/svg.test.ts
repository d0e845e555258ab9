import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { drawUp } from "../../compiler/graph/draw-up.ts";
import { html } from "../../compiler/graph/html.ts";
import { layOut } from "../../compiler/graph/layout.ts";
import { groupsOf } from "../../compiler/graph/picture.ts";
import type { Picture } from "../../compiler/graph/picture.ts";
import { svg } from "../../compiler/graph/svg.ts";
import { escape } from "../../compiler/graph/xml.ts";
import { modelsOf } from "../../compiler/testing/index.ts";
import { expectGolden } from "../support/golden.ts";
import { readText } from "../support/paths.ts";
import { fashionResNet, lenet, pictures } from "./networks.ts";

const none = new Set<string>();
const drawn = async (picture: Picture): Promise<string> => svg(picture, await layOut(picture, none));

/** Parsed, and drawn, by librsvg. */
async function pixels(text: string): Promise<{ width: number; height: number; dark: number }> {
  const image = sharp(Buffer.from(text)).flatten({ background: "#fff" }).greyscale();
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, dark: data.filter((value) => value < 128).length };
}

describe.each(pictures.map((picture) => [picture.name, picture] as const))("the drawing of %s", (_, picture) => {
  test("is an SVG file with something in it", async () => {
    const text = await drawn(picture);
    const { width, height, dark } = await pixels(text);
    expect(text).toContain(`width="${width}" height="${height}"`);
    expect(dark).toBeGreaterThan(500);
  });

  test("needs nothing from elsewhere", async () => {
    const text = await drawn(picture);
    expect(text.match(/https?:[^"]*/g)).toEqual(["http://www.w3.org/2000/svg"]);
    expect(text).not.toMatch(/<script|<style|href=|url\(/);
  });

  test("is the same every time", async () => {
    expect(await drawn(picture)).toBe(await drawn(picture));
  });
});

test.each([
  ["lenet", lenet],
  ["fashion-resnet", fashionResNet],
])("the picture of %s in the documentation", async (name, model) => {
  expectGolden(`docs/pictures/${name}.svg`, await drawn(drawUp(model)));
});

test("the picture of unet in the documentation, with its blocks closed", async () => {
  const picture = drawUp(modelsOf(readText("examples/unet/unet.cnn"))[0]!);
  const closed = new Set([...groupsOf(picture.items)].map(({ group }) => group.id));
  expectGolden("docs/pictures/unet.svg", svg(picture, await layOut(picture, closed)));
});

describe("hostile names", () => {
  const hostile = `</title></script><script>alert("1")</script>&lt; ' " ]]> \u0000\u001b\ud800\uffff <!--`;
  const row = { look: "join", word: hostile, detail: hostile, note: hostile, layers: [] } as const;
  const card = (id: string) => ({ kind: "card", id, rows: [row] }) as const;
  const counts = { params: 1, macs: 2 };
  const group = { kind: "group", id: hostile, title: hostile, name: hostile, times: 2, ...counts } as const;
  const picture: Picture = {
    ...{ name: hostile, ...counts, items: [card("a"), { ...group, items: [card("b")] }] },
    edges: [{ from: "a", to: "b", shape: hostile, skip: false }],
  };

  test("stay text in a drawing", async () => {
    const text = await drawn(picture);
    expect((await pixels(text)).dark).toBeGreaterThan(0);
    expect(text).not.toContain("<script");
    expect(text).toContain("&lt;/title&gt;&lt;/script&gt;");
  });

  test("stay text and data in a page", async () => {
    const page = html(await drawn(picture), { picture, closed: [hostile], wide: false }, `"</script>"`);
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    const data = /id="network">(.*?)<\/script>/s.exec(page)![1]!;
    expect(JSON.parse(data)).toEqual({ picture, closed: [hostile], wide: false });
  });

  test("hold no character that XML forbids", () => {
    expect(escape("a\u0000b\u0085c\ud83dd\ufffe\n\t😀")).toBe("a\ufffdb\ufffdc\ufffdd\ufffd\n\t😀");
  });
});
