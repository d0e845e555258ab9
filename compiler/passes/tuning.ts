import type { Node } from "../ir/graph.ts";
import type { TunedLayer } from "../ir/tuning.ts";
import type { Extent } from "../shape/tensor-type.ts";
import type { Window } from "../shape/window.ts";

/** The algorithm that every convolution has. */
export const direct = "direct";

/** What decides how long a convolution takes: layers that share it share their measurement, whatever they are named. */
export function layerShape({ tail }: Node, { kernel }: Window, x: Extent, y: Extent): string {
  const pooled = tail ? `, pooled ${tail.core.window.kernel.join("×")}` : "";
  return `conv ${kernel.join("×")}, ${x.channels} to ${y.channels} channels of ${y.height}×${y.width}${pooled}`;
}

/** `measured: F(4×4, 3×3) 0.41 ms, direct 0.62 ms`. */
export function describeTuned({ milliseconds }: TunedLayer): string {
  const ranked = Object.entries(milliseconds).sort(([, a], [, b]) => a - b);
  return `measured: ${ranked.map(([name, time]) => `${name} ${time} ms`).join(", ")}`;
}
