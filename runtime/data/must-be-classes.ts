import { CnncDataError } from "../errors.ts";

/** Where labels stand that a file has. */
interface LabelFile {
  readonly file: string;
  /** The output. */
  readonly name: string;
  readonly classes: number;
  /** Of labels: how many a sample has, and the first sample. */
  readonly perSample?: number;
  readonly first?: number;
}

/** Labels are indices of classes; the first that is none is an error, which tells where it is. */
export function mustBeClasses(
  labels: ArrayLike<number>,
  { file, name, classes, perSample = 1, first = 0 }: LabelFile,
): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    const sample = first + Math.floor(i / perSample);
    throw new CnncDataError(
      `${file}: sample ${sample} has ${label}, which is no class of ${name}: an index below ${classes}`,
    );
  }
}
