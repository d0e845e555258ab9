import { isBatchNorm } from "../../operators.ts";
import { defineRule } from "../../rule.ts";

export const batchNormOfFew = defineRule({
  code: "CNN514",
  name: "batch-norm-of-few",
  title: "batch_norm over a batch of one",
  severity: "error",
  set: "recommended",
  message: "with {settings}, `batch_norm` has {values} of one sample to take its moments from",
  explain: `\`batch_norm\` standardises each channel over the samples of a batch. With one sample it learns on the moments of that sample
alone, and in inference uses those of all: two different networks (Wu & He 2018, arXiv:1803.08494, figure 1). Of a vector, one
sample gives one value per channel, which less its mean is 0: whatever comes in, the result is the same, and nothing before it
can learn. Use a larger \`batch\`, or fewer parts of it (\`accumulate\`).`,
  checkModel: ({ network, report }) => {
    const layer = network.layers.find(isBatchNorm);
    const { batch, accumulate } = network.model.train ?? {};
    if (batch === undefined || batch !== accumulate || layer === undefined) return;
    const pixels = layer.type.shape.slice(1).reduce((product, size) => product * size, 1);
    const settings = batch === 1 ? "`batch = 1`" : `\`batch = ${batch}\` and \`accumulate = ${accumulate}\``;
    const values = pixels === 1 ? "one value" : `the ${pixels} pixels`;
    report(layer, { settings, values }, { help: "use a larger `batch`" });
  },
});
