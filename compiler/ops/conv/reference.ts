import { tensor, type Tensor } from "../../opkit/tensor.ts";
import { windowOf, type WindowAttributes } from "../../opkit/windows.ts";
import { extentOf, shapeOf, type Extent } from "../../shape/tensor-type.ts";
import { slide, unslide, type Window } from "../../shape/window.ts";

interface Use extends WindowAttributes {
  readonly channels: number;
  readonly groups: number;
}

/** The definition, loop by loop: y[n,k,p,q] = b[k] + Σ_{c,r,s} w[k,c,r,s]·x[n,c',p·sh+r·dh-ph,q·sw+s·dw-pw]. */
export function convReference(x: Tensor, [weight, bias]: readonly Tensor[], use: Use): Tensor {
  const { channels, groups } = use;
  const window = windowOf(use);
  const [samples = 1, ...own] = x.shape;
  const extent = extentOf(own);
  const out = slide(extent, window);
  const y = tensor([samples, ...shapeOf([channels, out.height, out.width], own.length)]);
  eachRow(samples, { channels, ...out }, extent, { window, groups }, ({ from, stride, to, count, tap }) => {
    const w = weight!.data[tap]!;
    for (let i = 0; i < count; i++) y.data[to + i]! += w * x.data[from + i * stride]!;
  });
  return plusBias(y, bias);
}

/** The same products the other way round: y[n,c',p·sh+r·dh-ph,q·sw+s·dw-pw] += w[k,c,r,s]·x[n,k,p,q], then the bias. */
export function transposeReference(
  x: Tensor,
  [weight, bias]: readonly Tensor[],
  use: Use & { readonly more: readonly [number, number] },
): Tensor {
  const { channels, groups } = use;
  const window = windowOf(use);
  const [samples = 1, ...own] = x.shape;
  const extent = extentOf(own);
  const out = unslide(extent, window, use.more);
  const y = tensor([samples, ...shapeOf([channels, out.height, out.width], own.length)]);
  eachRow(samples, extent, { channels, ...out }, { window, groups }, ({ from, stride, to, count, tap }) => {
    const w = weight!.data[tap]!;
    for (let i = 0; i < count; i++) y.data[from + i * stride]! += w * x.data[to + i]!;
  });
  return plusBias(y, bias);
}

/** Products of one tap with a row: `count` places of the narrow side from `to` on, each `stride` further from `from` on in the wide one. */
interface Row {
  readonly from: number;
  readonly stride: number;
  readonly to: number;
  readonly count: number;
  readonly tap: number;
}

/** Every product of a convolution from `wide` to `narrow`, by rows; those of a sum in the order of their taps. */
function eachRow(
  samples: number,
  narrow: Extent,
  wide: Extent,
  { window, groups }: { readonly window: Window; readonly groups: number },
  visit: (row: Row) => void,
): void {
  const [kh, kw] = window.kernel;
  const [[sh, sw], [dh, dw], [ph, pw]] = [window.stride, window.dilation, window.pad];
  const perGroup = wide.channels / groups;
  const taps = perGroup * kh * kw;
  for (let plane = 0; plane < samples * narrow.channels; plane++) {
    const k = plane % narrow.channels;
    const first =
      Math.floor(plane / narrow.channels) * wide.channels + Math.floor((k * groups) / narrow.channels) * perGroup;
    for (let t = 0; t < taps; t++) {
      const [c, r, s] = [Math.floor(t / (kh * kw)), Math.floor(t / kw) % kh, t % kw];
      // Columns q with 0 ≤ q·sw + s·dw - pw < width.
      const left = s * dw - pw;
      const begin = Math.max(0, Math.ceil(-left / sw));
      const end = Math.min(narrow.width, Math.ceil((wide.width - left) / sw));
      for (let p = 0; p < narrow.height; p++) {
        const h = p * sh + r * dh - ph;
        if (h < 0 || h >= wide.height || begin >= end) continue;
        const from = ((first + c) * wide.height + h) * wide.width + begin * sw + left;
        const to = (plane * narrow.height + p) * narrow.width + begin;
        visit({ from, stride: sw, to, count: end - begin, tap: k * taps + t });
      }
    }
  }
}

function plusBias(y: Tensor, bias: Tensor | undefined): Tensor {
  const [, channels = 1, ...positions] = y.shape;
  const plane = positions.reduce((a, b) => a * b, 1);
  if (bias) y.data.forEach((_, i) => (y.data[i]! += bias.data[Math.floor(i / plane) % channels]!));
  return y;
}
