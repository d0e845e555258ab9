import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll } from "vitest";
import { build, type BuildResult } from "../../compiler/build/build.ts";
import { nativeCpu } from "../../compiler/build/toolchain.ts";
import { compile, type CompiledModel } from "../../compiler/compile.ts";
import type { Cpu } from "../../compiler/ir/plan.ts";
import { sourceFile, type SourceFile } from "../../grammar/index.ts";
import { defineModel, readMnist, type ClassOutput, type Input, type ModelClass } from "../../runtime/index.ts";
import { readText, root } from "../support/paths.ts";

/** What the generated index.d.ts says, as far as tests use it. */
export interface LeNetTypes {
  inputs: { image: Input<Uint8Array, readonly [1, 28, 28]> };
  outputs: { clothing: ClassOutput };
  targets: "clothing";
  metrics: "clothing.accuracy";
}

export function compileText(
  text: string,
  file: string,
  cpus: readonly Cpu[] = [nativeCpu()],
  imports: (path: string) => string | undefined = () => undefined,
): readonly CompiledModel[] {
  const load = (path: string): SourceFile | undefined => {
    const text = imports(path);
    return text === undefined ? undefined : sourceFile(path, text);
  };
  return compile(sourceFile(file, text), { cpus, load }).models;
}

/** Builds LeNet into a folder; all suites share the cache's entry. */
export async function buildLeNet(
  out: string,
  cpus?: readonly Cpu[],
): Promise<BuildResult & { readonly LeNet: ModelClass<LeNetTypes> }> {
  const models = compileText(readText("examples/lenet/lenet.cnn"), "examples/lenet/lenet.cnn", cpus);
  const result = await build(models, { name: "lenet", out });
  return { ...result, LeNet: defineModel<LeNetTypes>(models[0]!.manifest, result.addon) };
}

/** A folder of the suite's own, removed at its end. */
export function suiteFolder(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-suite-")));
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The pictures and classes in examples/data. */
export async function clothes(part: "train" | "test"): Promise<{ images: Uint8Array; labels: Uint8Array }> {
  const { images, labels } = await readMnist(path.join(root, "examples/data"), part);
  return { images: images.data, labels: labels.data };
}

/** Batch number i, over and over the data. */
export function batchOf({ images, labels }: { images: Uint8Array; labels: Uint8Array }, i: number, size = 64) {
  const pixels = 28 * 28;
  const start = (i * size) % (labels.length - size + 1);
  return {
    image: images.subarray(start * pixels, (start + size) * pixels),
    clothing: labels.subarray(start, start + size),
  };
}
