import type { Builder } from "../../ir/builder.ts";
import { elementsOf } from "../../ir/evaluate.ts";
import { e, type Expression } from "../../ir/expression.ts";
import type { ValueId } from "../../ir/graph.ts";
import { reordering } from "../../ir/factors.ts";
import { resampled } from "../../opkit/axes.ts";
import type { OnnxBuilder, OnnxName } from "../../opkit/onnx.ts";
import type { Shape } from "../../shape/tensor-type.ts";
import type { Framing } from "./framing.ts";

/** Which bins of the transform are wanted. */
export interface Bins {
  readonly first: number;
  readonly count: number;
}

/** Of [bins, 1, 1, samples of the window], which a convolution along the signal takes for its weights. */
const [k, t] = [e.index(0), e.index(3)];

/** w[k, t] = h[t]·cos(2π(first + k)t/F) and the same with the sine, h[t] = (1 - cos(2πt/N))/2 (Hann, periodic). */
function waves({ window, fft }: Framing, { first, count }: Bins) {
  const hann = e.sub(0.5, e.mul(0.5, e.cos(e.mul((2 * Math.PI) / window, t))));
  const phase = e.mul((2 * Math.PI) / fft, e.mul(e.add(k, first), t));
  const shape = [count, 1, 1, window];
  return { shape, cos: e.mul(hann, e.cos(phase)), sin: e.mul(hann, e.sin(phase)) };
}

/** Of every piece of every channel of x [C, L] the power at each bin: [bins, C, pieces]. */
export function lowerPower(b: Builder, x: ValueId, framing: Framing, bins: Bins, root = false): ValueId {
  const [channels = 1, samples = 1] = b.typeOf(x).shape;
  const { before, length, window, hop } = framing;
  const rows = b.node({ family: "reshape", shape: [1, channels, samples] }, [x], { part: "rows" });
  const mirror = { map: "line", start: 0 - before, step: 1, beyond: "reflect" } as const;
  const core = resampled([1, channels, samples], [1, channels, length], new Map([[2, mirror]]));
  const padded = b.node(core, [rows], { part: "padded" });
  const slide = { kernel: [1, window], stride: [1, hop], dilation: [1, 1], pad: [0, 0, 0, 0] } as const;
  const { shape, cos, sin } = waves(framing, bins);
  const along = (part: string, elements: Expression): ValueId =>
    b.node({ family: "conv", window: slide, groups: 1 }, [padded, b.constant(`${part}_weight`, shape, elements)], {
      part,
    });
  const [re, im] = [along("cos", cos), along("sin", sin)];
  const [real, imaginary] = [e.value(re), e.value(im)];
  const power = e.add(e.square(real), e.square(imaginary));
  const gradient = (y: ValueId, part: Expression): Expression =>
    root
      ? // Of a magnitude of 0 none.
        e.div(e.mul(e.gradient, part), e.max(e.value(y), 1e-18))
      : e.mul(e.gradient, e.mul(2, part));
  return b.map(root ? e.sqrt(power) : power, (y) => ({ [re]: gradient(y, real), [im]: gradient(y, imaginary) }), {
    part: root ? "magnitude" : "power",
  });
}

/** y[j, c, p] = Σ_i elements[j, i]·x[i, c, p]: a convolution whose window is one place. */
export function lowerProduct(b: Builder, x: ValueId, part: string, count: number, elements: Expression): ValueId {
  const [inputs = 1] = b.typeOf(x).shape;
  const window = { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], pad: [0, 0, 0, 0] } as const;
  const weight = b.constant(`${part}_weight`, [count, inputs, 1, 1], elements);
  return b.node({ family: "conv", window, groups: 1 }, [x, weight], { part });
}

/** [K, C, P] as [C, K, P]: the picture of each channel. */
export function lowerPictures(b: Builder, x: ValueId): ValueId {
  const [count = 1, channels = 1, frames = 1] = b.typeOf(x).shape;
  const factors = [[count], [channels], [frames]] as const;
  return b.node({ family: "permute", ...reordering(factors, [[1], [0], [2]]) }, [x]);
}

/** The same in ONNX: x [N, C, L], the result [N, bins, C, pieces]. */
export function onnxPower(b: OnnxBuilder, x: OnnxName, [, samples = 1]: Shape, framing: Framing, bins: Bins): OnnxName {
  const { before, length, window, hop } = framing;
  const after = length - before - samples;
  const pads = b.whole([0, 0, 0, before, 0, 0, 0, Math.max(0, after)]);
  const mirrored = b.node("Pad", [b.unsqueeze(x, [1]), pads], { mode: "reflect" });
  const padded = after < 0 ? b.node("Slice", [mirrored, b.whole([0]), b.whole([length]), b.whole([3])]) : mirrored;
  const { shape, cos, sin } = waves(framing, bins);
  const attributes = { kernel_shape: [1, window], strides: [1, hop], pads: [0, 0, 0, 0], group: 1 };
  const squares = [cos, sin].map((elements) => {
    const y = b.node("Conv", [padded, b.constant(elementsOf(shape, elements), shape)], attributes);
    return b.node("Mul", [y, y]);
  });
  return b.node("Add", squares);
}

export function onnxProduct(b: OnnxBuilder, x: OnnxName, shape: readonly [number, number], elements: Expression) {
  const whole = [...shape, 1, 1];
  const attributes = { kernel_shape: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0], group: 1 };
  return b.node("Conv", [x, b.constant(elementsOf(whole, elements), whole)], attributes);
}

export function onnxPictures(b: OnnxBuilder, x: OnnxName): OnnxName {
  return b.node("Transpose", [x], { perm: [0, 2, 1, 3] });
}
