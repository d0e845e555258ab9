import { isNorm } from "../../operators.ts";
import { defineRule } from "../../rule.ts";

/** How much each makes of the way to a vanished gradient; at 1 it is reported. */
const shares: Readonly<Record<string, number>> = { sigmoid: 1 / 4, hard_sigmoid: 1 / 4, tanh: 1 / 8 };

export const saturatingChain = defineRule({
  code: "CNN508",
  name: "saturating-chain",
  title: "gradient that vanishes in saturating activations",
  severity: "warning",
  set: "recommended",
  message: "gradients come through {count} saturating activations in a row, and may vanish on the way",
  explain: `The gradient of a layer far from the loss is a product of the slopes of all activations between. The slope of \`sigmoid\` is at
most 1/4 (of \`hard_sigmoid\` 1/6), so four in a row leave at most 1/256. The slope of \`tanh\` is at most 1, but its root mean
square over inputs of variance 1 is 0.68, so eight in a row leave about 1/20. The first layers then hardly learn (Bengio et
al. 1994; Glorot & Bengio 2010). Use \`relu\`, put \`batch_norm\` between, or lead a skip around them with \`add\`.

Reported for a model that trains, from 4 sigmoids, 8 tanhs, or a mixture, without \`batch_norm\`, another norm or a skip between.`,
  checkModel: ({ network, report }) => {
    if (network.model.train === undefined) return;
    const chains = new Map<string, { readonly share: number; readonly count: number }>();
    for (const layer of network.layers) {
      const { name, operator, operands } = layer;
      const before = operands.length === 1 && !isNorm(layer) ? chains.get(operands[0]!) : undefined;
      const { share, count } = before ?? { share: 0, count: 0 };
      const own = shares[operator.name];
      const here = own === undefined ? { share, count } : { share: share + own, count: count + 1 };
      chains.set(name, here);
      if (share < 1 && here.share >= 1)
        report(layer, { count: here.count }, { help: "use `relu`, or put `batch_norm` between" });
    }
  },
});
