import { textOf } from "../../../../grammar/index.ts";
import type { Argument, Edit, Expression, File, Let } from "../../../../grammar/index.ts";
import { span } from "../../../../grammar/index.ts";
import type { LossTerm } from "../../network.ts";
import { defineRule } from "../../rule.ts";
import type { Syntax } from "../../syntax.ts";

export const softmaxBeforeLoss = defineRule({
  code: "CNN503",
  name: "softmax-before-loss",
  title: "softmax before a loss that contains it",
  severity: "error",
  set: "recommended",
  message: "`{loss}` takes logits and contains a softmax; here it gets the result of `{found}`",
  explain: `\`cross_entropy\` computes the softmax itself, from logits, in a form that loses no digits. Probabilities lie between 0 and
1, so as logits they differ by 1 at most: for ten classes the second softmax gives no class more than e/(e + 9) = 23%. The
loss then never falls below 1.46, its gradient goes through both softmaxes and is small, and training is slow or stops.`,
  checkModel: ({ network, syntax, report }) => {
    for (const term of network.losses) {
      const prediction = network.layer(term.prediction);
      if (term.definition.name !== "cross_entropy" || prediction?.operator.probabilities === undefined) continue;
      const found = prediction.operator.name;
      const notes = [{ span: prediction.span, message: "these are probabilities already" }];
      const edit = withoutSoftmax(term, syntax);
      const fix = edit && { title: "compare the logits", edits: [edit] };
      report(term.span, { loss: term.definition.name, found }, { notes, fix });
    }
  },
});

/** `cross_entropy(logits, …)` for `cross_entropy(logits -> softmax, …)`, and where the probabilities have a name. */
function withoutSoftmax({ span: place }: LossTerm, syntax: Syntax): Edit | undefined {
  const prediction = predictionOf(syntax.callAt(place)?.arguments ?? []);
  if (prediction === undefined) return undefined;
  if (prediction.kind !== "Name") return logitsOf(prediction);
  const value = letOf(syntax.file, prediction.name, place.start)?.value;
  const logits = value && logitsOf(value);
  return logits && { span: prediction.span, text: textWithout(value, logits) };
}

function predictionOf(list: readonly Argument[]): Expression | undefined {
  return (list.find(({ name }) => name?.name === "prediction") ?? list.find(({ name }) => name === undefined))?.value;
}

/** The edit that takes the last link from `name -> softmax`. */
function logitsOf(value: Expression): Edit | undefined {
  if (value.kind !== "Chain" || value.links.length !== 1 || value.head.kind !== "Name") return undefined;
  return value.links[0]!.kind === "Call"
    ? { span: span(value.span.file, value.head.span.end, value.span.end), text: "" }
    : undefined;
}

function textWithout(value: Expression, { span: gone }: Edit): string {
  return textOf(span(value.span.file, value.span.start, gone.start));
}

/** The statement of the model around a place that defines a name. */
function letOf({ models }: File, name: string, place: number): Let | undefined {
  const model = models.find(({ span: { start, end } }) => start <= place && place < end);
  return model?.items.filter((item) => item.kind === "Let").find((item) => item.name.name === name);
}
