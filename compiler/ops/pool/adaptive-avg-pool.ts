import { perAxis } from "../../opkit/attributes.ts";
import { resampled } from "../../opkit/axes.ts";
import { defineOperator } from "../../opkit/operator.ts";
import { tensor } from "../../opkit/tensor.ts";
import { checkWindowed, rowsAndColumns } from "../../opkit/windows.ts";
import { extentOf } from "../../shape/tensor-type.ts";
import { shareOf } from "../../shape/window.ts";

/** A row for each of `count` means, with what each of n pixels contributes to it. */
function averaging(count: number, n: number): readonly (readonly number[])[] {
  return Array.from({ length: count }, (_, p) => {
    const { begin, end } = shareOf(p, count, n);
    return Array.from({ length: n }, (_, i) => (i >= begin && i < end ? 1 / (end - begin) : 0));
  });
}

export const adaptiveAvgPool = defineOperator({
  name: "adaptive_avg_pool",
  category: "pooling",
  summary: "The mean of each of a given number of windows, whatever the size of the input.",
  doc:
    "[C, H, W] becomes [C, P, Q] for size=[P, Q]: y[c, p, q] is the mean of x[c, ·, ·] over rows ⌊p·H/P⌋ to " +
    "⌈(p + 1)·H/P⌉ - 1 and columns ⌊q·W/Q⌋ to ⌈(q + 1)·W/Q⌉ - 1. Windows overlap where H or W does not divide, and " +
    "repeat pixels where the result is larger than the input. PyTorch's `AdaptiveAvgPool2d`; [C, L] becomes [C, Q].",
  operands: ["x"],
  attributes: { size: perAxis({ doc: "Rows and columns of the result, or its length.", min: 1 }) },
  shape: ({ operands: [x], attributes: { size }, fail, warn }) => {
    checkWindowed("adaptive_avg_pool", x!, { fail, warn });
    return { dtype: "f32", shape: [x!.shape[0]!, ...size] };
  },
  lower: ({ b, operands: [x], attributes }) => {
    const size = rowsAndColumns(attributes.size);
    const { channels, height, width } = extentOf(b.typeOf(x!).shape);
    const [rows, columns] = [height / size[0], width / size[1]];
    if (!Number.isInteger(rows) || !Number.isInteger(columns)) {
      const { shape } = b.typeOf(x!);
      const shares = new Map(attributes.size.map((_, i) => [i + 1, { map: "share" } as const]));
      return b.node(resampled(shape, [channels, ...attributes.size], shares), [x!]);
    }
    const window = { kernel: [rows, columns], stride: [rows, columns], dilation: [1, 1], pad: [0, 0, 0, 0] } as const;
    return b.node({ family: "pool", pooling: "average", window }, [x!]);
  },
  onnx: ({ b, operands: [x], types: [type], attributes: { size } }) => {
    const [, ...positions] = type!.shape;
    const stride = positions.map((n, axis) => n / size[axis]!);
    if (stride.every(Number.isInteger)) return b.node("AveragePool", [x!], { kernel_shape: stride, strides: stride });
    // y = R·x·Cᵀ for each channel; a sequence has no rows.
    const [columns, rows] = positions
      .map((n, axis) => b.constant(averaging(size[axis]!, n).flat(), [size[axis]!, n]))
      .reverse();
    const averaged = rows === undefined ? x! : b.node("MatMul", [rows, x!]);
    return b.node("MatMul", [averaged, b.node("Transpose", [columns!], { perm: [1, 0] })]);
  },
  reference: ({ operands: [x], attributes }) => {
    const [samples = 1, ...own] = x!.shape;
    const { channels, height, width } = extentOf(own);
    const size = rowsAndColumns(attributes.size);
    const y = tensor([samples, channels, ...attributes.size]);
    let at = 0;
    for (let plane = 0; plane < samples * channels; plane++)
      for (let p = 0; p < size[0]; p++)
        for (let q = 0; q < size[1]; q++) {
          const [rows, columns] = [shareOf(p, size[0], height), shareOf(q, size[1], width)];
          let sum = 0;
          for (let h = rows.begin; h < rows.end; h++)
            for (let w = columns.begin; w < columns.end; w++) sum += x!.data[(plane * height + h) * width + w]!;
          y.data[at++] = sum / ((rows.end - rows.begin) * (columns.end - columns.begin));
        }
    return y;
  },
  samples: [
    { link: "adaptive_avg_pool(3)", input: [5, 7, 8], batch: 3 },
    { link: "adaptive_avg_pool([2, 3])", input: [20, 8, 9], batch: 1 },
    { link: "adaptive_avg_pool([5, 4])", input: [33, 3, 9], batch: 17 },
    { link: "adaptive_avg_pool(4)", input: [5, 11], batch: 3 },
    { link: "adaptive_avg_pool([3])", input: [20, 12], batch: 2 },
    { link: "conv(20, kernel=3) -> tanh -> adaptive_avg_pool([2, 3]) -> tanh", input: [3, 7, 9], batch: 2 },
    {
      link: "conv(5, kernel=3, pad=1, bias=false) -> batch_norm -> adaptive_avg_pool(4) -> conv(6, kernel=3, pad=1)",
      input: [3, 6, 7],
      batch: 3,
    },
  ],
});
