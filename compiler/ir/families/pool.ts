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
