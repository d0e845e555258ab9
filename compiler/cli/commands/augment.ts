import type { CheckedAugment } from "../../check/program.ts";
import type { CompiledModel } from "../../compile.ts";
import { augmentingOf } from "../../lower/augment.ts";
import { augmentedPicture } from "../../reference/augmented-picture.ts";
import { encodePng } from "../../../runtime/data/image.ts";
import type { InputManifest } from "../../../runtime/index.ts";
import { CliError } from "../cli-error.ts";
import type { ExitCode } from "../cli-error.ts";
import { contactSheet, rasterOf } from "../contact-sheet.ts";
import { ends, openData } from "../data.ts";
import { compileOne } from "../load.ts";
import type { CommonOptions } from "../options.ts";
import { checkWritable, writeWhole } from "../output-file.ts";
import { inputsAt } from "../pictures.ts";
import { printJson, printLine } from "../terminal.ts";

export interface AugmentCommandOptions extends CommonOptions {
  readonly data: string;
  readonly preview: string;
  readonly count: number;
  readonly variants: number;
  readonly seed: number;
}

/** `cnnc augment FILE --data DIR --preview SHEET.png` */
export async function augmentCommand(file: string, options: AugmentCommandOptions): Promise<ExitCode> {
  const compiled = compileOne(file, options);
  if (compiled === undefined) return 1;
  const { preview, variants, seed } = options;
  const { input } = ends(compiled.manifest);
  const augment = augmentOf(compiled, input);
  checkWritable(preview, "--preview names a PNG file");
  const data = await openData(options.data, "train", compiled.manifest);
  const count = Math.min(options.count, data.size);
  // Spread evenly over the data.
  const indices = Array.from({ length: count }, (_, i) => Math.floor((i * data.size) / count));
  const pictures = await inputsAt(data, indices, input);
  const augmenting = augmentingOf(augment, input);
  const rows = pictures.map((picture, sample) => {
    const varied = Array.from({ length: variants }, (_, step) =>
      augmentedPicture(augmenting, input.shape, picture, { seed, step, sample }),
    );
    return [picture, ...varied].map((values) => rasterOf(values, input.shape));
  });
  const { data: pixels, ...size } = contactSheet(rows);
  writeWhole(preview, await encodePng(pixels, size));
  if (options.json) printJson({ preview, pictures: count, variants, seed });
  else if (!options.quiet) printLine(`${count} pictures, each as it is and in ${variants} variants, in ${preview}`);
  return 0;
}

function augmentOf({ model }: CompiledModel, { name, shape }: InputManifest): CheckedAugment {
  if (model.train === undefined)
    throw new CliError(
      `${model.name} has no train section`,
      "it says how to train, and how to vary pictures meanwhile",
    );
  const augment = model.train.augments.find(({ input }) => input === name);
  if (augment === undefined)
    throw new CliError(
      `${model.name} trains on its pictures as they are`,
      `a line in its train section varies them, like \`augment ${name} -> flip(horizontal)\``,
    );
  if (shape[0] !== 1 && shape[0] !== 3)
    throw new CliError(`${name} has ${shape[0]} channels; a PNG file has 1 (grey) or 3 (red, green, blue)`);
  return augment;
}
