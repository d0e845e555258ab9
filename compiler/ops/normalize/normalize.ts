import { e } from "../../ir/expression.ts";
import { reals } from "../../opkit/attributes.ts";
import { perChannel } from "../../opkit/onnx.ts";
import { defineOperator, type Mend } from "../../opkit/operator.ts";
import { mapTensor } from "../../opkit/tensor.ts";
import { sizeOf } from "../../shape/tensor-type.ts";

/** Bytes become 0..1 first. */
const unit = (dtype: string): number => (dtype === "u8" ? 255 : 1);

/** Channels that fill no vector. */
const wide = Array.from({ length: 19 }, (_, c) => 0.5 + c / 8).join(", ");

/** A single number was meant for all channels; the three of a colour picture say nothing about a grey one. */
function forEachChannel(list: readonly number[], channels: number): Mend {
  if (list.length !== 1 || channels > 4) return { help: `one number for each channel, ${channels} in all` };
  const text = `[${Array.from({ length: channels }, () => list[0]).join(", ")}]`;
  return { write: [{ title: `the same for all channels: \`${text}\``, text }] };
}

export const normalize = defineOperator({
  name: "normalize",
  category: "normalisation",
  summary: "Standardises each channel by a given mean and standard deviation.",
  doc:
    "y = (x/u - mean[c]) / std[c], where u is 255 for u8 values (pictures become 0..1 first) and 1 for f32. " +
    "It turns bytes into f32; the zero padding of a convolution comes after it. torchvision's `ToTensor` and `Normalize`.",
  operands: ["x"],
  attributes: {
    mean: reals({ doc: "One mean per channel (after the division of bytes by 255)." }),
    std: reals({ doc: "One standard deviation per channel, not zero.", nonZero: true }),
  },
  shape: ({ operands: [x], attributes, fail }) => {
    if (x!.dtype === "tokens") fail("CNN308", { operator: "normalize", expected: "u8 or f32", found: x!.dtype }, "x");
    const channels = x!.shape[0] ?? 1;
    for (const name of ["mean", "std"] as const) {
      const list = attributes[name];
      const holes = { operator: "normalize", attribute: name, length: `${list.length}`, channels: `${channels}` };
      if (list.length !== channels) fail("CNN304", holes, name, forEachChannel(list, channels));
    }
    return { dtype: "f32", shape: x!.shape };
  },
  lower: ({ b, operands: [x], types: [type], attributes: { mean, std } }) => {
    const scale = mean.map((_, c) => 1 / (unit(type!.dtype) * std[c]!));
    const shift = mean.map((value, c) => -value / std[c]!);
    const [scales, shifts] = [e.table(scale), e.table(shift)];
    return b.map(e.add(e.mul(e.value(x!), scales), shifts), () => ({ [x!]: e.mul(e.gradient, scales) }));
  },
  onnx: ({ b, operands: [x], types: [type], attributes: { mean, std } }) => {
    const shape = perChannel(type!);
    const values = type!.dtype === "u8" ? b.node("Div", [x!, b.constant(255)]) : x!;
    return b.node("Div", [b.node("Sub", [values, b.constant(mean, shape)]), b.constant(std, shape)]);
  },
  reference: ({ operands: [x], attributes: { mean, std } }) => {
    const [, channels = 1] = x!.shape;
    const plane = sizeOf(x!.shape.slice(2));
    const bytes = unit(x!.dtype ?? "f32");
    return mapTensor(x!, (value, i) => {
      const c = Math.floor(i / plane) % channels;
      return (value / bytes - mean[c]!) / std[c]!;
    });
  },
  samples: [
    { link: "normalize(mean=[0.286], std=[0.353])", input: [1, 7, 9], batch: 3, dtype: "u8" },
    { link: "normalize(mean=[0.4, 0.5, 0.6], std=[0.2, 0.25, 0.3])", input: [3, 5, 6], batch: 2, dtype: "u8" },
    { link: "normalize(mean=[0.4, 0.5], std=[0.2, 0.25])", input: [2, 9], batch: 3, dtype: "u8" },
    { link: "normalize(mean=[0.4, 0.5, 0.6], std=[0.2, 0.25, 0.3]) -> relu", input: [3, 4, 37], batch: 2, dtype: "u8" },
    { link: "normalize(mean=[1, 2, 3, 4, 5], std=[1, 2, 1, 2, 1])", input: [5, 4, 4], batch: 17 },
    { link: `normalize(mean=[${wide}], std=[${wide}])`, input: [19, 2, 3], batch: 1 },
  ],
});
