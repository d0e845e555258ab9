import { describe, expect, test } from "vitest";
import { drawUp } from "../../compiler/graph/draw-up.ts";
import { groupsOf } from "../../compiler/graph/picture.ts";
import type { Item } from "../../compiler/graph/picture.ts";
import { modelOf } from "../../compiler/testing/index.ts";
import { cardsOf, models, resnet, unet } from "./networks.ts";

/** `conv+relu`, `[Residual ×2 …]` */
const outline = (items: readonly Item[]): string =>
  items
    .map((item) =>
      item.kind === "card"
        ? item.rows.map(({ word }) => word).join("+")
        : `[${item.title}${item.times > 1 ? ` ×${item.times}` : ""}: ${outline(item.items)}]`,
    )
    .join(" ");

const outlineOf = (lines: string): string => outline(drawUp(modelOf("Drawn", lines)).items);

describe.each(models.map((model) => [model.name, model] as const))("the picture of %s", (_, model) => {
  const picture = drawUp(model);
  const cards = cardsOf(picture.items);

  test("has every layer once, and a card for each input and output", () => {
    const layers = cards.flatMap(({ rows }) => rows.flatMap((row) => row.layers));
    expect([...layers].sort()).toEqual(model.layers.map(({ name }) => name).sort());
    const ends = cards.filter(({ rows: [row] }) => row!.look === "end").map(({ rows: [row] }) => row!.word);
    expect(ends).toEqual([...model.inputs, ...model.outputs].map(({ name }) => name));
  });

  test("has an edge for each operand that does not stand on the same card", () => {
    const home = new Map(cards.flatMap(({ id, rows }) => rows.flatMap(({ layers }) => layers.map((it) => [it, id]))));
    for (const { name } of model.inputs) home.set(name, name);
    const wanted = model.layers.flatMap(({ name, operands }) =>
      operands.map((operand) => `${home.get(operand)} → ${home.get(name)}`),
    );
    const drawn = new Set(picture.edges.map(({ from, to }) => `${from} → ${to}`));
    // What leads from one alike block to the next leads back into the one that is drawn, and is left out.
    const folded = new Set(cards.filter(({ rows }) => rows[0]!.layers.length > 1).map(({ id }) => id));
    for (const edge of wanted) {
      const [from, to] = edge.split(" → ");
      if (from !== to && !(folded.has(from!) && folded.has(to!))) expect(drawn).toContain(edge);
    }
    for (const { from, to } of picture.edges)
      expect(cards.map(({ id }) => id)).toEqual(expect.arrayContaining([from, to]));
  });

  test("counts what the model counts", () => {
    const [{ params, macs }] = [picture];
    const inside = [...groupsOf(picture.items)].filter(({ depth }) => depth === 0).map(({ group }) => group);
    expect(inside.reduce((sum, group) => sum + group.params, 0)).toBeLessThanOrEqual(params);
    expect(macs).toBeGreaterThan(0);
  });
});

test("blocks are groups, alike ones in a row are one, and a round that is a block is that block", () => {
  const block = "conv+batch_norm+relu conv+batch_norm";
  const turning = `[Residual: ${block} conv+batch_norm add+relu]`;
  const plain = (times: string): string => `[Residual${times}: ${block} add+relu]`;
  expect(outline(drawUp(resnet).items)).toBe(
    `image normalize conv+relu conv+relu [Stage: ${turning} ${plain(" ×2")}] [Stage: ${turning} ${plain("")}] ` +
      `${plain("")} global_avg_pool dense+softmax embedding label`,
  );
});

test("rounds that are alike are one, others stand behind each other", () => {
  const rest = "output y: f32[all.size] = all";
  const rounds = "conv(4, kernel=3, pad=1) -> relu -> max_pool(2)";
  expect(
    outlineOf(
      `input x: f32[4, 32, 32]\n all = x -> repeat 3 { conv(4, kernel=3, pad=1) -> relu } -> flatten\n ${rest}`,
    ),
  ).toBe("x [repeat ×3: conv+relu] flatten y");
  expect(outlineOf(`input x: f32[4, 32, 32]\n all = x -> repeat 2 { ${rounds} } -> flatten\n ${rest}`)).toBe(
    "x [repeat: conv+relu max_pool] [repeat: conv+relu max_pool] flatten y",
  );
});

test("runs within runs", () => {
  const inner = "repeat 2 { conv(4, kernel=3, pad=1) -> relu } -> tanh -> conv(4, kernel=1)";
  const drawn = drawUp(
    modelOf("Nested", `input x: f32[4, 8, 8]\n y = x -> repeat 3 { ${inner} }\n output all: f32[4, 8, 8] = y`),
  );
  expect(outline(drawn.items)).toBe("x [repeat ×3: [repeat ×2: conv+relu] tanh conv] all");
  expect(cardsOf(drawn.items).find(({ id }) => id === "y.conv1.0.0")!.rows[0]!.layers).toHaveLength(6);
  expect(drawn.edges.map(({ from, to }) => `${from} → ${to}`)).toEqual([
    "x → y.conv1.0.0",
    "y.conv1.0.0 → y.tanh1.0",
    "y.tanh1.0 → y.conv2.0",
    "y.conv2.0 → output all",
  ]);
});

test("blocks whose values are used elsewhere are not taken together", () => {
  const lines = `input x: f32[4, 8, 8]
    a = x -> repeat 1 { conv(4, kernel=3, pad=1) -> relu -> conv(4, kernel=1) }
    b = a -> repeat 1 { conv(4, kernel=3, pad=1) -> relu -> conv(4, kernel=1) }
    output y: f32[4, 8, 8] = add(a, b)`;
  expect(outlineOf(lines)).toBe("x [repeat: conv+relu conv] [repeat: conv+relu conv] add y");
});

test("a value that two layers use ends its card", () => {
  expect(outlineOf("input x: f32[4]\n a = x -> dense(4)\n output y: f32[4] = add(a -> relu, a)")).toBe(
    "x dense relu add y",
  );
});

test("edges that skip are those past a longer way", () => {
  const skips = drawUp(unet).edges.filter(({ skip }) => skip);
  expect(skips.map(({ to, shape }) => `${to} ${shape}`)).toEqual(["d2.concat1 16×8×8", "d1.concat1 8×16×16"]);
});

test("rows say what a slide needs", () => {
  const lines = `input x: f32[4, 9, 9]
    a = x -> conv(8, kernel=[1, 3], stride=2, groups=4, pad=[0, 1]) -> leaky_relu -> dropout(0.25) -> flatten -> dense(3)
    output y: f32[3] = a`;
  const rows = cardsOf(drawUp(modelOf("Rows", lines)).items).flatMap(({ rows }) => rows);
  expect(rows.map(({ word, detail }) => `${word} ${detail}`.trim())).toEqual([
    "x",
    "conv 1×3, 8, stride 2, groups 4",
    "leaky_relu",
    "dropout 0.25",
    "flatten",
    "dense 3",
    "y",
  ]);
  expect(rows[1]!.note).toBe("a.conv1\n8×5×5\n32 parameters\n600 MACs");
});

test("rows of a sequence have one number where those of a picture have two", () => {
  const lines = `input x: f32[4, 20]
    output y: f32[8, 5] = x -> conv(8, kernel=3, stride=1, pad=[1, 1]) -> max_pool(3, stride=2, pad=1) -> adaptive_avg_pool(5)`;
  const rows = cardsOf(drawUp(modelOf("Rows", lines)).items).flatMap(({ rows }) => rows);
  expect(rows.map(({ detail }) => detail)).toEqual(["", "3, 8", "3, stride 2", "5", ""]);
});
