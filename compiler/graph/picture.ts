import type { Category } from "../opkit/operator.ts";

/** A network as it is drawn, before anything has a place. Plain data: a page carries it as JSON. */
export interface Picture {
  readonly name: string;
  readonly params: number;
  readonly macs: number;
  readonly items: readonly Item[];
  readonly edges: readonly Edge[];
}

export type Item = Card | Group;

/** An input, an output, or a layer with the layers behind it that keep its shape. */
export interface Card {
  readonly kind: "card";
  readonly id: string;
  readonly rows: readonly Row[];
}

export type Look = Category | "end";

export interface Row {
  readonly look: Look;
  /** `conv` */
  readonly word: string;
  /** `3×3, 64` */
  readonly detail: string;
  /** The layer's name, and what it costs. */
  readonly note: string;
  /** Names of the layers that it stands for: one, or those of alike blocks. */
  readonly layers: readonly string[];
}

/** A block, or the alike blocks of a row of them. */
export interface Group {
  readonly kind: "group";
  readonly id: string;
  readonly title: string;
  /** Of the use, the first one of several. */
  readonly name: string;
  readonly times: number;
  readonly items: readonly Item[];
  /** Of all of them. */
  readonly params: number;
  readonly macs: number;
}

/** A value on its way from the card that computes it to one that uses it. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly shape: string;
  /** There is a longer way to the same card. */
  readonly skip: boolean;
}

/** The groups below, each before those that it holds, with how many blocks they are within. */
export function* groupsOf(items: readonly Item[], depth = 0): IterableIterator<{ group: Group; depth: number }> {
  for (const item of items) {
    if (item.kind === "card") continue;
    yield { group: item, depth };
    yield* groupsOf(item.items, depth + 1);
  }
}
