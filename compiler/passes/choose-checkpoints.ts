import { rehearse, type Rehearsal, type Tape } from "./tape.ts";

/** Sizes of segments that are tried, each a part of the one before. */
const budgets = 32;
const nextBudget = 0.75;
/** Memory that is given for fewer repetitions. */
const tolerance = 1.05;

export interface Chosen {
  /** Of each value of the tape, whether it is computed a second time rather than kept. */
  readonly dropped: readonly boolean[];
  readonly run: Rehearsal;
}

/**
 * Which values a step keeps for its gradients, its checkpoints (Chen et al. 2016, arXiv:1604.06174). The way there is cut into segments;
 * what passes from one to a later one is kept, and all else computed a second time, segment by segment. Shorter segments are less
 * memory at a time, and more checkpoints: of several sizes the one is taken whose peak is lowest. Then
 * what fits under that peak anyway is kept after all, the most expensive first. So no node is computed more than twice.
 */
export function chooseCheckpoints(tape: Tape): Chosen {
  const spans = spansOf(tape);
  const all = spans.reduce((sum, { bytes }) => sum + bytes, 0);
  const kept = tape.values.map(() => false);
  const plans = [{ dropped: kept, run: rehearse(tape, kept) }];
  for (let n = 0, budget = all; n < budgets; n++, budget *= nextBudget) {
    const checkpoints = checkpointsFor(budget, spans, tape.turn);
    const dropped = tape.values.map(({ block, repeatable }) => repeatable && !checkpoints.has(block));
    plans.push({ dropped, run: rehearse(tape, dropped) });
  }
  const limit = tolerance * Math.min(...plans.map(({ run }) => run.peak));
  const fitting = plans.filter(({ run }) => run.peak <= limit).map((plan) => keepMore(tape, plan, limit));
  return fitting.reduce((best, plan) => (plan.run.macs < best.run.macs ? plan : best));
}

/** On the way there, from where a block of memory is first written to where something that can be repeated last reads it. */
interface Span {
  readonly block: number;
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

function spansOf({ nodes, turn, values, blocks }: Tape): readonly Span[] {
  const spans = blocks.map((bytes, block) => ({ block, bytes, from: Infinity, to: -1 }));
  const spanOf = (value: number) => spans[values[value]!.block]!;
  nodes.slice(0, turn).forEach(({ reads, writes }, node) => {
    if (!writes.some((value) => values[value]!.repeatable)) return;
    for (const value of writes) spanOf(value).from = Math.min(spanOf(value).from, node);
    for (const value of reads) spanOf(value).to = node;
  });
  return spans.filter(({ from }) => from < turn);
}

/**
 * The blocks that pass cuts, with cuts such that within each segment at most `budget` bytes stay, and the fewest bytes pass:
 * least(i) = min over j < i of least(j) + bytes that are written in j … i - 1 and read from i on, for a cut in front of node i.
 */
function checkpointsFor(budget: number, spans: readonly Span[], turn: number): ReadonlySet<number> {
  const beginning: Span[][] = Array.from({ length: turn }, () => []);
  for (const span of spans) beginning[span.from]!.push(span);
  const least = new Float64Array(turn + 1).fill(Infinity);
  const before = new Int32Array(turn + 1);
  least[0] = 0;
  for (let i = 1; i <= turn; i++) {
    let [passing, within] = [0, 0];
    for (let j = i - 1; j >= 0; j--) {
      for (const { to, bytes } of beginning[j]!)
        if (to >= i) passing += bytes;
        else within += bytes;
      // A single node is never too much.
      if (within > budget && j < i - 1) break;
      if (least[j]! + passing >= least[i]!) continue;
      least[i] = least[j]! + passing;
      before[i] = j;
    }
  }
  const checkpoints = new Set<number>();
  for (let cut = before[turn]!; cut > 0; cut = before[cut]!)
    for (const { block, from, to } of spans) if (from < cut && to >= cut) checkpoints.add(block);
  return checkpoints;
}

/** Keeps what nodes compute as long as the peak stays below a limit: first of nodes that take most. */
function keepMore(tape: Tape, plan: Chosen, limit: number): Chosen {
  const costs = (node: number): number => tape.nodes[node]!.macs;
  let { dropped, run } = plan;
  for (const node of [...plan.run.again].sort((a, b) => costs(b) - costs(a))) {
    const blocks = new Set(tape.nodes[node]!.writes.map((value) => tape.values[value]!.block));
    const fewer = dropped.map((is, value) => is && !blocks.has(tape.values[value]!.block));
    const trial = rehearse(tape, fewer);
    if (trial.peak <= limit) [dropped, run] = [fewer, trial];
  }
  return { dropped, run };
}
