import { qualityOf } from "../../../runtime/index.ts";
import { columns, formatCount, formatSeconds } from "../columns.ts";
import type { Align } from "../columns.ts";
import { formatScore } from "../format-score.ts";
import { paretoFront } from "./pareto.ts";
import { latest } from "./record.ts";
import type { Trial } from "./record.ts";

/** What points cost, of which each has a front of its own. */
export const costs = { macs: "MACs", params: "parameters" } as const;
export type Cost = keyof typeof costs;

export interface Ranked extends Trial {
  /** Trained to the end, left behind on the way, or without a measure at all. */
  readonly state: "whole" | "left" | "failed";
  /** The costs for which no point is better and as cheap. */
  readonly fronts: readonly Cost[];
}

/** The best first: those trained to the end by their score, of equal ones the cheaper; then those that came less far. */
export function ranked(trials: readonly Trial[]): Ranked[] {
  const whole = trials.filter((trial) => stateOf(trial) === "whole");
  const names = Object.keys(costs) as Cost[];
  const fronts = names.map(
    (cost) => [cost, paretoFront(whole, (it) => ({ cost: it[cost], quality: quality(it) }))] as const,
  );
  const order = (a: Trial, b: Trial): number =>
    rank[stateOf(a)] - rank[stateOf(b)] ||
    b.results.length - a.results.length ||
    quality(b) - quality(a) ||
    a.macs - b.macs ||
    a.params - b.params ||
    0;
  return [...trials].sort(order).map((trial) => ({
    ...trial,
    state: stateOf(trial),
    fronts: fronts.flatMap(([cost, front]) => (front.includes(trial) ? [cost] : [])),
  }));
}

const rank = { whole: 0, left: 1, failed: 2 } as const;

function stateOf(trial: Trial): Ranked["state"] {
  if (trial.failed !== undefined) return "failed";
  return latest(trial)?.epochs === trial.epochs ? "whole" : "left";
}

function quality(trial: Trial): number {
  const result = latest(trial);
  return result === undefined ? -Infinity : qualityOf(result.score);
}

/** A line for each point: its values, how good it is, and what it costs. */
export function rankingTable(trials: readonly Ranked[]): string[] {
  const axes = Object.keys(trials[0]!.values);
  const metric = trials.flatMap((trial) => latest(trial) ?? [])[0]?.score.metric ?? "accuracy";
  const head = ["", ...axes, metric, costs.macs, costs.params, "epochs", "time", "best for its"];
  const aligns: Align[] = head.map((_, i) => (i === head.length - 1 ? "left" : "right"));
  return columns([head, ...trials.map((trial, i) => [String(i + 1), ...cellsOf(trial, axes)])], aligns);
}

function cellsOf(trial: Ranked, axes: readonly string[]): string[] {
  const { values, macs, params, epochs, seconds, state, fronts } = trial;
  const result = latest(trial);
  return [
    ...axes.map((axis) => values[axis]!),
    result === undefined || state === "failed" ? "failed" : formatScore(result.score),
    ...[macs, params].map((count) => (epochs === 0 ? "" : formatCount(count))),
    result === undefined ? "" : `${result.epochs}/${epochs}`,
    seconds === 0 ? "" : formatSeconds(seconds),
    fronts.map((cost) => costs[cost]).join(", "),
  ];
}
