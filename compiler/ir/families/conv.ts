import { extentOf, shapeOf, sizeOf, type Shape } from "../../shape/tensor-type.ts";
import { slide, type Window } from "../../shape/window.ts";
import { batched, single, type FamilyDefinition } from "./family.ts";

/** [K, P, Q] for x [C, H, W]; [K, Q] for x [C, L]. */
export function convResult(x: Shape, channels: number, window: Window): Shape {
  const { height, width } = slide(extentOf(x), window);
  return shapeOf([channels, height, width], x.length);
}

const macs = (weight: Shape, positions: Shape): number => (sizeOf(weight) * sizeOf(positions)) / (positions[0] ?? 1);

export const conv: FamilyDefinition<"conv"> = {
  result: ({ window }, [x, w]) => batched(convResult(x!.type.shape, w!.type.shape[0]!, window)),
  macs: (_, [, w], y) => macs(w!.shape, y.shape),
  epilogue: true,
  stepsOnce: true,
  poolable: ({ groups }) => groups === 1,
  adjoint: ({ b, core: { window, groups }, inputs: [x, w], gradient, wants }) => [
    wants(0) ? b.node({ family: "conv_data_grad", window, groups }, [gradient, w!], { gradientOf: x! }) : undefined,
    wants(1) ? b.node({ family: "conv_weight_grad", window, groups }, [x!, gradient], { gradientOf: w! }) : undefined,
  ],
};

// Results of gradients have the type of what they are the gradient of; the builder is told, since a window
// with a stride may fit several input sizes. A transposed convolution is this family too. Both are linear in dy and in w,
// so their own gradients are the other two families with operands changed over.
export const convDataGrad: FamilyDefinition<"conv_data_grad"> = {
  result: (_, [dy]) => batched(dy!.type.shape),
  macs: (_, [dy, w]) => macs(w!.shape, dy!.shape),
  epilogue: true,
  stepsOnce: true,
  adjoint: ({ b, core: { window, groups }, inputs: [dy, w], gradient, wants }) => [
    wants(0) ? b.node({ family: "conv", window, groups }, [gradient, w!], { gradientOf: dy! }) : undefined,
    wants(1) ? b.node({ family: "conv_weight_grad", window, groups }, [gradient, dy!], { gradientOf: w! }) : undefined,
  ],
};

export const convWeightGrad: FamilyDefinition<"conv_weight_grad"> = {
  result: (_, [, dy]) => single(dy!.type.shape),
  macs: (_, [, dy], w) => macs(w.shape, dy!.shape),
  acrossBatch: true,
};

// dy is the gradient through a maximum, one number for each window: macs are those of what is not zero.
export const convMaxDataGrad: FamilyDefinition<"conv_max_data_grad"> = {
  result: (_, [dy]) => batched(dy!.type.shape),
  macs: (_, [dy, w]) => macs(w!.shape, dy!.shape),
  epilogue: true,
  wholeSamples: true,
};

export const convMaxWeightGrad: FamilyDefinition<"conv_max_weight_grad"> = {
  result: (_, [, dy]) => single(dy!.type.shape),
  macs: (_, [, dy], w) => macs(w.shape, dy!.shape),
  acrossBatch: true,
};
