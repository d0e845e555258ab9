import * as path from "node:path";
import { hasErrors } from "../../compiler/cli/diagnostics-output.ts";
import { frontOf } from "../../compiler/cli/front.ts";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { filesBelow, root } from "../support/paths.ts";

export interface ExampleModel {
  readonly file: string;
  readonly model: CheckedModel;
}

/** All models of all files below examples/. */
export function exampleModels(): readonly ExampleModel[] {
  return filesBelow("examples", /\.cnn$/).flatMap((file) => {
    const { models, diagnostics } = frontOf(path.join(root, file), {}, false);
    if (hasErrors(diagnostics)) throw new Error(`${file} does not check`);
    return models.map((model) => ({ file, model }));
  });
}
