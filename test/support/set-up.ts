import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { root } from "./paths.ts";

/** Compiles sources that have changed since: `npx vitest` alone tests them, too. */
export default function setUp(): void {
  execFileSync(process.execPath, [path.join(root, "setup.mjs")], { stdio: "inherit" });
}
