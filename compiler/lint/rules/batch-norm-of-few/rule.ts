import { isBatchNorm } from "../../operators.ts";
import { defineRule } from "../../rule.ts";

export const batchNormOfFew = defineRule({
  code: "CNN514",
  name: "batch-norm-of-few",
  title: "batch_norm over a batch of one",
  severity: "error",
  set: "recommended",
  message: "with `batch = 1`, `batch_norm` has {values} of one sample to take its moments from",
  explain: `\`batch_norm\` standardises each channel over the samples of a batch. With one sample it learns on the moments of that sample
alone, and in inference uses those of all: two different networks (Wu & He 2018, arXiv:1803.08494, figure 1). Of a vector, one
sample gives one value per channel, which less its mean is 0: whatever comes in, the result is the same, and nothing before it
can learn. Use a larger \`batch\`.`,
  checkModel: ({ network, report }) => {
    const layer = network.layers.find(isBatchNorm);
    if (network.model.train?.batch !== 1 || layer === undefined) return;
    const pixels = layer.type.shape.slice(1).reduce((product, size) => product * size, 1);
    report(layer, { values: pixels === 1 ? "one value" : `the ${pixels} pixels` }, { help: "use a larger `batch`" });
  },
});
