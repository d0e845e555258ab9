import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { EmittedFile } from "../emit/emitted-file.ts";
import { nativeFolder } from "./toolchain.ts";

/** What a program on a device does not need of the native sources. */
const leftOut = ["addon/node", "addon/cpu", "parallel"];

/** Writes generated files, kernels in a folder of their own, and the native sources that they are compiled with. */
export function writeBundle(out: string, kernels: readonly EmittedFile[], others: readonly EmittedFile[]): void {
  const native = nativeFolder();
  mkdirSync(join(out, "kernels"), { recursive: true });
  const wanted = (path: string): boolean => !leftOut.includes(relative(native, path).replaceAll("\\", "/"));
  cpSync(native, join(out, basename(native)), { recursive: true, filter: wanted });
  for (const { name, text } of kernels) writeFileSync(join(out, "kernels", name), text);
  for (const { name, text } of others) writeFileSync(join(out, name), text);
}
