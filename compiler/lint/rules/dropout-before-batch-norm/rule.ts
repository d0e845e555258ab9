import type { Layer } from "../../../check/program.ts";
import { isBatchNorm, isDropout } from "../../operators.ts";
import { defineRule } from "../../rule.ts";

export const dropoutBeforeBatchNorm = defineRule({
  code: "CNN505",
  name: "dropout-before-batch-norm",
  title: "dropout before batch_norm",
  severity: "warning",
  set: "recommended",
  message: "`dropout` stands before `batch_norm`, whose running variance will be that of values with dropout",
  explain: `While training, dropout makes the variance of values larger: E[x²] becomes E[x²]/(1 - p). \`batch_norm\` collects that variance
and divides by it in inference, where nothing is dropped and the variance is smaller: the network answers with values on another scale
than it was trained on. Put dropout behind the last \`batch_norm\` (Li et al. 2018, arXiv:1801.05134).`,
  checkModel: ({ network, report }) => {
    // The nearest batch_norm behind each value.
    const behind = new Map<string, Layer>();
    for (const layer of [...network.layers].reverse()) {
      const norm = isBatchNorm(layer) ? layer : behind.get(layer.name);
      if (norm !== undefined) for (const operand of layer.operands) behind.set(operand, norm);
    }
    for (const layer of network.layers) {
      const norm = behind.get(layer.name);
      if (!isDropout(layer) || norm === undefined) continue;
      const notes = [{ span: norm.span, message: "this collects the variance while values are dropped" }];
      report(layer, {}, { notes, help: "put dropout behind the last `batch_norm`" });
    }
  },
});
