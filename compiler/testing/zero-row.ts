import type { ParameterSpec } from "../opkit/operator.ts";
import type { Tensor } from "../opkit/tensor.ts";

/** A drawn parameter, with 0 in the row that starts as 0 and stays so. */
export function withZeroRow(x: Tensor, { initial }: ParameterSpec): Tensor {
  if (initial.kind !== "weight" || initial.zeroRow === undefined) return x;
  const row = x.data.length / x.shape[0]!;
  return { ...x, data: x.data.fill(0, initial.zeroRow * row, (initial.zeroRow + 1) * row) };
}
