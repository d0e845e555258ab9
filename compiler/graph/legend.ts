import { accent, colours, ink, middle } from "./colours.ts";
import { font } from "./measure.ts";
import type { Layout } from "./layout.ts";
import type { Look } from "./picture.ts";
import { textWidth } from "./text-width.ts";
import { element, escape } from "./xml.ts";

const line = 20;
const swatch = 14;
const skipName = "skip connection";

export interface Legend {
  readonly width: number;
  readonly height: number;
  readonly parts: readonly string[];
}

/** What the colours of a drawing mean: those that it has. */
export function legendOf({ items, edges }: Layout): Legend {
  const cards = items.flatMap((item) => (item.kind === "card" ? [item.card] : []));
  const used = new Set(cards.flatMap(({ rows }) => rows.map(({ look }) => look)));
  const looks = (Object.keys(colours) as Look[]).filter((look) => used.has(look));
  const square = { width: swatch, height: swatch, rx: 3, stroke: ink, "stroke-opacity": 0.55 };
  const entries = looks.map((look) => ({
    name: colours[look].name,
    sign: (y: number) => element("rect", { x: 0, y, ...square, fill: colours[look].fill }),
  }));
  if (edges.some(({ edge }) => edge.skip)) {
    const stroke = { stroke: accent, "stroke-width": 2.5 };
    entries.push({ name: skipName, sign: (y) => element("path", { d: `M0 ${y + swatch / 2}h${swatch}`, ...stroke }) });
  }
  const left = swatch + 8;
  const parts = entries.flatMap(({ name, sign }, i) => [
    sign(i * line),
    element("text", { x: left, y: i * line + 11, "font-size": font.small, fill: middle }, escape(name)),
  ]);
  const width = left + Math.max(...entries.map(({ name }) => textWidth(name, font.small)));
  return { width, height: entries.length * line, parts: parts.map((part) => `\n${part}`) };
}
