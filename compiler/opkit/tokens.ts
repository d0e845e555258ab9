import type { Shape, TensorType } from "../shape/tensor-type.ts";
import type { ShapeContext } from "./operator.ts";

/** How long the operand is, and how large its vocabulary; fails unless it is an input of tokens. */
export function checkTokens(
  operator: string,
  { dtype, shape, below }: TensorType,
  fail: ShapeContext<{}>["fail"],
): { readonly shape: Shape; readonly below: number } {
  if (dtype !== "tokens" || below === undefined)
    return fail("CNN308", { operator, expected: "token", found: dtype }, "x");
  return { shape, below };
}
