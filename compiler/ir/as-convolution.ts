import type { Window } from "../shape/window.ts";
import type { Core, CoreOf } from "./graph.ts";

/**
 * A node as the convolution that it is: itself, or the gradient of one of stride 1 to its input, which is the convolution of dy by the
 * weights turned by half a turn, outputs and inputs exchanged. There dx[h] = Σ dy[h + ph - r]·w[r]: with r' = kh - 1 - r that reads
 * dy[h + r' - (kh - 1 - ph)].
 */
export function asConvolution(core: Core): CoreOf<"conv"> | undefined {
  if (core.family === "conv") return core;
  if (core.family !== "conv_data_grad" || core.groups !== 1) return undefined;
  const { window } = core;
  const isPlain = [...window.stride, ...window.dilation].every((n) => n === 1);
  const turned = { ...window, pad: turnedPad(window) };
  return isPlain && turned.pad.every((n) => n >= 0) ? { family: "conv", window: turned, groups: 1 } : undefined;
}

function turnedPad({ kernel: [kh, kw], pad: [top, left, bottom, right] }: Window): Window["pad"] {
  return [kh - 1 - top, kw - 1 - left, kh - 1 - bottom, kw - 1 - right];
}
