import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { cnnc } from "../cli/cnnc.ts";

/** Writes the bundle of a network into a folder and runs `make TARGET` there: what was printed. */
export async function makeBundle(file: string, folder: string, target: string, ...options: string[]): Promise<string> {
  const out = path.join(folder, "bundle");
  const { code, stderr } = await cnnc(["bundle", file, "--target", "cuda", "--out", out, ...options]);
  expect([code, stderr]).toEqual([0, ""]);
  return (await promisify(execFile)("make", ["-j2", target], { cwd: out })).stdout;
}
