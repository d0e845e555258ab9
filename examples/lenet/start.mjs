// The example from nothing: builds lenet.cnn into a native module, compiles train.ts against its types, runs it.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const step = (...args) => {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
};

step("dist/bin/cnnc.js", "build", "examples/lenet/lenet.cnn");
step("node_modules/typescript/bin/tsc", "--project", "examples/lenet");
step("examples/lenet/train.js", ...process.argv.slice(2));
