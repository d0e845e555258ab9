import { span } from "../../../shape/window.ts";
import { defineRule } from "../../rule.ts";

type Pair = readonly [number, number];

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
      const { kernel, stride, dilation = [1, 1] } = layer.attributes as Partial<Record<string, Pair>>;
      if (kernel === undefined || stride === undefined) continue;
      for (const [i, axis] of ["rows", "columns"].entries()) {
        const window = span(kernel[i]!, dilation[i]!);
        if (kernel[i] === 1 || stride[i]! <= window) continue;
        report(layer, { window, step: stride[i]!, axis }, { help: `a stride of ${window} looks at all of them` });
      }
    }
  },
});
