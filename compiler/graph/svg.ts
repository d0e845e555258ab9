import { accent, closedFill, colours, ink, middle } from "./colours.ts";
import { linePath } from "./line.ts";
import { legendOf } from "./legend.ts";
import type { Box, Layout, PlacedEdge, PlacedItem } from "./layout.ts";
import { costTexts, font, metrics, titleText } from "./measure.ts";
import type { Card, Group, Picture, Row } from "./picture.ts";
import { textWidth } from "./text-width.ts";
import { element, escape, svgDocument } from "./xml.ts";

const margin = 16;
const gap = 24;

/** A picture in its layout as an SVG file: no script, no style sheet, nothing from elsewhere, no background. */
export function svg(picture: Picture, layout: Layout): string {
  const costs = costTexts(picture).join(" · ");
  const head = font.title + font.small + 26;
  const legend = legendOf(layout);
  const titleWidth = Math.max(textWidth(picture.name, font.title), textWidth(costs, font.small));
  const width = 2 * margin + Math.max(titleWidth, layout.width + gap + legend.width);
  const height = 2 * margin + head + Math.max(layout.height, legend.height);
  const at = (x: number, y: number) => ({ transform: `translate(${round(x)} ${round(y)})` });
  const parts = [
    element("title", {}, escape(picture.name)),
    text(picture.name, margin, margin + font.title, { "font-size": font.title, "font-weight": "bold", fill: middle }),
    text(costs, margin, margin + font.title + font.small + 6, { "font-size": font.small, fill: middle }),
    element("g", at(margin, margin + head), ...drawing(layout)),
    element("g", at(margin + layout.width + gap, margin + head), ...legend.parts),
  ];
  const size = { width: Math.ceil(width), height: Math.ceil(height) };
  return svgDocument(size, font.text, parts);
}

/** Groups lie below edges, edges below cards. */
function drawing({ items, edges }: Layout): string[] {
  const drawn = [
    ...items.flatMap((item) => (item.kind === "group" ? [groupOf(item)] : [])),
    ...[...edges].sort((a, b) => Number(a.edge.skip) - Number(b.edge.skip)).map(edgeOf),
    ...items.flatMap((item) => (item.kind === "card" ? [cardOf(item.card, item.box)] : [])),
  ];
  return drawn.map((part) => `\n${part}`);
}

function groupOf({ group, box, open }: Extract<PlacedItem, { kind: "group" }>): string {
  const { x, y, width, height } = rounded(box);
  const { side, line } = metrics;
  // A closed group is a card; an open one lets the page shine through.
  const [paint, letters] = open
    ? [{ fill: middle, "fill-opacity": 0.08, stroke: middle }, middle]
    : [{ fill: closedFill, stroke: ink }, ink];
  return element(
    "g",
    { "data-group": group.id },
    element("title", {}, escape(group.name)),
    ...behind(group, { x, y, width, height }),
    element("rect", { x, y, width, height, rx: 8, ...paint, "stroke-opacity": 0.7 }),
    text(titleText(group), x + side, y + line + 4, { "font-weight": "bold", fill: letters }),
    ...costTexts(group).map((cost, i) =>
      text(cost, x + side, y + (i + 2) * line + 4, { "font-size": font.small, fill: letters }),
    ),
  );
}

/** Alike blocks show behind the first one. */
function behind({ times }: Group, { x, y, width, height }: Box): string[] {
  if (times === 1) return [];
  const place = { x: x + 4, y: y - 4, width, height, rx: 8 };
  return [element("rect", { ...place, fill: "none", stroke: middle, "stroke-opacity": 0.5 })];
}

function cardOf({ rows }: Card, box: Box): string {
  const { x, y, width, height } = rounded(box);
  const round = rows[0]!.look === "end" ? height / 2 : 5;
  const clip = (i: number): string => rowShape(x, y + i * metrics.row, width, [i === 0, i === rows.length - 1], round);
  return element(
    "g",
    {},
    ...rows.map((row, i) => rowOf(row, clip(i), x + width / 2, y + i * metrics.row)),
    element("rect", { ...{ x, y, width, height, rx: round }, fill: "none", stroke: ink, "stroke-opacity": 0.55 }),
  );
}

function rowOf(row: Row, shape: string, middleX: number, y: number): string {
  const { word, detail, look } = row;
  const rest = detail === "" ? [] : [escape(` ${detail}`)];
  return element(
    "g",
    {},
    element("title", {}, escape(row.note)),
    element("path", { d: shape, fill: colours[look].fill }),
    element(
      "text",
      { x: middleX, y: y + 16.5, "text-anchor": "middle", fill: ink },
      element("tspan", { "font-weight": "bold" }, escape(word)),
      ...rest,
    ),
  );
}

/** A row of a card: the first one is round above, the last one below. */
function rowShape(x: number, y: number, width: number, [above, below]: [boolean, boolean], radius: number): string {
  const [a, b] = [above ? radius : 0, below ? radius : 0];
  const { row } = metrics;
  const corner = (r: number, dx: number, dy: number): string => (r === 0 ? "" : `a${r} ${r} 0 0 1 ${dx} ${dy}`);
  return [
    `M${x + a} ${y}H${x + width - a}${corner(a, a, a)}V${y + row - b}${corner(b, -b, b)}`,
    `H${x + b}${corner(b, -b, -b)}V${y + a}${corner(a, a, -a)}Z`,
  ].join("");
}

function edgeOf({ edge, points, label }: PlacedEdge): string {
  const stroke = edge.skip ? accent : middle;
  const { line, tip } = linePath(points.map(({ x, y }) => ({ x: round(x), y: round(y) })));
  const place = label && rounded(label);
  return element(
    "g",
    {},
    element("path", { d: line, fill: "none", stroke, "stroke-width": edge.skip ? 2.5 : 1.5 }),
    element("path", { d: tip, fill: stroke }),
    ...(place ? [text(edge.shape, place.x + 3, place.y + font.small, { "font-size": font.small, fill: middle })] : []),
  );
}

export function text(
  content: string,
  x: number,
  y: number,
  attributes: Readonly<Record<string, string | number>>,
): string {
  return element("text", { x, y, ...attributes }, escape(content));
}

/** Half pixels are fine enough, and make the same file everywhere. */
function round(value: number): number {
  return Math.round(2 * value) / 2;
}

function rounded({ x, y, width, height }: Box): Box {
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
}
