import type { Pooling } from "../../ir/graph.ts";
import { defineOperator } from "../../opkit/operator.ts";
import type { Tensor } from "../../opkit/tensor.ts";
import { checkWindowed } from "../../opkit/windows.ts";
import { extentOf, sizeOf, type Shape } from "../../shape/tensor-type.ts";
import type { Window } from "../../shape/window.ts";
import type { LowerContext, ShapeContext } from "../../opkit/operator.ts";
import { poolReference } from "./pool.ts";

type None = Record<never, never>;

/** One window over all rows and columns. */
function whole(shape: Shape): Window {
  const { height, width } = extentOf(shape);
  return { kernel: [height, width], stride: [height, width], dilation: [1, 1], pad: [0, 0, 0, 0] };
}

function shape(name: string, { operands: [x], fail, warn }: ShapeContext<None>) {
  checkWindowed(name, x!, { fail, warn });
  return { dtype: "f32", shape: [x!.shape[0]!] } as const;
}

function lower(pooling: Pooling, { b, operands: [x], training }: LowerContext<None>): string {
  const { shape } = b.typeOf(x!);
  const [channels = 1, ...positions] = shape;
  const core = { family: "pool", pooling, window: whole(shape) } as const;
  const point = [channels, ...positions.map(() => 1)];
  const index = pooling === "max" && training ? { index: b.poolIndex(x!, point, sizeOf(positions)) } : {};
  const pooled = b.node({ ...core, ...index }, [x!], { part: "pooled" });
  return b.node({ family: "reshape", shape: [channels] }, [pooled]);
}

function reference(x: Tensor, reduce: (pixels: readonly number[]) => number): Tensor {
  const pooled = poolReference(x, whole(x.shape.slice(1)), reduce);
  return { ...pooled, shape: pooled.shape.slice(0, 2) };
}

const samples = (name: string) => [
  { link: name, input: [6, 8, 8], batch: 3 },
  { link: name, input: [20, 3, 5], batch: 17 },
  { link: name, input: [20, 300], batch: 3 },
  { link: `conv(16, kernel=3) -> tanh -> ${name}`, input: [3, 7, 6], batch: 1 },
];

export const globalAvgPool = defineOperator({
  name: "global_avg_pool",
  category: "pooling",
  summary: "The mean of each channel over all its positions.",
  doc: "y[c] = mean over h, w of x[c, h, w]; [C, H, W] becomes [C], and so does [C, L] (Lin et al. 2014, arXiv:1312.4400).",
  operands: ["x"],
  attributes: {},
  shape: (c) => shape("global_avg_pool", c),
  lower: (c) => lower("average", c),
  onnx: ({ b, operands: [x] }) => b.node("Flatten", [b.node("GlobalAveragePool", [x!])], { axis: 1 }),
  reference: ({ operands: [x] }) =>
    reference(x!, (pixels) => pixels.reduce((sum, value) => sum + value, 0) / pixels.length),
  samples: samples("global_avg_pool"),
});

export const globalMaxPool = defineOperator({
  name: "global_max_pool",
  category: "pooling",
  summary: "The largest value of each channel over all its positions.",
  doc: "y[c] = max over h, w of x[c, h, w]; [C, H, W] becomes [C], and so does [C, L]. Of equal values the first (by rows) gets the gradient (Oquab et al. 2015).",
  operands: ["x"],
  attributes: {},
  shape: (c) => shape("global_max_pool", c),
  lower: (c) => lower("max", c),
  onnx: ({ b, operands: [x] }) => b.node("Flatten", [b.node("GlobalMaxPool", [x!])], { axis: 1 }),
  reference: ({ operands: [x] }) => reference(x!, (pixels) => Math.max(...pixels)),
  samples: [...samples("global_max_pool"), { link: "global_max_pool", input: [5, 17, 19], batch: 2 }],
});
