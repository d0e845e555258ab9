import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { SourceFile } from "../../grammar/index.ts";
import { emitProject, sharedParts } from "../emit/addon/project.ts";
import type { Project } from "../emit/addon/device-files.ts";
import type { EmittedFile } from "../emit/emitted-file.ts";
import { BuildError, mendOf, reasonOf } from "./build-error.ts";
import { cacheFolder, cacheKey, fetch, folderHash, prune, publish, touch } from "./cache.ts";
import { compilerFailure } from "./compiler-failure.ts";
import { runCmake } from "./run-cmake.ts";
import { findCudaToolkit } from "./cuda-toolkit.ts";
import { findToolchain, nativeFolder, nodeAddonApiFolder, type Toolchain } from "./toolchain.ts";

export interface NativeOptions {
  /** The files that the project was compiled from: failures are shown in them. */
  readonly sources?: readonly SourceFile[];
  readonly signal?: AbortSignal;
  readonly note?: (text: string) => void;
}

/**
 * Makes the native products `NAME.node` and `libNAME.a`, or finds them in the cache, and shows `use` the folder that
 * holds them. A cache that cannot be written does without: then the folder lives as long as `use` does.
 */
export async function buildNative<T>(
  project: Omit<Project, "native" | "nodeAddonApi">,
  { sources = [], signal, note }: NativeOptions,
  use: (folder: string) => T,
): Promise<{ readonly result: T; readonly cached: boolean }> {
  const { target } = project.variants[0]!;
  const architecture = target.device === "cpu" ? target.architecture : undefined;
  const toolchain = findToolchain(architecture);
  const [native, nodeAddonApi] = [nativeFolder(), nodeAddonApiFolder()];
  const toolkit =
    target.device === "cuda" && project.cuda === undefined ? findCudaToolkit(toolchain.compiler) : undefined;
  const whole = { cuda: toolkit, ...project, native, nodeAddonApi };
  const files = emitProject(whole);
  const texts = files.flatMap((file) => [file.name, file.text]);
  const versions = [toolchain.compilerVersion, ...(toolkit ? [toolkit.version] : [])];
  const circumstances = [...versions, folderHash(native), process.platform, architecture ?? process.arch];
  const cache = cacheFolder();
  const entry = join(cache, cacheKey([...circumstances, ...texts]));
  if (existsSync(entry)) {
    touch(entry);
    return { result: use(entry), cached: true };
  }
  const { work, kept } = workFolder(cache, note);
  const parts = sharedParts(whole).map(({ folder, text }) => ({
    kept: join(cache, cacheKey([...circumstances, text])),
    found: join(work, folder),
    made: join(work, "build", folder),
  }));
  try {
    await compileProject(files, work, toolchain, { parts, sources, ...(signal && { signal }) });
    const product = join(work, "build", "product");
    if (kept) for (const part of parts) if (existsSync(part.made)) publish(part.made, part.kept);
    if (kept) publish(product, entry);
    if (kept) prune(cache);
    return { result: use(kept ? entry : product), cached: false };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A folder to make a product in: in the cache, so that it only has to be renamed; else among the system's temporary files. */
export function workFolder(
  cache: string,
  note: NativeOptions["note"],
): { readonly work: string; readonly kept: boolean } {
  try {
    mkdirSync(cache, { recursive: true });
    return { work: mkdtempSync(join(cache, "build-")), kept: true };
  } catch (error) {
    note?.(`the cache ${cache} cannot be written (${reasonOf(error)}): this build is not kept`);
  }
  try {
    return { work: mkdtempSync(join(tmpdir(), "cnnc-build-")), kept: false };
  } catch (error) {
    throw new BuildError(
      `there is no folder to build in: ${reasonOf(error)}`,
      "set CNNC_CACHE or TMPDIR to a folder that can be written",
    );
  }
}

async function compileProject(
  files: readonly EmittedFile[],
  work: string,
  toolchain: Toolchain,
  {
    parts,
    sources,
    signal,
  }: {
    readonly parts: readonly { readonly kept: string; readonly found: string }[];
    readonly sources: readonly SourceFile[];
    readonly signal?: AbortSignal;
  },
): Promise<void> {
  try {
    for (const file of files) writeFileSync(join(work, file.name), file.text);
    for (const { kept, found } of parts) fetch(kept, found);
  } catch (error) {
    const mend = mendOf(error, "make room there, or set CNNC_CACHE");
    throw new BuildError(`${work} cannot be written: ${reasonOf(error)}`, mend);
  }
  const output = await runCmake(work, toolchain, { jobs: availableParallelism(), ...(signal && { signal }) });
  if (output !== undefined) throw compilerFailure(output, files, sources);
}
