import { span } from "../../../shape/window.ts";
import { isTransposed } from "../../operators.ts";
import { defineRule } from "../../rule.ts";

export const stridePastWindow = defineRule({
  code: "CNN519",
  name: "stride-past-window",
  title: "stride larger than the window",
  severity: "warning",
  set: "recommended",
  message: "windows of {window} every {step} {axis}: what lies between them is not looked at",
  explain: `With a stride larger than the window there are pixels that no window covers: they have no influence on the result, and the
layers before computed them in vain. A kernel of 1 with a stride is how residual networks make a shortcut smaller (He et
al. 2015, arXiv:1512.03385): there nothing is reported.`,
  checkModel: ({ network, report }) => {
    for (const layer of network.layers) {
      const { kernel, stride, dilation } = layer.attributes as Partial<Record<string, readonly number[]>>;
      if (kernel === undefined || stride === undefined || isTransposed(layer)) continue;
      const axes = kernel.length === 1 ? ["steps"] : ["rows", "columns"];
      for (const [i, axis] of axes.entries()) {
        const window = span(kernel[i]!, dilation?.[i] ?? 1);
        if (kernel[i] === 1 || stride[i]! <= window) continue;
        report(layer, { window, step: stride[i]!, axis }, { help: `a stride of ${window} looks at all of them` });
      }
    }
  },
});
