import type { Layer } from "../../../check/program.ts";
import { defineRule } from "../../rule.ts";
import { namedArgument } from "../../syntax.ts";
import type { Syntax } from "../../syntax.ts";

/** Those that keep the variance from layer to layer, each for its kind of activation. */
const paired: readonly unknown[] = ["he", "xavier"];

/** `he` of `he`, `he_normal` and `he_uniform`. */
const familyOf = (init: unknown): unknown => (typeof init === "string" ? init.split("_")[0] : undefined);

export const initializerMisfit = defineRule({
  code: "CNN507",
  name: "initializer-misfit",
  title: "initialiser that does not fit the activation",
  severity: "warning",
  set: "recommended",
  message: "`init={init}` does not fit `{activation}`, which needs `{right}`",
  explain: `First weights are drawn so that values keep their variance from layer to layer. A ReLU halves E[x²], so the weights before it
need twice the variance: \`he\`, 2/fan_in (He et al. 2015, arXiv:1502.01852). With \`xavier\` the values shrink by √2 in each layer, with
\`he\` before \`tanh\` they grow into its flat ends (Glorot & Bengio 2010). \`init=auto\`, the default, takes what fits.

Behind \`batch_norm\` and other norms, which make any scale the same, nothing is reported.`,
  checkModel: ({ network, syntax, report }) => {
    for (const layer of network.layers) {
      const { init } = layer.attributes;
      const family = familyOf(init);
      const activation = network.activationBehind(layer);
      const right = activation?.operator.activation?.initializer;
      if (activation === undefined || right === undefined || !paired.includes(family) || family === right) continue;
      const notes = [{ span: activation.span, message: "this is the activation" }];
      const holes = { init: init as string, activation: activation.operator.name, right };
      report(layer, holes, { notes, fix: fixOf(layer, syntax) });
    }
  },
});

function fixOf(layer: Layer, syntax: Syntax) {
  const call = syntax.callOf(layer);
  const given = call && namedArgument(call, "init");
  if (given?.value.kind !== "Name" || given.value.name !== layer.attributes["init"]) return undefined;
  return { title: "let the activation decide", edits: [{ span: given.value.span, text: "auto" }] };
}
