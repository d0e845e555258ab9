import type { Layer } from "../../../check/program.ts";
import { defineRule } from "../../rule.ts";

/** As many as a vector or two of a kernel have numbers: there the products cost next to nothing. */
const fewTokens = 32;

export const oneHotTimesWeights = defineRule({
  code: "CNN520",
  name: "one-hot-times-weights",
  title: "weights that are multiplied with one-hot vectors",
  severity: "warning",
  set: "recommended",
  message: "of {tokens} products for each number of this `conv`, {zeros} are with 0: it is an `embedding({channels})`",
  explain: `A convolution with a kernel of 1 behind \`one_hot\` picks, for each token, the column of its weights that belongs to it:
Σ_v w[k, v]·onehot(t)[v] = w[k, t]. \`embedding\` has the same numbers as a table and looks them up, without the
products and without the one-hot vectors; a bias is part of each row.

Reported where there are more than ${fewTokens} tokens. A wider kernel, which sees several tokens at once, is no table.`,
  checkModel: ({ network, report }) => {
    for (const layer of network.layers) {
      const oneHot = network.before(layer);
      if (oneHot?.operator.name !== "one_hot" || !picksColumns(layer)) continue;
      const [tokens = 0, places] = oneHot.type.shape;
      const [channels = 0, results] = layer.type.shape;
      // With padding there are results of no token.
      if (tokens <= fewTokens || results !== places) continue;
      const notes = [{ span: oneHot.span, message: "this makes the one-hot vectors" }];
      const help = `\`embedding(${channels})\` in the place of both`;
      report(layer, { tokens, zeros: tokens - 1, channels }, { notes, help });
    }
  },
});

/** A window of one place, at every place. */
function picksColumns({ operator, attributes }: Layer): boolean {
  if (operator.name !== "conv" || attributes["groups"] !== 1) return false;
  const [kernel, stride] = [attributes["kernel"], attributes["stride"]] as readonly (readonly number[])[];
  return kernel!.every((size) => size === 1) && stride!.every((step) => step === 1);
}
