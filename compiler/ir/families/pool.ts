import { shapeOf } from "../../shape/tensor-type.ts";
import { batched, type FamilyDefinition } from "./family.ts";
import { convResult } from "./conv.ts";

export const pool: FamilyDefinition<"pool"> = {
  result: ({ window }, [x]) => batched(convResult(x!.type.shape, x!.type.shape[0]!, window)),
  epilogue: true,
  adjoint: ({ b, core, inputs: [x], gradient }) => {
    const { pooling, window } = core;
    const index = core.index === undefined ? [] : [core.index];
    return [b.node({ family: "pool_grad", pooling, window }, [gradient, ...index], { gradientOf: x! })];
  },
};

export const poolGrad: FamilyDefinition<"pool_grad"> = {
  result: (_, [dy]) => batched(dy!.type.shape),
  epilogue: true,
};

export const adaptivePool: FamilyDefinition<"adaptive_pool"> = {
  result: ({ size }, [x]) => batched(shapeOf([x!.type.shape[0]!, ...size], x!.type.shape.length)),
  epilogue: true,
  adjoint: ({ b, inputs: [x], gradient }) => [b.node({ family: "adaptive_pool_grad" }, [gradient], { gradientOf: x! })],
};

export const adaptivePoolGrad: FamilyDefinition<"adaptive_pool_grad"> = {
  result: (_, [dy]) => batched(dy!.type.shape),
  epilogue: true,
};
