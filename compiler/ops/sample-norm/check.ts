import type { ShapeContext } from "../../opkit/operator.ts";
import type { TensorType } from "../../shape/tensor-type.ts";

type Context = Pick<ShapeContext<{}>, "fail">;

/** The operand's type, unless it is no f32 or moments would be those of `count` elements, a single one. */
export function checkNorm(operator: string, x: TensorType, count: number, { fail }: Context): TensorType {
  if (x.dtype !== "f32") fail("CNN308", { operator, expected: "f32", found: x.dtype }, "x");
  if (count === 1) fail("CNN350", { operator }, "x");
  return x;
}
