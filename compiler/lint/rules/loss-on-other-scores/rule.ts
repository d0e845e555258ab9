import type { Layer } from "../../../check/program.ts";
import type { Network } from "../../network.ts";
import { isActivation } from "../../operators.ts";
import { defineRule } from "../../rule.ts";

export const lossOnOtherScores = defineRule({
  code: "CNN517",
  name: "loss-on-other-scores",
  title: "loss on other scores than the output's",
  severity: "warning",
  set: "recommended",
  message: "`{output}` is made of other scores than those that the loss compares with it",
  explain: `Training makes the softmax of what the loss compares a good probability. The probabilities that callers get are those of another
value, for which nothing was trained. A loss may have further terms, for heads that only help the training; one term is on the
scores of the output itself.`,
  checkModel: ({ network, report }) => {
    for (const output of network.model.outputs) {
      const terms = network.losses.filter(({ target }) => target === output.name);
      const scores = network.scoresOf(output);
      // Other rules speak of an activation on the scores, and of a loss on the probabilities themselves.
      if (output.kind !== "class" || terms.length === 0 || scores === undefined || isActivation(scores)) continue;
      const own = plain(scores, network);
      const compared = terms.map(({ prediction }) => network.layer(prediction)).filter((layer) => layer !== undefined);
      if (compared.some((layer) => layer.operator.probabilities !== undefined || plain(layer, network) === own))
        continue;
      const notes = [{ span: scores.span, message: "these are the scores of the output" }];
      report(terms[0]!.span, { output: output.name }, { notes });
    }
  },
});

/** What a value is before dropout and flatten, which leave scores what they are. */
function plain(layer: Layer, network: Network): Layer {
  let value = layer;
  for (let next: Layer | undefined = layer; next !== undefined; next = network.before(value)) {
    value = next;
    if (value.operator.name !== "dropout" && value.operator.name !== "flatten") break;
  }
  return value;
}
