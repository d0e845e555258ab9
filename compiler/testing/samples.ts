import type { CheckedModel } from "../check/program.ts";
import type { Definition, Sample } from "../opkit/operator.ts";
import { formatType } from "../shape/tensor-type.ts";
import { registry } from "../ops/registry.ts";
import { modelOf } from "./source.ts";

/** A sample of an operator as a model of its own. */
export interface SampleModel {
  readonly operator: string;
  readonly sample: Sample;
  /** Readable and unique: `conv_3`. */
  readonly name: string;
  readonly model: CheckedModel;
}

/** Every operator of the registry. */
export const operators = [...registry.values()].filter(
  (definition): definition is Extract<Definition, { kind: "operator" }> => definition.kind === "operator",
);

/** All samples of all operators, each written as a .cnn model and checked like any other. */
export function sampleModels(): readonly SampleModel[] {
  return operators.flatMap(({ name, samples }) => modelsOfSamples(name, samples));
}

/** Samples of one operator. */
export function modelsOfSamples(operator: string, samples: readonly Sample[]): readonly SampleModel[] {
  return samples.map((sample, i) => {
    const name = `${operator}_${i + 1}`;
    return { operator, sample, name, model: checkedSample(name, sample) };
  });
}

function checkedSample(name: string, { link, input, dtype = "f32", ...sample }: Sample): CheckedModel {
  const reports: string[] = [];
  const type = formatType({ dtype, shape: input, ...sample });
  // An image, a sequence or a vector: the output's declared shape has to say so.
  for (const shape of ["y.channels, y.height, y.width", "y.channels, y.length", "y.size"]) {
    const lines = [`input x: ${type}`, `y = x -> ${link}`, `output result: f32[${shape}] = y`];
    try {
      return modelOf(name, lines.join("\n"));
    } catch (error) {
      reports.push((error as Error).message);
    }
  }
  throw new Error(`the sample ${name} does not check:\n${reports.join("\n")}`);
}
