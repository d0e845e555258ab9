import type { Layer } from "../../../check/program.ts";
import type { Network } from "../../network.ts";
import { isDropout } from "../../operators.ts";
import { defineRule } from "../../rule.ts";

export const dropoutBeforeOutput = defineRule({
  code: "CNN513",
  name: "dropout-before-output",
  title: "dropout on the scores of classes",
  severity: "warning",
  set: "recommended",
  message: "`dropout` sets scores of classes to zero: behind it no layer makes up for what is missing",
  explain: `Dropout keeps the units of a layer from relying on each other: the layer behind has to do with what is left (Srivastava et
al. 2014). Behind the last layer there is none. A score that is set to zero is no score that is missing, but a wrong one, and the
loss punishes the network for it. Put dropout in front of the last \`dense\`.`,
  checkModel: ({ network, syntax, report }) => {
    for (const layer of scoresIn(network)) {
      if (!isDropout(layer)) continue;
      const edit = syntax.withoutLink(layer.span);
      const fix = edit && { title: "leave it out", edits: [edit] };
      report(layer, {}, { help: "put it in front of the last layer that learns", fix });
    }
  },
});

/** What outputs with probabilities are made of, and what losses compare. */
function scoresIn(network: Network): readonly Layer[] {
  const outputs = network.model.outputs.filter(({ kind }) => kind !== "tensor");
  return [
    ...outputs.flatMap((output) => network.scoresOf(output) ?? []),
    ...network.losses.flatMap(({ prediction }) => network.layer(prediction) ?? []),
  ];
}
