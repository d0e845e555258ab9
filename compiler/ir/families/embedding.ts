import { batched, single, type FamilyDefinition } from "./family.ts";

export const embedding: FamilyDefinition<"embedding"> = {
  result: (_, [tokens, w]) => batched([w!.type.shape[1]!, ...tokens!.type.shape]),
  epilogue: true,
  adjoint: ({ b, core, inputs: [tokens, w], gradient }) => [
    undefined,
    b.node({ ...core, family: "embedding_weight_grad" }, [tokens!, gradient], { gradientOf: w! }),
  ],
};

/** The builder is told the type: how large the vocabulary is does not show in the operands. */
export const embeddingWeightGrad: FamilyDefinition<"embedding_weight_grad"> = {
  result: (_, [, dy]) => single(dy!.type.shape),
  acrossBatch: true,
};
