import { accent, colours, ink, middle } from "../../graph/colours.ts";
import { element, escape, svgDocument } from "../../graph/xml.ts";
import type { Score } from "../../../runtime/index.ts";
import { formatCount } from "../columns.ts";
import { formatScore } from "../format-score.ts";
import { costs } from "./ranking.ts";
import type { Cost, Ranked } from "./ranking.ts";
import { latest } from "./record.ts";
import { evenTicks, ratioTicks, shortCount } from "./ticks.ts";
import type { Range } from "./ticks.ts";

const margin = { left: 68, top: 64, right: 24, bottom: 64 } as const;
const panel = { width: 400, height: 300 } as const;
const panelWidth = margin.left + panel.width + margin.right;
const line = 18;

type Measured = Ranked & { readonly score: Score };

/** Scores against multiply-accumulates and against parameters, with the Pareto front of each, as an SVG file like those of `cnnc graph`. */
export function plotOf(trials: readonly Ranked[], model: string): string {
  const measured = trials.flatMap((trial): Measured[] => {
    const score = trial.state === "failed" ? undefined : latest(trial)?.score;
    return score ? [{ ...trial, score }] : [];
  });
  const best = measured.filter(({ fronts }) => fronts.length > 0);
  const top = margin.top + panel.height + margin.bottom;
  const size = { width: 2 * panelWidth, height: top + (best.length + 1) * line + 8 };
  const parts = [
    element("title", {}, escape(model)),
    text(model, margin.left, 30, { "font-size": 20, "font-weight": "bold" }),
    ...(Object.keys(costs) as Cost[]).map((cost, i) =>
      element(
        "g",
        { transform: `translate(${i * panelWidth + margin.left} ${margin.top})` },
        ...panelOf(measured, cost),
      ),
    ),
    text(legend(measured), margin.left, top),
    ...best.map((trial, i) => text(caption(trial, measured.indexOf(trial)), margin.left, top + (i + 1) * line)),
  ];
  return svgDocument(size, 13, parts);
}

function legend(trials: readonly Measured[]): string {
  const left = trials.some(({ state }) => state === "left") ? "; hollow: left behind after some of its epochs" : "";
  return `On the line: nothing that was trained to the end is as cheap and better${left}.`;
}

/** `1: depth=2 width=16, accuracy 91.2%, 416,520 MACs, 61,706 parameters` */
function caption({ name, score, macs, params }: Measured, index: number): string {
  const size = `${formatCount(macs)} ${costs.macs}, ${formatCount(params)} ${costs.params}`;
  return `${index + 1}: ${name}, ${score.metric} ${formatScore(score)}, ${size}`;
}

/** Where a value lies in a panel. */
interface Scales {
  readonly x: (cost: number) => number;
  readonly y: (score: number) => number;
}

function panelOf(trials: readonly Measured[], cost: Cost): string[] {
  // A network without any has no place where ratios are equal stretches.
  const costOf = (trial: Measured): number => Math.max(trial[cost], 1);
  const across = padded(trials.map(costOf), Math.log, Math.exp);
  const up = padded(
    trials.map(({ score }) => score.value),
    Number,
    Number,
  );
  const scales = {
    x: (value: number) => round((panel.width * Math.log(value / across.from)) / Math.log(across.to / across.from)),
    y: (value: number) => round((panel.height * (up.to - value)) / (up.to - up.from)),
  };
  const front = trials.filter(({ fronts }) => fronts.includes(cost)).sort((a, b) => a[cost] - b[cost]);
  const stairs = front.map(
    (it, i) => `${i === 0 ? "M" : "H"}${scales.x(costOf(it))}${i === 0 ? " " : "V"}${scales.y(it.score.value)}`,
  );
  const { metric } = trials[0]!.score;
  return [
    ...grid({ across, up, scales, metric, cost }),
    element("path", { d: `${stairs.join("")}H${panel.width}`, fill: "none", stroke: accent, "stroke-width": 1.5 }),
    ...trials.map((trial) => dot(trial, cost, scales.x(costOf(trial)), scales.y(trial.score.value))),
    ...front.map((it) => {
      const at = { "text-anchor": "end", "font-weight": "bold", fill: accent };
      return text(String(trials.indexOf(it) + 1), scales.x(costOf(it)) - 6, scales.y(it.score.value) - 6, at);
    }),
  ];
}

function dot({ name, state, score, fronts, ...trial }: Measured, cost: Cost, cx: number, cy: number): string {
  const front = fronts.includes(cost);
  const fill = state === "left" ? "none" : front ? accent : colours.convolution.fill;
  const note = `${name}: ${score.metric} ${formatScore(score)}, ${formatCount(trial[cost])} ${costs[cost]}`;
  const circle = { cx, cy, r: front ? 5 : 4, fill, stroke: state === "left" ? middle : ink };
  return element("circle", circle, element("title", {}, escape(note)));
}

interface Frame {
  readonly across: Range;
  readonly up: Range;
  readonly scales: Scales;
  readonly metric: Score["metric"];
  readonly cost: Cost;
}

/** The axes, their ticks and names. */
function grid({ across, up, scales, metric, cost }: Frame): string[] {
  const rule = { stroke: middle, "stroke-opacity": 0.25 };
  const { width, height } = panel;
  return [
    element("rect", { x: 0, y: 0, width, height, fill: "none", stroke: middle }),
    ...ratioTicks(across).flatMap((tick) => [
      element("path", { d: `M${scales.x(tick)} 0V${height}`, ...rule }),
      text(shortCount(tick), scales.x(tick), height + 18, { "text-anchor": "middle" }),
    ]),
    ...evenTicks(up).flatMap((tick) => [
      element("path", { d: `M0 ${scales.y(tick)}H${width}`, ...rule }),
      text(formatTick(tick, metric), -8, scales.y(tick) + 4, { "text-anchor": "end" }),
    ]),
    text(costs[cost], width / 2, height + 40, { "text-anchor": "middle" }),
    text(`${metric} on validation data`, 0, -10, {}),
  ];
}

/** No digits that a tick does not need: `84%`, `84.5%`. */
function formatTick(tick: number, metric: Score["metric"]): string {
  return metric === "mean absolute error" ? String(tick) : `${Number((100 * tick).toPrecision(6))}%`;
}

/** From the least value to the largest, and a little more at both ends. */
function padded(values: readonly number[], map: (value: number) => number, back: (value: number) => number): Range {
  const mapped = values.map(map);
  const [from, to] = [Math.min(...mapped), Math.max(...mapped)];
  const pad = to > from ? 0.08 * (to - from) : 0.05 * Math.max(Math.abs(from), 0.1);
  return { from: back(from - pad), to: back(to + pad) };
}

function round(value: number): number {
  return Math.round(2 * value) / 2;
}

function text(
  content: string,
  x: number,
  y: number,
  attributes: Readonly<Record<string, string | number>> = {},
): string {
  return element("text", { x, y, fill: middle, ...attributes }, escape(content));
}
