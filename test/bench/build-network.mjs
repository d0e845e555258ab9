// Builds a network as users do, into a folder.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** `file` as seen from the project's root; `set`: parameters of the model. */
export function buildNetwork(file, folder, set = {}) {
  const settings = Object.entries(set).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
  const command = ["dist/bin/cnnc.js", "build", file, "--quiet", "--out", folder, ...settings];
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`${file} could not be built`);
}
