import type { Layer } from "../../../check/program.ts";
import type { Network } from "../../network.ts";
import { isBatchNorm, isDepthwise, isLinear } from "../../operators.ts";
import { defineRule } from "../../rule.ts";

/** Linear maps without weights; so is, as inference sees it, a norm by collected moments. */
const passing: ReadonlySet<string> = new Set([
  "identity",
  "flatten",
  "dropout",
  "avg_pool",
  "adaptive_avg_pool",
  "global_avg_pool",
]);

export const linearAfterLinear = defineRule({
  code: "CNN504",
  name: "linear-after-linear",
  title: "two linear layers without an activation between them",
  severity: "warning",
  set: "recommended",
  message: "nothing but linear maps stands between this `{operator}` and the `{before}` before it",
  explain: `A linear map of a linear map is a linear map: W₂(W₁x) = (W₂W₁)x. The two layers together can express no more than one
could, at the price of two. Put an activation between them, or leave one out.

Where the first layer has fewer channels than what is around it, the two are a factorisation with fewer weights (a
bottleneck, as in MobileNetV2, arXiv:1801.04381), and with groups or kernels like 1×3 and 3×1 they are a separable convolution:
there nothing is reported. Nor is it where a value in between is used elsewhere too, like what a squeeze-and-excitation
block averages and scales (arXiv:1709.01507).`,
  checkModel: ({ network, report }) => {
    // The linear layer that a value comes from through linear maps alone, where nothing else reads what is in between.
    const sources = new Map<string, Layer>();
    for (const layer of network.layers) {
      const source = layer.operands.length === 1 ? sources.get(layer.operands[0]!) : undefined;
      if (source !== undefined && isLinear(layer) && isWasteful(source, layer, network)) {
        const notes = [{ span: source.span, message: `this \`${source.operator.name}\` is linear, too` }];
        const help = "put an activation between them, like `-> relu`";
        report(layer, { operator: layer.operator.name, before: source.operator.name }, { notes, help });
      }
      if (network.isEnd(layer) || network.consumers(layer).length > 1) continue;
      if (isLinear(layer)) sources.set(layer.name, layer);
      else if (source !== undefined && isPassing(layer)) sources.set(layer.name, source);
    }
  },
});

const isPassing = (layer: Layer): boolean => passing.has(layer.operator.name) || isBatchNorm(layer);

/** Whether both are whole maps and the first is no bottleneck. */
function isWasteful(first: Layer, second: Layer, network: Network): boolean {
  if (![first, second].every(isWhole)) return false;
  const [channels = 0] = first.type.shape;
  const [incoming = 0] = network.typeOf(first.operands[0]!).shape;
  const [outgoing = 0] = second.type.shape;
  return channels >= Math.min(incoming, outgoing);
}

/** Every output channel sees every input channel, through a window that is as high as wide (a sequence has one axis). */
function isWhole(layer: Layer): boolean {
  const { attributes } = layer;
  const [height, width = height] = (attributes["kernel"] ?? []) as readonly number[];
  return !isDepthwise(layer) && (attributes["groups"] ?? 1) === 1 && height === width;
}
