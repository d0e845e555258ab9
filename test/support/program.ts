import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "vitest";
import type { Manifest } from "../../runtime/index.ts";
import { root, withTempFolder } from "./paths.ts";

/** Runs a module in a fresh process, `node --expose-gc`; `models` stand in it under their names. What it prints as JSON. */
export async function runProgram<T>(models: readonly Manifest[], addon: string, script: string): Promise<T> {
  const runtime = pathToFileURL(path.join(root, "dist/runtime/index.js")).href;
  const made = models.map(
    (manifest) => `const ${manifest.model} = defineModel(${JSON.stringify(manifest)}, ${JSON.stringify(addon)});`,
  );
  const text = `import { defineModel } from "${runtime}";\n${made.join("\n")}\n${script}`;
  return withTempFolder(async (folder) => {
    const file = path.join(folder, "program.mjs");
    fs.writeFileSync(file, text);
    const child = spawn(process.execPath, ["--expose-gc", file], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (part) => (output += String(part)));
    const ended = await new Promise((resolve) => child.on("close", (code, signal) => resolve(signal ?? code)));
    expect([ended, output]).toEqual([0, expect.stringMatching(/^\{.*\}\n$/)]);
    return JSON.parse(output) as T;
  });
}
