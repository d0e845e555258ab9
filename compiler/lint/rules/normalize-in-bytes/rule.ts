import { defineRule } from "../../rule.ts";

export const normalizeInBytes = defineRule({
  code: "CNN512",
  name: "normalize-in-bytes",
  title: "mean or deviation of bytes that are numbers up to 1 by then",
  severity: "error",
  set: "recommended",
  message: "`normalize` divides bytes by 255 first, so a {what} of {value} is that of other numbers",
  explain: `\`normalize\` makes 0..1 of bytes, then subtracts the mean and divides by the deviation, both of which lie between 0 and 1.
Numbers like 123.7 and 58.4 are those of bytes as they are: with them every pixel becomes nearly the same. Divide them by 255.`,
  checkModel: ({ network, report }) => {
    for (const layer of network.layers) {
      if (layer.operator.name !== "normalize" || network.typeOf(layer.operands[0]!).dtype !== "u8") continue;
      const { mean, std } = layer.attributes as { readonly mean: readonly number[]; readonly std: readonly number[] };
      const named = [
        ...mean.map((value) => ["mean", value] as const),
        ...std.map((value) => ["deviation", value] as const),
      ];
      const wrong = named.find(([, value]) => Math.abs(value) > 1);
      if (wrong === undefined) continue;
      const [what, value] = wrong;
      const list = (values: readonly number[]): string => `[${values.map((one) => toUnit(one)).join(", ")}]`;
      report(layer, { what, value }, { help: `divided by 255 they are \`mean=${list(mean)}, std=${list(std)}\`` });
    }
  },
});

function toUnit(value: number): number {
  return Number((value / 255).toPrecision(3));
}
