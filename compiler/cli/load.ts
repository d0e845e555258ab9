import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { build } from "../build/build.ts";
import type { CompiledModel } from "../compile.ts";
import { baseName } from "../compile.ts";
import { defineModel } from "../../runtime/index.ts";
import type { ClassOutput, Input, Net } from "../../runtime/index.ts";
import { compileFile } from "./back.ts";
import { onlyModel } from "./front.ts";
import type { TargetOptions } from "./options.ts";
import { printNote } from "./terminal.ts";

/** A model of which nothing is known while this is compiled: names and sizes stand in its manifest. */
export interface AnyModel {
  readonly inputs: Readonly<Record<string, Input<Uint8Array, readonly number[]>>>;
  readonly outputs: Readonly<Record<string, ClassOutput>>;
  readonly targets: string;
  readonly metrics: string;
}
export type AnyNet = Net<AnyModel>;

export interface LoadRequest {
  readonly weights?: string | undefined;
  readonly threads?: number | undefined;
  readonly seed?: number | undefined;
  readonly quiet?: boolean | undefined;
}

/** Compiles one model of a file, or nothing when findings were printed. */
export function compileOne(file: string, options: TargetOptions): CompiledModel | undefined {
  const compiled = compileFile(file, options, true);
  return compiled && onlyModel(compiled, file);
}

/** Builds a model (mostly found in the cache) and loads it. */
export async function loadModel(
  file: string,
  compiled: CompiledModel,
  { weights, threads, seed, quiet }: LoadRequest,
  signal?: AbortSignal,
): Promise<AnyNet> {
  const out = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-"));
  try {
    const result = await build([compiled], {
      name: baseName(file),
      out,
      ...(!quiet && { note: printNote }),
      ...(signal && { signal }),
    });
    const model = defineModel<AnyModel>(compiled.manifest, path.resolve(result.addon));
    return await model.load({
      ...(weights !== undefined && { weights }),
      ...(threads !== undefined && { threads }),
      ...(seed !== undefined && { seed }),
    });
  } finally {
    // What is loaded stays loaded without its file.
    fs.rmSync(out, { recursive: true, force: true });
  }
}
