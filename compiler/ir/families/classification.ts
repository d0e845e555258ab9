import { batched, type FamilyDefinition } from "./family.ts";

export const softmax: FamilyDefinition<"softmax"> = {
  result: (_, [x]) => batched(x!.type.shape),
  epilogue: true,
  adjoint: ({ b, core: { log }, inputs: [x], result, gradient }) => [
    b.node({ family: "softmax_grad", log }, [result, gradient], { gradientOf: x! }),
  ],
};

export const softmaxGrad: FamilyDefinition<"softmax_grad"> = {
  result: (_, [y]) => batched(y!.type.shape),
  epilogue: true,
};

export const crossEntropy: FamilyDefinition<"cross_entropy"> = {
  result: () => batched([]),
  adjoint: ({ b, inputs: [x, target], gradient }) => [
    b.node({ family: "cross_entropy_grad" }, [x!, target!, gradient], { gradientOf: x! }),
    undefined,
  ],
};

export const crossEntropyGrad: FamilyDefinition<"cross_entropy_grad"> = {
  result: (_, [x]) => batched(x!.type.shape),
  epilogue: true,
};

export const classHits: FamilyDefinition<"class_hits"> = { result: () => batched([]) };
