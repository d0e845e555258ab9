import type { Builder } from "../../ir/builder.ts";
import { e } from "../../ir/expression.ts";
import type { ValueId } from "../../ir/graph.ts";
import type { OnnxBuilder, OnnxName } from "../../opkit/onnx.ts";
import type { Shape } from "../../shape/tensor-type.ts";
import { lowerPower, lowerProduct, onnxPower, onnxProduct } from "./fourier.ts";
import type { Framing } from "./framing.ts";
import { binsWithin, melWeights, type MelValues } from "./mel.ts";

/** Logarithms of the power in each band: [bands, C, pieces]. */
export function lowerLogMel(b: Builder, x: ValueId, framing: Framing, values: MelValues): ValueId {
  const { bands, floor } = values;
  const bins = binsWithin(values, framing);
  const power = lowerPower(b, x, framing, bins);
  const mel = lowerProduct(b, power, "mel", bands, melWeights(values, framing, bins));
  const own = e.value(mel);
  const gradient = e.whereGreater(own, floor, e.div(e.gradient, own), 0);
  return b.map(e.log(e.max(own, floor)), () => ({ [mel]: gradient }), { part: "log" });
}

export function onnxLogMel(b: OnnxBuilder, x: OnnxName, shape: Shape, framing: Framing, values: MelValues): OnnxName {
  const bins = binsWithin(values, framing);
  const power = onnxPower(b, x, shape, framing, bins);
  const mel = onnxProduct(b, power, [values.bands, bins.count], melWeights(values, framing, bins));
  return b.node("Log", [b.node("Max", [mel, b.constant(values.floor)])]);
}

/** Two products with each sample of a piece for a bin, and one with each bin for a band. */
export function melMacs([channels = 1]: Shape, framing: Framing, values: MelValues): number {
  const { window, frames } = framing;
  return channels * frames * binsWithin(values, framing).count * (2 * window + values.bands);
}
