import { roughly } from "./describe.ts";
import type { Card, Group, Row } from "./picture.ts";
import { textWidth } from "./text-width.ts";

/** Sizes of letters. */
export const font = { title: 18, text: 13, small: 11 } as const;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels. */
export const metrics = {
  row: 24,
  /** At the left and the right of a text. */
  side: 10,
  /** Around what a group holds. */
  inside: 14,
  /** From line to line of a group's label; the first one is its title. */
  line: 15,
} as const;

const smallestCard = 96;

export function cardSize({ rows }: Card): Size {
  const widths = rows.map((row) => textWidth(rowText(row), font.text) + 2 * metrics.side);
  return { width: Math.max(smallestCard, ...widths), height: rows.length * metrics.row };
}

/** A group's label stands at its left, where no edge passes; it is all that is seen of a closed group. */
export function labelSize(group: Group): Size {
  const { side, line } = metrics;
  const costs = costTexts(group);
  const widths = [textWidth(titleText(group), font.text), ...costs.map((text) => textWidth(text, font.small))];
  return { width: Math.max(...widths) + 2 * side, height: (costs.length + 1) * line + 12 };
}

export function rowText({ word, detail }: Row): string {
  return detail === "" ? word : `${word} ${detail}`;
}

/** `Residual ×2` */
export function titleText({ title, times }: Group): string {
  return times === 1 ? title : `${title} ×${times}`;
}

/** `1.2 M parameters`, `3.4 M MACs` */
export function costTexts({ params, macs }: Pick<Group, "params" | "macs">): string[] {
  const texts = [params > 0 && `${roughly(params)} parameters`, macs > 0 && `${roughly(macs)} MACs`];
  return texts.filter((text) => text !== false);
}
