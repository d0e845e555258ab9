import type { Edit } from "../../../../grammar/index.ts";
import type { Layer } from "../../../check/program.ts";
import type { Network } from "../../network.ts";
import { centresChannels, isLinear } from "../../operators.ts";
import { defineRule } from "../../rule.ts";
import { addArgument, namedArgument } from "../../syntax.ts";
import type { Syntax } from "../../syntax.ts";

export const biasBeforeBatchNorm = defineRule({
  code: "CNN502",
  name: "bias-before-batch-norm",
  title: "bias before a norm that subtracts it",
  severity: "warning",
  set: "recommended",
  message: "the bias of this `{operator}` does nothing: `{norm}` subtracts it again",
  explain: `\`batch_norm\` subtracts the mean of each channel, and a bias is a part of that mean: it has no influence on the result
and its gradient is zero, but it is stored, loaded and updated. The \`beta\` of \`batch_norm\` takes its place (Ioffe &
Szegedy 2015, arXiv:1502.03167, section 3.2). \`instance_norm\`, and \`group_norm\` with a group for each channel, do the same; norms over
several channels subtract a mean of biases, and leave their differences.

The fix takes the parameter \`bias\` out of the weight file: weights that were saved with it need it to be kept.`,
  checkModel: ({ network, syntax, report }) => {
    for (const layer of network.layers) {
      if (!network.alike(layer).every((one) => isUseless(one, network))) continue;
      const [norm] = network.consumers(layer);
      const notes = [{ span: norm!.span, message: "this subtracts the mean of each channel" }];
      const holes = { operator: layer.operator.name, norm: norm!.operator.name };
      const edit = withoutBias(layer, network, syntax);
      const fix = edit && { title: "leave the bias out", edits: [edit] };
      report(layer, holes, { notes, fix });
    }
  },
});

/** Whether a layer has a bias that nothing but norms by channel see. */
function isUseless(layer: Layer, network: Network): boolean {
  const consumers = network.consumers(layer);
  if (!isLinear(layer) || layer.attributes["bias"] !== true || network.isEnd(layer)) return false;
  // The parameters of a `shared` layer are named after its declaration: other uses may need the bias.
  if (!layer.parameters.every(({ name }) => name.startsWith(`${layer.name}.`))) return false;
  return consumers.length > 0 && consumers.every(centresChannels);
}

/** Only where the norm stands in the same model or block: other uses of a block could be without it. */
function withoutBias(layer: Layer, network: Network, syntax: Syntax): Edit | undefined {
  const call = syntax.callOf(layer);
  const declaration = syntax.declarationOf(layer.span);
  const together = network.consumers(layer).every(({ span }) => syntax.declarationOf(span) === declaration);
  if (call === undefined || declaration === undefined || !together) return undefined;
  const given = namedArgument(call, "bias");
  if (given !== undefined)
    return given.value.kind === "Boolean" ? { span: given.value.span, text: "false" } : undefined;
  const byPlace = call.arguments.filter(({ name }) => name === undefined).length;
  const place = Object.keys(layer.operator.attributes).indexOf("bias");
  return byPlace <= place ? addArgument(call, "bias=false") : undefined;
}
