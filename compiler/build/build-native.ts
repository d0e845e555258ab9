import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { SourceFile } from "../../grammar/index.ts";
import { emitProject, type Project } from "../emit/addon/project.ts";
import type { EmittedFile } from "../emit/emitted-file.ts";
import { BuildError, mendOf, reasonOf } from "./build-error.ts";
import { cacheFolder, cacheKey, folderHash, prune, publish, touch } from "./cache.ts";
import { compilerFailure } from "./compiler-failure.ts";
import { runCmake } from "./run-cmake.ts";
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
  const toolchain = findToolchain();
  const native = nativeFolder();
  const files = emitProject({ ...project, native, nodeAddonApi: nodeAddonApiFolder() });
  const texts = files.flatMap((file) => [file.name, file.text]);
  const key = cacheKey([toolchain.compilerVersion, folderHash(native), process.platform, process.arch, ...texts]);
  const cache = cacheFolder();
  const entry = join(cache, key);
  if (existsSync(entry)) {
    touch(entry);
    return { result: use(entry), cached: true };
  }
  const { work, kept } = workFolder(cache, note);
  try {
    await compileProject(files, work, toolchain, { sources, ...(signal && { signal }) });
    const product = join(work, "build", "product");
    if (kept) publish(product, entry);
    if (kept) prune(cache);
    return { result: use(kept ? entry : product), cached: false };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** In the cache, so that a product only has to be renamed; else among the system's temporary files. */
function workFolder(cache: string, note: NativeOptions["note"]): { readonly work: string; readonly kept: boolean } {
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
  { sources, signal }: { readonly sources: readonly SourceFile[]; readonly signal?: AbortSignal },
): Promise<void> {
  try {
    for (const file of files) writeFileSync(join(work, file.name), file.text);
  } catch (error) {
    const mend = mendOf(error, "make room there, or set CNNC_CACHE");
    throw new BuildError(`${work} cannot be written: ${reasonOf(error)}`, mend);
  }
  const output = await runCmake(work, toolchain, { jobs: availableParallelism(), ...(signal && { signal }) });
  if (output !== undefined) throw compilerFailure(output, files, sources);
}
