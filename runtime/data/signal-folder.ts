import {
  openLabelledFolder,
  type LabelledColumns,
  type LabelledFolder,
  type LabelledFolderOptions,
} from "./labelled-folder.ts";
import { readSignals, type SignalOptions } from "./signal.ts";

export type SignalFolderOptions<Input extends string, Target extends string> = LabelledFolderOptions<Input, Target> &
  SignalOptions;

/** WAV files in one folder per label, read when a batch asks for them: they need not fit in memory. */
export function openSignalFolder<Input extends string, Target extends string>(
  folder: string,
  options: SignalFolderOptions<Input, Target>,
): Promise<LabelledFolder<LabelledColumns<Input, Target, Float32Array>>> {
  const read = (files: readonly string[]): Promise<Float32Array> => readSignals(files, options);
  return openLabelledFolder(folder, options, { noun: "WAV files", names: /\.wav$/i, read });
}
