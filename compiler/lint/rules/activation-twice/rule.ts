import type { Layer } from "../../../check/program.ts";
import { isActivation } from "../../operators.ts";
import { defineRule } from "../../rule.ts";

/** Activations, and what makes probabilities. */
const bends = (layer: Layer): boolean => isActivation(layer) || layer.operator.probabilities !== undefined;

export const activationTwice = defineRule({
  code: "CNN518",
  name: "activation-twice",
  title: "activation of an activation",
  severity: "warning",
  set: "recommended",
  message: "`{second}` gets the result of `{first}`: there is nothing to learn between them",
  explain: `An activation bends what a layer with weights computes. Two in a row bend it once, in a worse form: \`relu\` of a \`relu\`
changes nothing, \`tanh\` of a \`relu\` has half of its range, \`relu\` of a \`sigmoid\` does nothing at all. Most often a block ends with an
activation already. A \`softmax\` of a \`softmax\` makes all classes nearly alike: its operands lie between 0 and 1.`,
  checkModel: ({ network, report }) => {
    for (const layer of network.layers) {
      const before = network.before(layer);
      if (before === undefined || !bends(layer) || !bends(before)) continue;
      const { probabilities } = before.operator;
      if (probabilities === undefined && layer.operator.probabilities !== undefined && network.isEnd(layer)) continue;
      const notes = [{ span: before.span, message: "the first activation" }];
      report(layer, { first: before.operator.name, second: layer.operator.name }, { notes });
    }
  },
});
