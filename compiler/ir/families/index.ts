import type { CoreOf, Family } from "../graph.ts";
import { batchMoments, batchNorm, batchNormSums } from "./batch-norm.ts";
import { classHits, crossEntropy, crossEntropyGrad, softmax, softmaxGrad } from "./classification.ts";
import { concat } from "./concat.ts";
import { conv, convDataGrad, convMaxDataGrad, convMaxWeightGrad, convWeightGrad } from "./conv.ts";
import { dense, denseDataGrad, denseWeightGrad } from "./dense.ts";
import { embedding, embeddingWeightGrad } from "./embedding.ts";
import type { FamilyDefinition } from "./family.ts";
import { permute, resample, reshape } from "./movement.ts";
import { pool, poolGrad } from "./pool.ts";
import { channelNorm, channelNormGrad, channelWindow, groupNorm, groupNormGrad } from "./sample-norm.ts";
import { activity, affineSample, batchMean, channelSum, gradientTotal, map, sampleSum, update } from "./simple.ts";

const families: { readonly [F in Family]: FamilyDefinition<F> } = {
  map,
  conv,
  conv_data_grad: convDataGrad,
  conv_weight_grad: convWeightGrad,
  conv_max_data_grad: convMaxDataGrad,
  conv_max_weight_grad: convMaxWeightGrad,
  dense,
  dense_data_grad: denseDataGrad,
  dense_weight_grad: denseWeightGrad,
  pool,
  pool_grad: poolGrad,
  concat,
  resample,
  permute,
  embedding,
  embedding_weight_grad: embeddingWeightGrad,
  batch_norm: batchNorm,
  batch_moments: batchMoments,
  batch_norm_sums: batchNormSums,
  group_norm: groupNorm,
  group_norm_grad: groupNormGrad,
  channel_norm: channelNorm,
  channel_norm_grad: channelNormGrad,
  channel_window: channelWindow,
  softmax,
  softmax_grad: softmaxGrad,
  cross_entropy: crossEntropy,
  cross_entropy_grad: crossEntropyGrad,
  class_hits: classHits,
  channel_sum: channelSum,
  sample_sum: sampleSum,
  activity,
  gradient_total: gradientTotal,
  reshape,
  affine_sample: affineSample,
  batch_mean: batchMean,
  update,
};

export const familyNames = Object.keys(families) as readonly Family[];

/** The definition of a family: passes ask it for traits and never name a family. */
export function familyOf<F extends Family>(core: CoreOf<F>): FamilyDefinition<F> {
  return families[core.family as F] as unknown as FamilyDefinition<F>;
}
