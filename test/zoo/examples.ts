import * as path from "node:path";
import { hasErrors } from "../../compiler/cli/diagnostics-output.ts";
import { frontOf } from "../../compiler/cli/front.ts";
import type { CheckOptions } from "../../compiler/check/check.ts";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { filesBelow, root } from "../support/paths.ts";

export interface ExampleModel {
  readonly file: string;
  readonly model: CheckedModel;
}

/** All models of all files below examples/, with parameters set for some files. */
export function exampleModels(set: Readonly<Record<string, CheckOptions["set"]>> = {}): readonly ExampleModel[] {
  return filesBelow("examples", /\.cnn$/).flatMap((file) => {
    const { models, diagnostics } = frontOf(path.join(root, file), { set: set[file] }, false);
    if (hasErrors(diagnostics)) throw new Error(`${file} does not check`);
    return models.map((model) => ({ file, model }));
  });
}
