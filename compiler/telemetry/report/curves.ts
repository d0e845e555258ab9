import type { EpochRecord } from "../training-run.ts";
import { html, type Html } from "./html.ts";
import { roundAxis, wholeAxis, type Axis } from "./scale.ts";

/** A line of a chart; where nothing was measured it has no point. */
export interface Series {
  readonly name: string;
  readonly look: "training" | "validation";
  readonly points: readonly { readonly epoch: number; readonly value: number }[];
}

/** Loss, metrics and learning rate by epoch. */
export function curves(epochs: readonly EpochRecord[]): Html {
  const metrics = Object.keys(epochs[0]?.metrics ?? {});
  return html`<section>
    <h2>Curves</h2>
    <div class="charts">
      ${chart("loss", lossSeries(epochs))} ${metrics.map((name) => chart(name, metricSeries(epochs, name)))}
      ${chart("learning rate", [series(epochs, "at the end of the epoch", "training", (it) => it.learningRate)])}
    </div>
    <p class="note">
      Training: means over an epoch's samples, each taken before the step that it is part of, with dropout and
      augmentation where the network has them. Validation: after the epoch.
    </p>
  </section>`;
}

/** The measured loss of a class output is comparable with the training loss where that is its cross-entropy, so it is named. */
function lossSeries(epochs: readonly EpochRecord[]): Series[] {
  const measured = Object.keys(epochs[0]?.validation?.metrics ?? {}).filter((name) => name.endsWith(".loss"));
  const [name] = measured;
  return [
    series(epochs, "training", "training", ({ loss }) => loss),
    ...(name !== undefined && measured.length === 1
      ? [series(epochs, "validation (cross-entropy)", "validation", (it) => it.validation?.metrics[name])]
      : []),
  ];
}

function metricSeries(epochs: readonly EpochRecord[], name: string): Series[] {
  return [
    series(epochs, "training", "training", ({ metrics }) => metrics[name]),
    series(epochs, "validation", "validation", ({ validation }) => validation?.metrics[name]),
  ];
}

function series(
  epochs: readonly EpochRecord[],
  name: string,
  look: Series["look"],
  valueOf: (record: EpochRecord) => number | undefined,
): Series {
  const points = epochs.flatMap((record) => {
    const value = valueOf(record);
    return value === undefined ? [] : [{ epoch: record.epoch, value }];
  });
  return { name, look, points };
}

const size = { width: 440, height: 240 };
const margin = { left: 52, right: 14, top: 10, bottom: 34 };
/** Beyond so many epochs points would hide their line. */
const mostDots = 40;

export function chart(title: string, all: readonly Series[]): Html {
  const lines = all.filter(({ points }) => points.length > 0);
  const points = lines.flatMap((line) => line.points);
  const epochs = points.map(({ epoch }) => epoch);
  const axes = { x: wholeAxis(Math.min(...epochs), Math.max(...epochs)), y: roundAxis(points.map((it) => it.value)) };
  return html`<figure class="chart">
    <figcaption>
      <b>${title}</b>
      ${lines.map(
        ({ name, look, points }) =>
          html`<span class="key ${look}">${name} <b>${formatNumber(points.at(-1)!.value)}</b></span>`,
      )}
    </figcaption>
    <svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${title} by epoch">
      ${grid(axes)} ${lines.map((line) => curve(line, axes))}
    </svg>
  </figure>`;
}

interface Axes {
  readonly x: Axis;
  readonly y: Axis;
}

/** Where a value stands in the drawing. */
function place({ x, y }: Axes, epoch: number, value: number): { readonly x: number; readonly y: number } {
  const share = ({ from, to }: Axis, at: number): number => (at - from) / (to - from);
  const [width, height] = [size.width - margin.left - margin.right, size.height - margin.top - margin.bottom];
  const round = (pixels: number): number => Math.round(10 * pixels) / 10;
  return {
    x: round(margin.left + width * share(x, epoch)),
    y: round(margin.top + height * (1 - share(y, value))),
  };
}

function grid(axes: Axes): Html {
  const { x, y } = axes;
  const [right, bottom] = [size.width - margin.right, size.height - margin.bottom];
  return html`${y.ticks.map((tick) => {
      const at = place(axes, x.from, tick).y;
      return html`<line class="grid" x1="${margin.left}" x2="${right}" y1="${at}" y2="${at}" />
        <text class="tick" x="${margin.left - 8}" y="${at + 4}" text-anchor="end">${tick}</text>`;
    })}
    ${x.ticks.map((tick) => {
      const at = place(axes, tick, y.from).x;
      return html`<text class="tick" x="${at}" y="${bottom + 16}" text-anchor="middle">${tick}</text>`;
    })} <text class="tick" x="${(margin.left + right) / 2}" y="${bottom + 31}" text-anchor="middle">epoch</text>`;
}

function curve({ name, look, points }: Series, axes: Axes): Html {
  const places = points.map(({ epoch, value }) => ({ epoch, value, ...place(axes, epoch, value) }));
  const dots = places.length <= mostDots ? places : [];
  return html`<g class="${look}">
    <polyline points="${places.map(({ x, y }) => `${x},${y}`).join(" ")}" />
    ${dots.map(
      ({ x, y, epoch, value }) =>
        html`<circle cx="${x}" cy="${y}" r="3"><title>epoch ${epoch}, ${name}: ${formatNumber(value)}</title></circle>`,
    )}
  </g>`;
}

/** Four digits: `0.8312`, `1.234e-7`. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}
