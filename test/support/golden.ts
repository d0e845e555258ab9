import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "vitest";
import { root } from "./paths.ts";

const update = process.env["UPDATE_GOLDENS"] === "1";

/**
 * Compares a text with the file that holds what it should be. The file changes under UPDATE_GOLDENS=1 only: one that
 * is missing fails.
 */
export function expectGolden(file: string, text: string): void {
  const target = path.join(root, file);
  if (update) {
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, text);
  }
  const hint = `${file}: if the change is wanted, run UPDATE_GOLDENS=1 npx vitest run`;
  expect(fs.existsSync(target), `${hint} (the file is missing)`).toBe(true);
  expect(text, hint).toBe(fs.readFileSync(target, "utf8"));
}
