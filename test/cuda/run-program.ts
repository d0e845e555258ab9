import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { root, withTempFolder } from "../support/paths.ts";

const flags = ["-std=c++20", "-O1", "-Wall", "-Wextra", "-DCNNC_EMULATED", "-DCNNC_CUDA", "-DCNNC_ISA=cuda", "-mfma"];

/** The lines that a C++ program of this folder prints, compiled with the emulator and other files of `native`. */
export async function runProgram(name: string, others: readonly string[] = []): Promise<readonly string[]> {
  return withTempFolder(async (folder) => {
    const native = path.join(root, "native");
    const program = path.join(folder, name);
    const emulator = ["emulator", "fiber", "global-memory", "shared-memory", "warp", "cuda_runtime_api"];
    const sources = emulator.map((file) => path.join(native, "cuda/emulator", `${file}.cc`));
    const more = others.map((file) => path.join(native, file));
    const own = path.join(root, "test/cuda", `${name}.cpp`);
    await promisify(execFile)("g++", [...flags, `-I${native}`, own, ...sources, ...more, "-ldl", "-o", program]);
    return (await promisify(execFile)(program)).stdout.trimEnd().split("\n");
  });
}
