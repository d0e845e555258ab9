import { e } from "../expression.ts";
import { batched, single, type FamilyDefinition } from "./family.ts";

/** The widest operand walks; the others are per channel or single numbers. */
export const map: FamilyDefinition<"map"> = {
  result: (_, operands) => {
    const widest = operands.reduce((a, b) => (b.type.shape.length > a.type.shape.length ? b : a));
    return { type: { dtype: "f32", shape: widest.type.shape }, batched: operands.some((x) => x.batched) };
  },
  epilogue: true,
  stepsOnce: true,
};

export const channelSum: FamilyDefinition<"channel_sum"> = {
  result: (_, [x]) => single([x!.type.shape[0]!]),
  acrossBatch: true,
};

export const sampleSum: FamilyDefinition<"sample_sum"> = {
  result: () => batched([]),
  adjoint: ({ b, inputs: [x], gradient }) => [b.map(e.value(gradient), undefined, { gradientOf: x! })],
};

export const activity: FamilyDefinition<"activity"> = {
  result: (_, [x]) => ({ type: { dtype: "u8", shape: [x!.type.shape[0]!] }, batched: false }),
  acrossBatch: true,
};

export const gradientTotal: FamilyDefinition<"gradient_total"> = {
  result: (_, [part]) => single(part!.type.shape),
  acrossBatch: true,
};

/** Only the caller's pictures are sampled, and they need no gradient. */
export const affineSample: FamilyDefinition<"affine_sample"> = {
  result: (_, [x]) => batched(x!.type.shape),
  epilogue: true,
};

export const batchMean: FamilyDefinition<"batch_mean"> = { result: () => single([]), acrossBatch: true };

export const update: FamilyDefinition<"update"> = { result: () => single([]), acrossBatch: true };
