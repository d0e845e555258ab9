import type { CorruptSamples } from "./corrupt-samples.ts";
import { readImages, type DecodedImage, type ImageFit } from "./image.ts";
import {
  openLabelledFolder,
  type LabelledColumns,
  type LabelledFolder,
  type LabelledFolderOptions,
} from "./labelled-folder.ts";

export interface ImageFolderOptions<Input extends string, Target extends string> extends LabelledFolderOptions<
  Input,
  Target
> {
  readonly fit?: ImageFit;
}

/** Pictures in one folder per label, decoded when a batch asks for them: they need not fit in memory. */
export function openImageFolder<Input extends string, Target extends string>(
  folder: string,
  options: ImageFolderOptions<Input, Target>,
): Promise<LabelledFolder<LabelledColumns<Input, Target, DecodedImage>>> {
  const { shape, fit } = options;
  const read = (files: readonly string[], corrupt: CorruptSamples): Promise<DecodedImage> =>
    readImages(files, { shape, ...(fit && { fit }) }, corrupt);
  return openLabelledFolder(folder, options, { noun: "pictures", names: /\.(png|jpe?g|webp)$/i, read });
}
