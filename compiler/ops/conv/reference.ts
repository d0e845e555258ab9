import { tensor, type Tensor } from "../../opkit/tensor.ts";
import { windowOf, type WindowAttributes } from "../../opkit/windows.ts";
import { extentOf, shapeOf } from "../../shape/tensor-type.ts";
import { slide } from "../../shape/window.ts";

interface Use {
  readonly operands: readonly Tensor[];
  readonly parameters: readonly Tensor[];
  readonly attributes: WindowAttributes & { readonly channels: number; readonly groups: number };
}

/** The definition, loop by loop: y[n,k,p,q] = b[k] + Σ_{c,r,s} w[k,c,r,s]·x[n,c',p·sh+r·dh-ph,q·sw+s·dw-pw]. */
export function reference({ operands: [x], parameters: [weight, bias], attributes }: Use): Tensor {
  const { channels, groups } = attributes;
  const window = windowOf(attributes);
  const [samples = 1, ...own] = x!.shape;
  const { channels: inputs, height, width } = extentOf(own);
  const out = slide({ channels: inputs, height, width }, window);
  const perGroup = inputs / groups;
  const y = tensor([samples, ...shapeOf([channels, out.height, out.width], own.length)]);
  let at = 0;
  for (let n = 0; n < samples; n++)
    for (let k = 0; k < channels; k++) {
      const first = Math.floor(k / (channels / groups)) * perGroup;
      for (let p = 0; p < out.height; p++)
        for (let q = 0; q < out.width; q++) y.data[at++] = (bias?.data[k] ?? 0) + taps(n, k, first, p, q);
    }
  return y;

  function taps(n: number, k: number, first: number, p: number, q: number): number {
    const [kh, kw] = window.kernel;
    let sum = 0;
    for (let c = 0; c < perGroup; c++)
      for (let r = 0; r < kh; r++)
        for (let s = 0; s < kw; s++) {
          const h = p * window.stride[0] + r * window.dilation[0] - window.pad[0];
          const w = q * window.stride[1] + s * window.dilation[1] - window.pad[1];
          if (h < 0 || h >= height || w < 0 || w >= width) continue;
          const value = x!.data[((n * inputs + first + c) * height + h) * width + w]!;
          sum += value * weight!.data[((k * perGroup + c) * kh + r) * kw + s]!;
        }
    return sum;
  }
}
