import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { CompiledModel } from "../compile.ts";
import { emitProject, type Project, type ProjectVariant } from "../emit/addon/project.ts";
import type { EmittedFile } from "../emit/emitted-file.ts";
import { emitHeader } from "../emit/c/header.ts";
import { emitWrapper } from "../emit/ts/wrapper.ts";
import { cacheFolder, cacheKey, folderHash, prune, publish, touch } from "./cache.ts";
import { runCmake } from "./run-cmake.ts";
import { findToolchain, nativeFolder, nodeAddonApiFolder } from "./toolchain.ts";

export interface BuildOptions {
  /** Base name of the products. */
  readonly name: string;
  /** Folder to write; made where it is missing. */
  readonly out: string;
  readonly signal?: AbortSignal;
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
export async function build(
  models: readonly CompiledModel[],
  { name, out, signal }: BuildOptions,
): Promise<BuildResult> {
  const started = performance.now();
  const project = { name, models: models.map(({ model }) => model.name), variants: variantsOf(models) };
  const { entry, cached } = await buildNative(project, signal);
  mkdirSync(out, { recursive: true });
  const natives = [`${name}.node`, `lib${name}.a`];
  for (const file of natives) replace(join(out, file), (temporary) => copyFileSync(join(entry, file), temporary));
  const texts = [
    ...emitWrapper(models.map(({ manifest }) => manifest)),
    emitHeader(
      name,
      models.map(({ manifest }) => manifest),
      cApi(),
    ),
  ];
  for (const { name: file, text } of texts) replace(join(out, file), (temporary) => writeFileSync(temporary, text));
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

/** Whole or not at all: a program that has the old file mapped keeps it. */
function replace(path: string, write: (temporary: string) => void): void {
  const temporary = `${path}.${process.pid}.tmp`;
  write(temporary);
  renameSync(temporary, path);
}

/** The folder in the cache that holds the native products `NAME.node` and `libNAME.a`; made when it is not there. */
export async function buildNative(
  project: Omit<Project, "native" | "nodeAddonApi">,
  signal?: AbortSignal,
): Promise<{ readonly entry: string; readonly cached: boolean }> {
  const toolchain = findToolchain();
  const native = nativeFolder();
  const files = emitProject({ ...project, native, nodeAddonApi: nodeAddonApiFolder() });
  const texts = files.flatMap((file) => [file.name, file.text]);
  const key = cacheKey([toolchain.compilerVersion, folderHash(native), process.platform, process.arch, ...texts]);
  const cache = cacheFolder();
  const entry = join(cache, key);
  if (existsSync(entry)) {
    touch(entry);
    return { entry, cached: true };
  }
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, "build-"));
  try {
    await compileProject(files, work, toolchain, signal);
    publish(join(work, "build", "product"), entry);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  prune(cache);
  return { entry, cached: false };
}

async function compileProject(
  files: readonly EmittedFile[],
  work: string,
  toolchain: ReturnType<typeof findToolchain>,
  signal?: AbortSignal,
): Promise<void> {
  for (const file of files) writeFileSync(join(work, file.name), file.text);
  await runCmake(work, toolchain, { jobs: availableParallelism(), ...(signal && { signal }) });
}
