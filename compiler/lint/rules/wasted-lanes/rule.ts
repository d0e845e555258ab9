import type { Network } from "../../network.ts";
import type { Layer } from "../../../check/program.ts";
import { isDepthwise, isLinear } from "../../operators.ts";
import { defineRule } from "../../rule.ts";

/** Floats in the narrower vector of the targets that have any; kernels round channels up to whole vectors. */
const lanes = 8;
const mostWaste = 1 / 4;

export const wastedLanes = defineRule({
  code: "CNN511",
  name: "wasted-lanes",
  title: "channels that leave vector lanes empty",
  severity: "warning",
  set: "strict",
  message: "{channels} channels take the time of {padded}: {waste}% of the lanes compute nothing",
  explain: `Kernels compute the channels of a pixel in vectors of ${lanes} or 16 numbers, so their number is rounded up to a multiple of ${lanes}.
Reported where more than a quarter of the lanes is padding. Layers whose channels are the classes or values of an output, which
nobody can choose, are left out.`,
  checkModel: ({ network, report }) => {
    for (const layer of network.layers) {
      const [channels = 0] = layer.type.shape;
      const padded = Math.ceil(channels / lanes) * lanes;
      const waste = 1 - channels / padded;
      if (!isLinear(layer) || isDepthwise(layer) || waste <= mostWaste || isGiven(layer, network)) continue;
      const less = padded - lanes;
      const help = less === 0 ? `${padded} take the same time` : `${padded} take the same time, ${less} take less`;
      report(layer, { channels, padded, waste: Math.round(100 * waste) }, { help });
    }
  },
});

/** Whether the number of channels is that of an output: no other linear layer stands between. */
function isGiven(layer: Layer, network: Network): boolean {
  const seen = new Set([layer]);
  for (const next of seen) {
    if (network.isEnd(next)) return true;
    for (const consumer of network.consumers(next)) if (!isLinear(consumer)) seen.add(consumer);
  }
  return false;
}
