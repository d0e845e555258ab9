import type { Look } from "./picture.ts";

interface Colour {
  /** In the legend. */
  readonly name: string;
  readonly fill: string;
}

/** Light fills, on which dark letters read well, on a white slide and on a dark one; distinct in grey, too, where possible. */
export const colours: Readonly<Record<Look, Colour>> = {
  end: { name: "input, output", fill: "#ffffff" },
  embedding: { name: "embedding", fill: "#f3b9dc" },
  convolution: { name: "convolution", fill: "#9cc9f2" },
  spectrum: { name: "spectrum", fill: "#e9e18a" },
  dense: { name: "dense", fill: "#c3b1ee" },
  normalisation: { name: "normalisation", fill: "#d3dbe3" },
  activation: { name: "activation", fill: "#ffd37f" },
  pooling: { name: "pooling", fill: "#a5dcae" },
  join: { name: "join", fill: "#f4a6a0" },
  dropout: { name: "dropout", fill: "#dcc3a1" },
  shape: { name: "reshaping", fill: "#b9e3e3" },
};

export const closedFill = "#eceff2";
/** Letters on fills. */
export const ink = "#1d2530";
/** Letters and lines on the page itself: as far from white as from black (4.6 : 1). */
export const middle = "#757575";
/** Edges that skip something. */
export const accent = "#cc5500";
