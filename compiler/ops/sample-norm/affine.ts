import type { Builder } from "../../ir/builder.ts";
import { e } from "../../ir/expression.ts";
import type { ValueId } from "../../ir/graph.ts";
import { positionAxes, type OnnxBuilder, type OnnxName } from "../../opkit/onnx.ts";
import type { ParameterSpec } from "../../opkit/operator.ts";
import type { TensorType } from "../../shape/tensor-type.ts";

/** A scale and a shift for each channel; at first they change nothing. */
export function affineParameters(channels: number): readonly ParameterSpec[] {
  return [
    { name: "weight", shape: [channels], initial: { kind: "ones" } },
    { name: "bias", shape: [channels], initial: { kind: "zeros" } },
  ];
}

/** y = x̂·weight + bias, per channel; x̂ itself where there are no parameters. */
export function scaledAndShifted(b: Builder, normed: ValueId, [weight, bias]: readonly ValueId[]): ValueId {
  if (weight === undefined || bias === undefined) return normed;
  const scaled = e.mul(e.value(normed), e.value(weight));
  return b.map(e.add(scaled, e.value(bias)), () => ({
    [normed]: e.mul(e.gradient, e.value(weight)),
    [weight]: e.mul(e.gradient, e.value(normed)),
    [bias]: e.gradient,
  }));
}

/** The same in ONNX, of a value of a type. */
export function onnxAffine(
  b: OnnxBuilder,
  normed: OnnxName,
  type: TensorType,
  parameters: readonly OnnxName[],
): OnnxName {
  const [weight, bias] = parameters.map((it) => b.unsqueeze(it, positionAxes(type, false)));
  return b.node("Add", [b.node("Mul", [normed, weight!]), bias!]);
}

/** The scale and the shift that change nothing. */
export function onnxIdentity(b: OnnxBuilder, channels: number): readonly OnnxName[] {
  return [1, 0].map((value) => b.constant(Array<number>(channels).fill(value), [channels]));
}
