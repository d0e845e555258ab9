// Makes a checkout ready to use: dependencies, compiled sources, the bundled command.
// `node setup.mjs` does only what is stale, and is quick when nothing is (no dependency is loaded).
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(fileURLToPath(import.meta.url));
const at = (...parts) => path.join(root, ...parts);

/** What is compiled into dist/, and what decides how. */
const sourceFolders = ["grammar", "compiler", "runtime"];
const buildInputs = ["package.json", "package-lock.json", "tsconfig.json", "setup.mjs"];
const commandEntry = "compiler/cli/main.ts";
/** What runs in the pages that `cnnc graph` writes. */
const pageEntry = "compiler/graph/page.ts";

const installStamp = at("node_modules", ".cnnc-installed");
const buildStamp = at("dist", ".stamp");
const lockFile = at(".setup-lock");

const oldestNode = [20, 19];

main();

function main() {
  checkNode();
  if (isInstalled() && isBuilt() && isLinked()) return;
  withLock(() => {
    if (!isInstalled()) install();
    if (!isLinked()) link();
    if (!isBuilt()) build();
  });
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [needMajor, needMinor] = oldestNode;
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return;
  fail(`Node ${process.versions.node} is too old.`, `Install Node ${oldestNode.join(".")} or newer.`);
}

// ---- dependencies ------------------------------------------------------------------------------

function isInstalled() {
  const wanted = hashOf("package-lock.json");
  if (readOr(installStamp, "") === wanted) return true;
  if (!holdsLockedVersions()) return false;
  fs.writeFileSync(installStamp, wanted);
  return true;
}

/** True when node_modules was filled by hand (`npm install`) with exactly what the lock file names. */
function holdsLockedVersions() {
  const have = readJson(at("node_modules", ".package-lock.json"))?.packages;
  const want = readJson(at("package-lock.json"))?.packages;
  if (!have || !want) return false;
  return Object.entries(want).every(([name, entry]) => {
    if (name === "" || entry.link) return true;
    return have[name] ? have[name].version === entry.version : entry.optional === true;
  });
}

function install() {
  step("installing dependencies (npm ci)", () => {
    const npm = process.env.npm_execpath;
    const args = ["ci", "--no-audit", "--no-fund", "--loglevel", "error"];
    // --include=dev: the compiler of this checkout is built with its development dependencies.
    args.push("--include=dev");
    const result = npm?.endsWith(".js")
      ? run(process.execPath, [npm, ...args])
      : run(process.platform === "win32" ? "npm.cmd" : "npm", args);
    return result ? "" : "Is the npm registry reachable (`npm ping`)? Then run `npm ci` again.";
  });
  fs.writeFileSync(installStamp, hashOf("package-lock.json"));
}

// ---- the package under its own name ------------------------------------------------------------

/** Examples and generated wrappers import "cnnc/runtime" as they would in a user's project. */
function isLinked() {
  try {
    return fs.realpathSync(at("node_modules", "cnnc")) === fs.realpathSync(root);
  } catch {
    return false;
  }
}

function link() {
  const target = at("node_modules", "cnnc");
  fs.rmSync(target, { recursive: true, force: true });
  fs.symlinkSync("..", target, process.platform === "win32" ? "junction" : "dir");
}

// ---- sources -----------------------------------------------------------------------------------

function isBuilt() {
  return readOr(buildStamp, "") === fingerprint() && hasEveryOutput();
}

function hasEveryOutput() {
  return sources().every((source) => {
    if (!source.endsWith(".ts") || source.endsWith(".d.ts")) return true;
    return fs.existsSync(at("dist", path.relative(root, source).replace(/\.ts$/, ".js")));
  });
}

/** Names, sizes and times of everything that is compiled: a change, an addition, a removal shows. */
function fingerprint() {
  const hash = createHash("sha256");
  for (const file of [...buildInputs.map((name) => at(name)), ...sources()]) {
    const { size, mtimeMs } = fs.statSync(file, { throwIfNoEntry: false }) ?? {};
    hash.update(`${path.relative(root, file)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

function sources() {
  const found = [];
  const visit = (folder) => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const full = path.join(folder, entry.name);
      if (entry.isDirectory()) visit(full);
      else if (/\.(ts|json)$/.test(entry.name)) found.push(full);
    }
  };
  for (const folder of sourceFolders) if (fs.existsSync(at(folder))) visit(at(folder));
  return found.sort();
}

function build() {
  const wanted = fingerprint();
  // A build that fails halfway leaves no stamp: going back to the old sources builds again.
  fs.rmSync(buildStamp, { force: true });
  removeOrphans();
  step("compiling TypeScript", () =>
    run(process.execPath, [at("node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.json"])
      ? ""
      : "Mend the type errors above, then run `node setup.mjs` again.",
  );
  if (fs.existsSync(at(commandEntry))) step("bundling the command", bundle);
  fs.writeFileSync(buildStamp, wanted);
}

/** Output whose source is gone would still be imported, and published. */
function removeOrphans() {
  for (const folder of sourceFolders) {
    if (!fs.existsSync(at("dist", folder))) continue;
    for (const name of fs.readdirSync(at("dist", folder), { recursive: true })) {
      const source = at(folder, name.replace(/\.(d\.ts|js|js\.map)$/, ".ts"));
      if (/\.(d\.ts|js|js\.map)$/.test(name) && !fs.existsSync(source)) {
        fs.rmSync(at("dist", folder, name));
        fs.rmSync(at("dist", ".tsbuildinfo"), { force: true });
      }
    }
  }
  // An incremental tsc does not notice that an output was removed.
  if (!hasEveryOutput()) fs.rmSync(at("dist", ".tsbuildinfo"), { force: true });
}

/**
 * One bundle with its chunks: importing chevrotain from its 100 files takes longer than parsing.
 * Packages with native parts, those that are found by path, and elkjs, one large file already, stay outside.
 */
function bundle() {
  fs.rmSync(at("dist", "bin"), { recursive: true, force: true });
  const command = esbuild([
    `cnnc=${commandEntry}`,
    ...["--splitting", "--format=esm", "--platform=node", "--target=node20", "--chunk-names=chunks/[name]-[hash]"],
    ...["sharp", "cmake-js", "node-addon-api", "node-api-headers", "elkjs"].map((it) => `--external:${it}`),
    // CommonJS dependencies call require() of Node's own modules.
    `--banner:js=${[
      'import { createRequire as __cnncCreateRequire } from "node:module";',
      "const require = __cnncCreateRequire(import.meta.url);",
    ].join(" ")}`,
  ]);
  const page =
    command && esbuild([`graph-page=${pageEntry}`, "--format=iife", "--platform=browser", "--target=es2022"]);
  if (!page) return "Mend the errors above, then run `node setup.mjs` again.";
  fs.chmodSync(at("dist", "bin", "cnnc.js"), 0o755);
  return "";
}

/** Less text for V8 to read at each start; names stay, for stack traces. */
function esbuild(args) {
  return run(process.execPath, [
    at("node_modules", "esbuild", "bin", "esbuild"),
    ...args,
    ...["--bundle", "--minify-syntax", "--minify-whitespace", "--outdir=dist/bin", "--log-level=warning"],
  ]);
}

// ---- helpers -----------------------------------------------------------------------------------

/** Runs one step; a non-empty answer tells how to mend what failed. */
function step(what, action) {
  const start = Date.now();
  process.stderr.write(`setup: ${what}\n`);
  const mend = action();
  if (mend !== "") fail(`${what} failed.`, mend);
  process.stderr.write(`setup: ${what}: done in ${((Date.now() - start) / 1000).toFixed(1)} s\n`);
}

/** Output of tools goes to stderr: stdout belongs to the command that follows the set-up. */
function run(command, args) {
  const shell = command.endsWith(".cmd");
  const result = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2], shell });
  if (result.error) process.stderr.write(`setup: ${command}: ${result.error.message}\n`);
  return result.status === 0;
}

/** Two set-ups of one checkout at the same time would delete each other's files. */
function withLock(action) {
  const deadline = Date.now() + 5 * 60_000;
  while (!takeLock()) {
    if (Date.now() > deadline) {
      fail("another setup of this checkout has not ended.", `If none runs, delete ${lockFile}.`);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  process.on("exit", () => fs.rmSync(lockFile, { force: true }));
  action();
}

function takeLock() {
  try {
    fs.writeFileSync(lockFile, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    const owner = Number(readOr(lockFile, ""));
    if (owner > 0 && !isAlive(owner)) fs.rmSync(lockFile, { force: true });
    return false;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function hashOf(name) {
  return createHash("sha256")
    .update(readOr(at(name), ""))
    .digest("hex");
}

function readOr(file, otherwise) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return otherwise;
  }
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function fail(what, mend) {
  process.stderr.write(`\nsetup: ${what}\n       ${mend}\n`);
  process.exit(1);
}
