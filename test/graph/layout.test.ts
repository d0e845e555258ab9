import { describe, expect, test } from "vitest";
import { layOut } from "../../compiler/graph/layout.ts";
import type { Box, Layout, Point } from "../../compiler/graph/layout.ts";
import { groupsOf } from "../../compiler/graph/picture.ts";
import { pictures } from "./networks.ts";

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const holds = (a: Box, b: Box): boolean =>
  a.x <= b.x && a.y <= b.y && a.x + a.width >= b.x + b.width && a.y + a.height >= b.y + b.height;
const onRim = ({ x, y }: Point, { x: left, y: top, width, height }: Box): boolean =>
  holds({ x: left - 1, y: top - 1, width: width + 2, height: height + 2 }, { x, y, width: 0, height: 0 }) &&
  ([top, top + height].some((rim) => Math.abs(y - rim) < 1) ||
    [left, left + width].some((rim) => Math.abs(x - rim) < 1));

/** Boxes through which no edge may pass: cards and closed groups. */
const solid = ({ items }: Layout): Map<string, Box> =>
  new Map(
    items.flatMap((item) => {
      if (item.kind === "card") return [[item.card.id, item.box] as const];
      return item.open ? [] : [[item.group.id, item.box] as const];
    }),
  );

function closings(): (readonly [string, (typeof pictures)[number], ReadonlySet<string>])[] {
  return pictures.flatMap((picture) => {
    const groups = [...groupsOf(picture.items)];
    return [0, 1, 9].map((depth) => {
      const closed = groups.filter((it) => it.depth >= depth).map(({ group }) => group.id);
      return [`${picture.name} to depth ${depth}`, picture, new Set(closed)] as const;
    });
  });
}

describe.each(closings())("%s", (_, picture, closed) => {
  test("boxes hold each other or lie apart, and edges end at them", async () => {
    const layout = await layOut(picture, closed);
    const boxes = layout.items.map(({ box }) => box);
    boxes.forEach((a, i) =>
      boxes.slice(i + 1).forEach((b) => expect(!overlap(a, b) || holds(a, b), JSON.stringify([a, b])).toBe(true)),
    );
    const ends = solid(layout);
    for (const { edge, points, label } of layout.edges) {
      expect(onRim(points[0]!, ends.get(edge.from)!), `start of ${edge.from} → ${edge.to}`).toBe(true);
      expect(onRim(points.at(-1)!, ends.get(edge.to)!), `end of ${edge.from} → ${edge.to}`).toBe(true);
      if (label) expect([...ends.values()].filter((box) => overlap(box, label))).toEqual([]);
    }
    for (const { box } of layout.items)
      expect(holds({ x: 0, y: 0, width: layout.width, height: layout.height }, box)).toBe(true);
  });

  test("edges are straight up, down or across, and pass no card", async () => {
    const layout = await layOut(picture, closed);
    const boxes = [...solid(layout).values()];
    for (const { points } of layout.edges)
      points.slice(1).forEach((b, i) => {
        const a = points[i]!;
        expect(a.x === b.x || a.y === b.y).toBe(true);
        const line = {
          ...{ x: Math.min(a.x, b.x), y: Math.min(a.y, b.y) + 1 },
          ...{ width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) - 2 },
        };
        expect(boxes.filter((box) => line.height > 0 && overlap(box, line))).toEqual([]);
      });
  });
});

test("what closed groups hold is not there, and edges between the same two places are one", async () => {
  const [, resnet] = pictures;
  const closed = new Set([...groupsOf(resnet!.items)].map(({ group }) => group.id));
  const { items, edges } = await layOut(resnet!, closed);
  const names = items.map((item) => (item.kind === "card" ? item.card.id : item.group.title));
  expect(names).toEqual([
    ...["image", "early.normalize1", "early.conv1.0", "early.conv1.1", "Stage", "Stage", "Residual"],
    ...["features.global_avg_pool1", "logits.dense1", "output embedding", "output label"],
  ]);
  expect(edges).toHaveLength(10);
});

/** Where a layer's card lies. */
const cardAt = (layout: Layout, id: string): Box =>
  layout.items.find((item) => item.kind === "card" && item.card.id === id)!.box;

test("a network that comes back to the size of its picture is a U, with skips across", async () => {
  const layout = await layOut(pictures[2]!, new Set());
  const middle = ({ x, width }: Box) => x + width / 2;
  const [top, bottom] = [cardAt(layout, "image"), cardAt(layout, "mid.Double1.conv1.1")];
  const [low, high] = [cardAt(layout, "d2.conv_transpose1"), cardAt(layout, "d1.conv_transpose1")];
  expect(top.y).toBeLessThan(bottom.y);
  expect(high.y).toBeLessThan(low.y);
  expect(low.y).toBeLessThan(bottom.y);
  expect(middle(high)).toBeGreaterThan(middle(top) + top.width);
  for (const { edge, points } of layout.edges.filter((it) => it.edge.skip))
    expect(points[0]!.x, edge.from).toBeLessThan(points.at(-1)!.x);
});

test("a long chain stands in columns where it must be wide", async () => {
  const closed = new Set([...groupsOf(pictures[1]!.items)].map(({ group }) => group.id));
  const [page, slide] = [await layOut(pictures[1]!, closed), await layOut(pictures[1]!, closed, true)];
  expect(page.height).toBeGreaterThan(2 * page.width);
  expect(slide.width).toBeGreaterThan(slide.height);
});
