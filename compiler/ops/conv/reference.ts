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
  eachProduct(samples, { channels, ...out }, extent, { window, groups }, (from, to, tap) => {
    y.data[to]! += weight!.data[tap]! * x.data[from]!;
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
  eachProduct(samples, extent, { channels, ...out }, { window, groups }, (from, to, tap) => {
    y.data[from]! += weight!.data[tap]! * x.data[to]!;
  });
  return plusBias(y, bias);
}

/** Every product of a convolution from `wide` to `narrow`: places of its factors and of the sum that it belongs to. */
function eachProduct(
  samples: number,
  narrow: Extent,
  wide: Extent,
  { window, groups }: { readonly window: Window; readonly groups: number },
  visit: (from: number, to: number, tap: number) => void,
): void {
  const [kh, kw] = window.kernel;
  const [[sh, sw], [dh, dw], [ph, pw]] = [window.stride, window.dilation, window.pad];
  const perGroup = wide.channels / groups;
  const plane = narrow.height * narrow.width;
  for (let to = 0; to < samples * narrow.channels * plane; to++) {
    const left = (to % narrow.width) * sw - pw;
    const top = Math.floor((to % plane) / narrow.width) * sh - ph;
    const k = Math.floor(to / plane) % narrow.channels;
    const n = Math.floor(to / (plane * narrow.channels));
    const first = n * wide.channels + Math.floor(k / (narrow.channels / groups)) * perGroup;
    for (let c = 0; c < perGroup; c++)
      for (let r = 0; r < kh; r++) {
        const h = top + r * dh;
        if (h < 0 || h >= wide.height) continue;
        const row = ((first + c) * wide.height + h) * wide.width;
        const tap = ((k * perGroup + c) * kh + r) * kw;
        for (let s = 0; s < kw; s++) {
          const w = left + s * dw;
          if (w >= 0 && w < wide.width) visit(row + w, to, tap + s);
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
