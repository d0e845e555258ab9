import { receptiveFields } from "../../../lower/receptive-field.ts";
import { extentOf } from "../../../shape/tensor-type.ts";
import { defineRule } from "../../rule.ts";

export const smallReceptiveField = defineRule({
  code: "CNN506",
  name: "small-receptive-field",
  title: "class decided by a part of the picture",
  severity: "warning",
  set: "recommended",
  message: "each score of `{name}` sees {field} of the {picture} {what}",
  explain: `A number that a convolution or a pool computes depends on a window of the picture, its receptive field. A class is decided
from scores, and no layer brings together what the whole picture shows: each score sees its own part, the rest of the
picture has no say in it; of a sequence each score sees a few steps. A \`global_avg_pool\`, or \`flatten\` with \`dense\`, looks
at everything. \`cnnc summary\` shows the receptive field of each layer.

Reported where the field is less than half as high, or half as wide, as the picture, or less than half as long as the sequence.`,
  checkModel: ({ network, report }) => {
    const [input, other] = network.model.inputs.filter(({ type }) => type.shape.length > 1);
    const classes = network.model.outputs.filter(({ kind }) => kind === "class");
    if (input === undefined || other !== undefined || classes.length === 0) return;
    const { height, width } = extentOf(input.type.shape);
    const isSequence = input.type.shape.length === 2;
    const fields = receptiveFields(network.model);
    for (const { name, value, span } of classes) {
      const field = fields.get(value);
      if (field === undefined || field === "all") continue;
      if (2 * field.rows >= height && 2 * field.columns >= width) continue;
      const help = "put `global_avg_pool` before the scores, or `flatten -> dense(…)` in their place";
      const holes = isSequence
        ? { field: `${field.columns}`, picture: `${width}`, what: "steps" }
        : { field: `${field.rows}×${field.columns}`, picture: `${height}×${width}`, what: "pixels" };
      report(span, { name, ...holes }, { help });
    }
  },
});
