import { sizeOf } from "../../shape/tensor-type.ts";
import { batched, single, type FamilyDefinition } from "./family.ts";

export const dense: FamilyDefinition<"dense"> = {
  result: (_, [, w]) => batched([w!.type.shape[0]!]),
  macs: (_, [, w]) => sizeOf(w!.shape),
  epilogue: true,
  readsFlat: true,
  adjoint: ({ b, inputs: [x, w], gradient, wants }) => [
    wants(0) ? b.node({ family: "dense_data_grad" }, [gradient, w!], { gradientOf: x! }) : undefined,
    wants(1) ? b.node({ family: "dense_weight_grad" }, [x!, gradient], { gradientOf: w! }) : undefined,
  ],
};

export const denseDataGrad: FamilyDefinition<"dense_data_grad"> = {
  result: (_, [, w]) => batched([w!.type.shape[1]!]),
  macs: (_, [, w]) => sizeOf(w!.shape),
  epilogue: true,
  wholeSamples: true,
};

export const denseWeightGrad: FamilyDefinition<"dense_weight_grad"> = {
  result: (_, [x, dy]) => single([dy!.type.shape[0]!, sizeOf(x!.type.shape)]),
  macs: (_, __, w) => sizeOf(w.shape),
  acrossBatch: true,
};
