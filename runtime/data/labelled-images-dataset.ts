import { CnncDataError } from "../errors.ts";
import { elementCount, describeShape } from "../tensor/typed-array.ts";
import { arrayDataset, type Dataset } from "./dataset.ts";
import type { LabelledImages } from "./idx.ts";
import { mustBeClasses } from "./must-be-classes.ts";

/** Pictures and classes under the names of a model's input and output; `classes`: how many it has, where labels shall be looked at. */
export function labelledImagesDataset<Input extends string, Target extends string>(
  { images, labels }: LabelledImages,
  names: {
    readonly input: Input;
    readonly target: Target;
    readonly shape?: readonly number[];
    readonly classes?: number;
  },
): Dataset<Record<Input, Uint8Array> & Record<Target, Uint8Array>> {
  const sampleSize = elementCount(images.shape.slice(1));
  if (names.shape && elementCount(names.shape) !== sampleSize) {
    throw new CnncDataError(
      `the pictures are ${describeShape(images.shape.slice(1))}, ` +
        `${names.input} needs ${describeShape(names.shape)}`,
    );
  }
  if (names.classes !== undefined)
    mustBeClasses(labels.data, { file: labels.name ?? "labels", name: names.target, classes: names.classes });
  return arrayDataset({
    [names.input]: { data: images.data, sampleSize },
    [names.target]: { data: labels.data, sampleSize: 1 },
  }) as unknown as Dataset<Record<Input, Uint8Array> & Record<Target, Uint8Array>>;
}
