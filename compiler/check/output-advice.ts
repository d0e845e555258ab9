import type { DiagnosticExtras, Expression, Output, TypeExpression } from "../../grammar/index.ts";
import { insertBehind, replacement } from "./fixes.ts";
import type { History, Tensor } from "./values.ts";

/** What makes probabilities of scores: a link behind the value, where a link can stand. */
export function behindScores(node: Expression, link: "softmax" | "sigmoid"): DiagnosticExtras {
  if (node.kind !== "Name" && node.kind !== "Chain") return {};
  const title = link === "softmax" ? "make probabilities of the scores" : "make a probability of each score";
  return { fix: { title, edits: [insertBehind(node.span, ` -> ${link}`)] } };
}

/** A class output that ends in `sigmoid`: probabilities, but not of one out of several. */
export function sigmoidForClasses({ type, history }: Tensor): DiagnosticExtras {
  const help = "classes exclude each other, and `softmax` makes probabilities that sum to 1";
  if (type.shape[0] === 1) {
    const two = "two classes are `dense(2) -> softmax`, or one of `labels`, which is there or not";
    return { help: two };
  }
  return history.use === undefined ? { help, fix: replacement(history.span, "softmax") } : { help };
}

/** A `softmax` where each label or pixel has a probability of its own. */
export function softmaxForEach({ history }: Tensor, part: string): DiagnosticExtras {
  const help = `each ${part} is there or not, whatever the others are`;
  return history.use === undefined ? { help, fix: replacement(history.span, "sigmoid") } : { help };
}

/** More or fewer classes than probabilities: mostly a range whose end was left out of the count, else the last layer. */
export function countMeant({ type }: Pick<Output, "type">, count: number, value: Tensor): DiagnosticExtras {
  const [channels = 1] = value.type.shape;
  const range = rangeOf(type);
  if (range?.from.kind === "Number" && range.to.kind === "Number" && count === channels + 1) {
    const fix = replacement(range.to.span, String(range.to.value - 1));
    return { help: "a range has its end too", fix };
  }
  const sized = sizedBy(value.history);
  const help = "the last layer with a number of its own decides how many";
  return sized === undefined ? { help } : { help, fix: replacement(sized, String(count), `give it ${count}`) };
}

/** A mask of another size is declared as what it is; one of several channels first becomes one. */
export function maskMeant({ span }: TypeExpression, { type }: Tensor): DiagnosticExtras {
  const [channels, height, width] = type.shape;
  if (width === undefined) return { help: "a mask is a picture: `conv(1, kernel=1) -> sigmoid`" };
  if (channels !== 1) return { help: "one channel is left by `conv(1, kernel=1)` in front of the `sigmoid`" };
  return { fix: replacement(span, `mask[${height}, ${width}]`, "declare what it is") };
}

function rangeOf({ arguments: written = [] }: TypeExpression) {
  const [first, second] = written;
  return first?.value.kind === "Range" && second === undefined ? first.value : undefined;
}

/** The number that decides how many channels a value of a model has; in a block it may be meant for other uses. */
function sizedBy(last: History): History["sized"] {
  let step: History | undefined = last;
  while (step?.before !== undefined && step.sized === undefined) step = step.before;
  return step?.use === undefined ? step?.sized : undefined;
}
