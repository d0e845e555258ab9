import { batched, type FamilyDefinition } from "./family.ts";

/*
 * Values less their mean, over their deviation, by moments of one sample. With x̂ = (x - mean)·s, s = 1/√(variance + eps) and M
 * elements that share the moments: dx = s·(dx̂ - Σdx̂/M - x̂·Σ(dx̂·x̂)/M) (Ioffe & Szegedy 2015, for other sets). Scales and
 * shifts that are learned are steps behind it.
 */

const needed = (scale: string | undefined): string => {
  if (scale === undefined) throw new Error("a norm without its scale has no gradient");
  return scale;
};

export const groupNorm: FamilyDefinition<"group_norm"> = {
  result: (_, [x]) => batched(x!.type.shape),
  epilogue: true,
  wholeSamples: true,
  adjoint: ({ b, core: { groups, scale }, inputs: [x], result, gradient }) => [
    b.node({ family: "group_norm_grad", groups }, [result, gradient, needed(scale)], { gradientOf: x! }),
  ],
};

export const groupNormGrad: FamilyDefinition<"group_norm_grad"> = {
  result: (_, [y]) => batched(y!.type.shape),
  epilogue: true,
  wholeSamples: true,
};

export const channelNorm: FamilyDefinition<"channel_norm"> = {
  result: (_, [x]) => batched(x!.type.shape),
  epilogue: true,
  adjoint: ({ b, core: { scale }, inputs: [x], result, gradient }) => [
    b.node({ family: "channel_norm_grad" }, [result, gradient, needed(scale)], { gradientOf: x! }),
  ],
};

export const channelNormGrad: FamilyDefinition<"channel_norm_grad"> = {
  result: (_, [y]) => batched(y!.type.shape),
  epilogue: true,
};

/** Linear: what channel c takes from c + j, channel c + j gets back from c. */
export const channelWindow: FamilyDefinition<"channel_window"> = {
  result: (_, [x]) => batched(x!.type.shape),
  epilogue: true,
  adjoint: ({ b, core: { before, after }, inputs: [x], gradient }) => [
    b.node({ family: "channel_window", before: after, after: before }, [gradient], { gradientOf: x! }),
  ],
};
