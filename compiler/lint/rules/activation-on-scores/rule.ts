import type { Layer } from "../../../check/program.ts";
import type { Network } from "../../network.ts";
import { isActivation } from "../../operators.ts";
import { defineRule } from "../../rule.ts";

/** They give any number, from any number. */
const unbounded: ReadonlySet<string> = new Set(["leaky_relu", "prelu"]);

export const activationOnScores = defineRule({
  code: "CNN509",
  name: "activation-on-scores",
  title: "activation on the scores of classes",
  severity: "warning",
  set: "recommended",
  message: "`{activation}` stands between the last layer and the probabilities: scores need the whole line of numbers",
  explain: `Softmax and sigmoid turn any number into a probability. Behind \`relu\` all scores below zero are the same, and their gradient
is zero: a class that is wrongly ruled out cannot come back; a sigmoid behind it gives no label less than 1/2. Behind \`tanh\` or
\`sigmoid\` scores lie so close together that the right one of ten classes gets at most e²/(e² + 9) = 45%.

Where a pool comes after the activation (\`conv -> relu -> global_avg_pool -> softmax\`, Lin et al. 2014, arXiv:1312.4400), nothing is
reported.`,
  checkModel: ({ network, report }) => {
    for (const scores of scoresIn(network)) {
      const last = scores.operator.name === "flatten" ? network.before(scores) : scores;
      if (last === undefined || !isActivation(last) || unbounded.has(last.operator.name)) continue;
      if (last.operator.probabilities === undefined || !network.isEnd(last))
        report(last, { activation: last.operator.name }, { help: "leave it out" });
    }
  },
});

/** What becomes probabilities: before the outputs, and in losses that take logits. */
function scoresIn(network: Network): readonly Layer[] {
  const predictions = network.losses.filter(({ definition }) => definition.name === "cross_entropy");
  const outputs = network.model.outputs.filter(({ kind }) => kind !== "tensor");
  return [
    ...outputs.flatMap((output) => network.scoresOf(output) ?? []),
    ...predictions.flatMap(({ prediction }) => network.layer(prediction) ?? []),
  ];
}
