/** What programs import as "cnnc/runtime". Generated wrappers import `bind/define-model.ts` alone, as "cnnc/runtime/model". */
export {
  CnncCpuError,
  CnncDataError,
  CnncDeviceError,
  CnncDivergedError,
  CnncError,
  CnncInputError,
  CnncStaleError,
  CnncWeightsError,
  CnncWriteError,
} from "./errors.ts";

export { defineModel, type LoadOptions, type ModelClass } from "./bind/define-model.ts";
export { Net, type PredictOptions } from "./bind/net.ts";
export type { MatchedWeights, MismatchedShape } from "./bind/match-weights.ts";
export {
  Trainer,
  type DeadUnits,
  type RunMemory,
  type RunShape,
  type StepOptions,
  type StepResult,
  type TrainerOptions,
} from "./bind/trainer.ts";
export { ClassPredictions, Prediction } from "./bind/class-predictions.ts";
export { Parameters } from "./bind/parameters.ts";
export { initialValues } from "./bind/initialize.ts";
export type * from "./bind/manifest.ts";
export type * from "./bind/model-types.ts";
export type * from "./bind/metadata.ts";
export type { ScaledLayer } from "./bind/unit-variance.ts";
export type { TokenArray } from "./bind/read-tokens.ts";
export { openAddon, type Addon, type AddonInstance, type AddonModel } from "./bind/addon.ts";

export type { Layout } from "./tensor/layout.ts";
export type { TypedArray } from "./tensor/typed-array.ts";

export { weightsOf, type Weights, type WeightTensor } from "./weights/weights.ts";
export { openSafetensors, parseSafetensors, type SafetensorsFile } from "./weights/read-safetensors.ts";
export { writeSafetensors, type TensorToWrite } from "./weights/write-safetensors.ts";

export { arrayDataset, mustHaveSamples, pick, slice, type Column, type Dataset } from "./data/dataset.ts";
export type { ArrayColumn, Chunks } from "./data/dataset.ts";
export { epochOrder, inChunks } from "./data/epoch-order.ts";
export type { Described } from "./data/fields.ts";
export { openShards, type ShardOptions } from "./data/shards.ts";
export { openCsv, type CsvOptions } from "./data/csv-dataset.ts";
export type { CorruptOptions, CorruptPicture } from "./data/corrupt-samples.ts";
export { batchesOf, naturalOrder } from "./data/batches.ts";
export { parseIdx, readIdx, readLabelledImages, readMnist } from "./data/idx.ts";
export type { IdxArray, LabelledImages, MnistPart } from "./data/idx.ts";
export { labelledImagesDataset } from "./data/labelled-images-dataset.ts";
export { parseNpy, readNpy, type NpyArray } from "./data/npy.ts";
export { npyFile, openNpyFolder, type NpyColumn, type NpyFolderOptions, type NpyPart } from "./data/npy-folder.ts";
export { readImage, readImages } from "./data/image.ts";
export type { DecodedImage, ImageFit, ImageOptions } from "./data/image.ts";
export { openImageFolder, type ImageFolderOptions } from "./data/image-folder.ts";
export { subfolders, type LabelledFolder, type LabelledFolderOptions } from "./data/labelled-folder.ts";
export { parseWav, readWav, type Wav } from "./data/wav.ts";
export { readSignals, type FittedSignal, type SignalOptions } from "./data/signal.ts";
export { openSignalFolder, type SignalFolderOptions } from "./data/signal-folder.ts";

export { RandomStream, hashName, philox } from "./random/philox.ts";
export { shuffledOrder } from "./random/shuffle.ts";

export { fit } from "./train/fit.ts";
export type { EpochReport, FitOptions, FitResult, StepProgress } from "./train/fit.ts";
export type { CheckpointOptions } from "./train/checkpoints.ts";
export type { BestEpoch } from "./train/course.ts";
export { evaluate, type EvaluateOptions, type Evaluation } from "./train/evaluate.ts";
export type { ClassEvaluation, ClassResult, HardSample } from "./train/class-evaluation.ts";
export { leadingOutput, qualityOf, scoreOf, type Score } from "./train/score.ts";
export type * from "./train/output-evaluation.ts";
