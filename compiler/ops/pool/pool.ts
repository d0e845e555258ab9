import type { Pooling } from "../../ir/graph.ts";
import { flag, padding, pair, type Padding, type Values } from "../../opkit/attributes.ts";
import type { LowerContext, ShapeContext } from "../../opkit/operator.ts";
import { tensor, type Tensor } from "../../opkit/tensor.ts";
import { checkPool, checkRank, checkWindow, windowOf } from "../../opkit/windows.ts";
import { slide, type Window } from "../../shape/window.ts";
import type { TensorType } from "../../shape/tensor-type.ts";

/** What max_pool and avg_pool share: windows over rows and columns, each channel by itself. */
export const poolAttributes = {
  kernel: pair({ doc: "Window size, one number or [height, width].", min: 1 }),
  stride: pair({ doc: "Step between windows; the window's size unless given.", default: [0, 0], min: 1 }),
  pad: padding({ doc: "Pixels around the picture that count as absent.", default: [0, 0, 0, 0] as Padding }),
};
export const countPad = flag({ doc: "Divide by the whole window, padding included.", default: false });

type PoolValues = Values<typeof poolAttributes>;

/** A stride that was not given is the kernel. */
export function poolWindow({ kernel, stride, pad }: PoolValues) {
  return { kernel, pad, stride: stride[0] === 0 ? kernel : stride };
}

export function poolShape(
  name: string,
  { operands: [x], attributes, fail, warn }: ShapeContext<typeof poolAttributes>,
): TensorType {
  checkRank(name, x!, 3, "an image C×H×W", { fail, warn });
  const { height, width } = checkWindow(name, x!, poolWindow(attributes), { fail, warn });
  checkPool(name, x!, poolWindow(attributes), { fail, warn });
  return { dtype: "f32", shape: [x!.shape[0]!, height, width] };
}

type Lowering = Pick<LowerContext<typeof poolAttributes>, "b" | "operands" | "attributes">;

export function lowerPool(
  pooling: Pooling,
  { b, operands: [x], attributes }: Lowering,
  keepIndex: boolean,
  part?: string,
): string {
  const window = windowOf(poolWindow(attributes));
  const core = { family: "pool", pooling, window } as const;
  const options = part === undefined ? {} : { part };
  if (!keepIndex) return b.node(core, [x!], options);
  const [channels, height, width] = b.typeOf(x!).shape;
  const out = slide({ channels: channels!, height: height!, width: width! }, window);
  return b.node(
    { ...core, index: b.poolIndex(x!, [channels!, out.height, out.width], window.kernel[0] * window.kernel[1]) },
    [x!],
    options,
  );
}

/** Windows clipped to the picture, one after another; `reduce` sees their real pixels. */
export function poolReference(
  x: Tensor,
  window: Window,
  reduce: (pixels: readonly number[], positions: number) => number,
): Tensor {
  const [samples = 1, channels = 1, height = 1, width = 1] = x.shape;
  const out = slide({ channels, height, width }, window);
  const y = tensor([samples, channels, out.height, out.width]);
  let at = 0;
  for (let plane = 0; plane < samples * channels; plane++)
    for (let p = 0; p < out.height; p++)
      for (let q = 0; q < out.width; q++) {
        const rows = clip(p, 0, height);
        const columns = clip(q, 1, width);
        const pixels = rows.real.flatMap((h) => columns.real.map((w) => x.data[(plane * height + h) * width + w]!));
        y.data[at++] = reduce(pixels, rows.padded * columns.padded);
      }
  return y;

  /** Real positions of one window along an axis, and how many stand within the padded picture. */
  function clip(position: number, axis: 0 | 1, n: number): { real: number[]; padded: number } {
    const start = position * window.stride[axis] - window.pad[axis];
    const all = Array.from({ length: window.kernel[axis] }, (_, i) => start + i);
    const after = window.pad[axis + 2]!;
    return { real: all.filter((i) => i >= 0 && i < n), padded: all.filter((i) => i < n + after).length };
  }
}
