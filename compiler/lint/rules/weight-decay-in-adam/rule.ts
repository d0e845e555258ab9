import { span } from "../../../../grammar/index.ts";
import { defineRule } from "../../rule.ts";

export const weightDecayInAdam = defineRule({
  code: "CNN515",
  name: "weight-decay-in-adam",
  title: "weight decay in adam",
  severity: "warning",
  set: "recommended",
  message: "in `adam` the decay goes through the gradient, and is divided by its size like the rest",
  explain: `\`adam\` adds weight_decay·w to the gradient, then divides by the root of the mean square of that sum. So weights with large
gradients decay hardly at all, and the strength of the decay is no longer the number that was given. \`adamw\` takes the decay
from the weight itself (Loshchilov & Hutter 2019, arXiv:1711.05101).

\`adamw\` multiplies the decay by the learning rate only, so the same number means less: 0.01 is its default.`,
  checkModel: ({ network, report }) => {
    const optimizer = network.model.train?.optimizer;
    if (optimizer?.definition.name !== "adam" || !((optimizer.attributes["weight_decay"] as number) > 0)) return;
    const { file, start } = optimizer.span;
    const edits = [{ span: span(file, start, start + "adam".length), text: "adamw" }];
    report(optimizer.span, {}, { fix: { title: "let the weights decay by themselves", edits } });
  },
});
