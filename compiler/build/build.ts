import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CompiledModel } from "../compile.ts";
import type { ProjectVariant } from "../emit/addon/device-files.ts";
import { emitHeader } from "../emit/c/header.ts";
import { emitWrapper } from "../emit/ts/wrapper.ts";
import { buildNative } from "./build-native.ts";
import { nativeFolder } from "./toolchain.ts";
import { writeTogether } from "./write-together.ts";

export interface BuildOptions {
  /** Base name of the products. */
  readonly name: string;
  /** Folder to write; made where it is missing. */
  readonly out: string;
  /** Compile code for CUDA devices for the emulator that tests run on, instead of by nvcc. */
  readonly emulated?: boolean;
  /** The models were compiled to tell how long their nodes run. */
  readonly profiled?: boolean;
  readonly signal?: AbortSignal;
  /** Told what the user should know of a build that succeeds all the same. */
  readonly note?: (text: string) => void;
}

export interface BuildResult {
  readonly out: string;
  /** Path of the `.node` file. */
  readonly addon: string;
  readonly cached: boolean;
  readonly milliseconds: number;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/** Builds models into one folder: addon, static library, C header, ES module with types, manifest. */
export async function build(models: readonly CompiledModel[], options: BuildOptions): Promise<BuildResult> {
  const started = performance.now();
  const { name, out } = options;
  const manifests = models.map(({ manifest }) => manifest);
  const texts = [...emitWrapper(manifests), emitHeader(name, manifests, cApi())];
  const natives = [`${name}.node`, `lib${name}.a`];
  const project = {
    name,
    models: models.map(({ model }) => model.name),
    variants: variantsOf(models),
    ...(options.profiled && { profile: true }),
    ...(options.emulated && { cuda: "emulator" as const }),
  };
  const sources = models.flatMap((model) => model.sources);
  const { cached } = await buildNative(project, { ...options, sources }, (folder) =>
    writeTogether(out, [
      ...natives.map((file) => ({ name: file, write: (to: string) => copyFileSync(join(folder, file), to) })),
      ...texts.map((file) => ({ name: file.name, write: (to: string) => writeFileSync(to, file.text) })),
    ]),
  );
  const files = [...natives, ...texts.map((file) => file.name)].map((file) => ({
    name: file,
    bytes: statSync(join(out, file)).size,
  }));
  return { out, addon: join(out, `${name}.node`), cached, milliseconds: performance.now() - started, files };
}

/** The files of all models side by side, for each target that they were compiled for. */
function variantsOf(models: readonly CompiledModel[]): readonly ProjectVariant[] {
  return models[0]!.variants.map(({ plans: { target } }, i) => ({
    target,
    kernels: models.flatMap(({ variants }) => variants[i]!.kernels),
  }));
}

function cApi(): string {
  return readFileSync(join(nativeFolder(), "addon", "c", "c-api.h"), "utf8");
}
