import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { findNvcc } from "../../compiler/build/cuda-toolkit.ts";
import { cnnc } from "../cli/cnnc.ts";

/** Writes the bundle of a network into a folder and runs `make TARGET` there: what was printed. */
export async function makeBundle(file: string, folder: string, target: string, ...options: string[]): Promise<string> {
  const out = path.join(folder, "bundle");
  const { code, stderr } = await cnnc(["bundle", file, "--target", "cuda", "--out", out, ...options]);
  expect([code, stderr]).toEqual([0, ""]);
  return make(folder, target);
}

/** `make TARGET` in a bundle that is there already. */
export async function make(folder: string, target: string): Promise<string> {
  const env = { ...process.env, NVCC: findNvcc() ?? "nvcc" };
  const cwd = path.join(folder, "bundle");
  return (await promisify(execFile)("make", ["-j2", target], { cwd, env, maxBuffer: 2 ** 28 })).stdout;
}
