import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import type { CudaCompiler } from "../emit/addon/device-files.ts";
import { BuildError } from "./build-error.ts";
import { findTool } from "./toolchain.ts";

export interface CudaToolkit extends CudaCompiler {
  /** Part of the cache's key. */
  readonly version: string;
}

export const nvccMend =
  "install the CUDA toolkit, 12 or later (https://developer.nvidia.com/cuda-downloads; it needs no GPU), or name its nvcc with CUDACXX";

/** Kernels are C++20, which nvcc knows since release 12. */
const leastRelease = 12;

/** $CUDACXX, else nvcc of $CUDA_HOME, on the PATH, or where NVIDIA's packages put it. */
export function findNvcc(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { CUDACXX: wanted, CUDA_HOME: home } = env;
  if (wanted) return findTool([wanted], env);
  return findTool([...(home ? [join(home, "bin", "nvcc")] : []), "nvcc", "/usr/local/cuda/bin/nvcc"], env);
}

/** nvcc and where its headers and libraries are; `host` is the compiler that it calls for what runs on the processor. */
export function findCudaToolkit(host: string, env: NodeJS.ProcessEnv = process.env): CudaToolkit {
  const nvcc = findNvcc(env);
  if (nvcc === undefined) {
    const wanted = env["CUDACXX"];
    throw new BuildError(wanted ? `CUDACXX names ${wanted}, which is not there` : "nvcc was not found", nvccMend);
  }
  const version = nvccVersion(nvcc);
  return { nvcc, version, host, ...foldersOf(nvcc) };
}

/** `release 13.0, V13.0.88` */
export function nvccVersion(nvcc: string): string {
  let text: string;
  try {
    text = execFileSync(nvcc, ["--version"], { encoding: "utf8" });
  } catch (error) {
    throw new BuildError(`${nvcc} --version failed: ${(error as Error).message}`, nvccMend);
  }
  const [version, release] = /release (\d+)\.\d+, V[\d.]+/.exec(text) ?? [];
  if (version === undefined) throw new BuildError(`${nvcc} does not tell its release`, nvccMend);
  if (Number(release) < leastRelease) throw new BuildError(`${nvcc} is of ${version}, which knows no C++20`, nvccMend);
  return version;
}

/** nvcc itself tells where it looks: toolkits lie differently from one distribution to the next. */
function foldersOf(nvcc: string): Pick<CudaToolkit, "includes" | "libraries"> {
  const { stderr } = spawnSync(nvcc, ["-dryrun", "-x", "cu", "/dev/null", "-o", "/dev/null"], { encoding: "utf8" });
  const named = (variable: string, option: string): readonly string[] => {
    const [, line = ""] = new RegExp(`^#\\$ ${variable}=(.*)$`, "m").exec(stderr) ?? [];
    return [...line.matchAll(new RegExp(`"?-${option}([^"]+?)"?(?=\\s|$)`, "g"))].map(([, folder]) => folder!);
  };
  return { includes: named("INCLUDES", "I"), libraries: named("LIBRARIES", "L") };
}
