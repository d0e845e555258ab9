import type { Rule } from "../rule.ts";
import { activationOnScores } from "./activation-on-scores/rule.ts";
import { activationTwice } from "./activation-twice/rule.ts";
import { batchNormOfFew } from "./batch-norm-of-few/rule.ts";
import { biasBeforeBatchNorm } from "./bias-before-batch-norm/rule.ts";
import { dropoutBeforeBatchNorm } from "./dropout-before-batch-norm/rule.ts";
import { dropoutBeforeOutput } from "./dropout-before-output/rule.ts";
import { dyingRelu } from "./dying-relu/rule.ts";
import { highRateOfAdam } from "./high-rate-of-adam/rule.ts";
import { initializerMisfit } from "./initializer-misfit/rule.ts";
import { linearAfterLinear } from "./linear-after-linear/rule.ts";
import { lossOnOtherScores } from "./loss-on-other-scores/rule.ts";
import { missingVersion } from "./missing-version/rule.ts";
import { normalizeInBytes } from "./normalize-in-bytes/rule.ts";
import { oneHotTimesWeights } from "./one-hot-times-weights/rule.ts";
import { saturatingChain } from "./saturating-chain/rule.ts";
import { smallReceptiveField } from "./small-receptive-field/rule.ts";
import { softmaxBeforeLoss } from "./softmax-before-loss/rule.ts";
import { stridePastWindow } from "./stride-past-window/rule.ts";
import { wastedLanes } from "./wasted-lanes/rule.ts";
import { weightDecayInAdam } from "./weight-decay-in-adam/rule.ts";

/** Every rule, in the order of the codes. */
export const rules: readonly Rule[] = [
  missingVersion,
  biasBeforeBatchNorm,
  softmaxBeforeLoss,
  linearAfterLinear,
  dropoutBeforeBatchNorm,
  smallReceptiveField,
  initializerMisfit,
  saturatingChain,
  activationOnScores,
  dyingRelu,
  wastedLanes,
  normalizeInBytes,
  dropoutBeforeOutput,
  batchNormOfFew,
  weightDecayInAdam,
  highRateOfAdam,
  lossOnOtherScores,
  activationTwice,
  stridePastWindow,
  oneHotTimesWeights,
];
