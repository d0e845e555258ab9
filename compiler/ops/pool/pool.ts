import type { Pooling } from "../../ir/graph.ts";
import { flag, padding, perAxis, type Values } from "../../opkit/attributes.ts";
import type { LowerContext, ShapeContext } from "../../opkit/operator.ts";
import { tensor, type Tensor } from "../../opkit/tensor.ts";
import { checkPool, checkWindow, checkWindowed, windowOf } from "../../opkit/windows.ts";
import { slide, type Window } from "../../shape/window.ts";
import { extentOf, shapeOf, sizeOf, type TensorType } from "../../shape/tensor-type.ts";

/** What max_pool and avg_pool share: windows over rows and columns, or along a sequence, each channel by itself. */
export const poolAttributes = {
  kernel: perAxis({ doc: "Window size.", min: 1 }),
  stride: perAxis({ doc: "Step between windows; the window's size unless given.", default: 0, min: 1 }),
  pad: padding({ doc: "Pixels around the picture that count as absent.", default: 0 }),
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
  checkWindowed(name, x!, { fail, warn });
  const type = checkWindow(name, x!.shape[0]!, x!, poolWindow(attributes), { fail, warn });
  checkPool(name, x!, poolWindow(attributes), { fail, warn });
  return type;
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
  const { shape } = b.typeOf(x!);
  const { height, width } = slide(extentOf(shape), window);
  const index = b.poolIndex(x!, shapeOf([shape[0]!, height, width], shape.length), sizeOf(window.kernel));
  return b.node({ ...core, index }, [x!], options);
}

/** Windows clipped to the picture, one after another; `reduce` sees their real pixels. */
export function poolReference(
  x: Tensor,
  window: Window,
  reduce: (pixels: readonly number[], positions: number) => number,
): Tensor {
  const [samples = 1, ...own] = x.shape;
  const { channels, height, width } = extentOf(own);
  const out = slide({ channels, height, width }, window);
  const y = tensor([samples, ...shapeOf([channels, out.height, out.width], own.length)]);
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
