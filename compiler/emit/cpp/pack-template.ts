import type { Packing } from "../../ir/plan.ts";
import { extentOf, type Shape } from "../../shape/tensor-type.ts";
import { tile } from "./call.ts";

/** What tells packings apart in the names of their functions, `pack_conv`, and the template arguments of these. */
export function packTemplate(
  { form, lanes, vectors, groups, operand }: Packing,
  shape: Shape,
): readonly [form: string, args: string] {
  const [k = 1, ...kernel] = shape;
  const { channels: perGroup, height: kh, width: kw } = extentOf(kernel);
  const t = tile({ pixels: 1, vectors });
  switch (form) {
    case "vector":
      return ["vector", `${lanes}, ${k}`];
    case "rows":
      return ["rows", `${lanes}, ${k}, ${perGroup}`];
    case "dense":
      return ["dense", `${lanes}, ${t}, ${k}, ${operand.join(", ")}`];
    case "conv":
      return ["conv", `${lanes}, ${t}, ${k}, ${perGroup}, ${kh}, ${kw}, ${groups}`];
    case "conv_grouped":
      return ["grouped", `${lanes}, ${k}, ${perGroup}, ${kh}, ${kw}, ${groups}`];
  }
}
