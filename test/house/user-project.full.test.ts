import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { suiteFolder } from "../compile/lenet.ts";
import { plant, readText, root } from "../support/paths.ts";

/** The package as it would be published, in a project that knows nothing of this checkout. */

const project = suiteFolder();
const folders = /^(dist\/(bin|compiler|grammar|runtime)|native|docs)\//;
const single = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];
let packed: readonly string[];

async function run(command: string, args: readonly string[], cwd = project): Promise<string> {
  // `npm` and `npx` take what they are told by the npm that runs these tests for their own settings.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|CNNC_)/i.test(name)));
  const { stdout } = await promisify(execFile)(command, args, { cwd, env, maxBuffer: 2 ** 26 });
  return stdout;
}

const program = `import { arrayDataset, CnncInputError, fit } from "cnnc/runtime";
import { LeNet } from "./build/lenet/index.js";

await using net = await LeNet.load({ seed: 1 });
const image = Uint8Array.from({ length: 784 * 64 }, (_, i) => (i * 7919) % 256);
const clothing = Uint8Array.from({ length: 64 }, (_, i) => i % 10);
const data = arrayDataset({ image: { data: image, sampleSize: 784 }, clothing: { data: clothing, sampleSize: 1 } });
const { epochs } = await fit(net, data, { epochs: 2, batch: 32 });
await net.save("lenet.safetensors");
using again = await LeNet.load({ weights: "lenet.safetensors" });
const predicted = await again.predict({ image });
const expected = net.predictSync({ image });
const same = predicted.clothing.probabilities.every((it, i) => it === expected.clothing.probabilities[i]);
const refused = await again.predict({ image: new Uint8Array(1) }).catch((error: unknown) => error);
console.log(JSON.stringify({ epochs: epochs.length, same, refused: refused instanceof CnncInputError }));
`;

/** As `tsc --init` of today would have it, and everything checked: the types of cnnc too. */
const tsconfig = {
  compilerOptions: {
    ...{ target: "es2022", lib: ["es2023", "esnext.disposable"], module: "nodenext", types: ["node"] },
    ...{ strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
  },
  files: ["use.ts", "use-lenet.ts"],
};

beforeAll(async () => {
  const packing = ["pack", "--ignore-scripts", "--json", "--pack-destination", project];
  const [{ filename, files }] = JSON.parse(await run("npm", packing, root)) as [
    { filename: string; files: readonly { path: string }[] },
  ];
  packed = files.map((it) => it.path);
  plant(project, {
    "package.json": JSON.stringify({ name: "user", private: true, type: "module" }),
    "tsconfig.json": JSON.stringify(tsconfig),
    "use.ts": program,
    "use-lenet.ts": readText("test/compile/fixtures/use-lenet.ts").replaceAll(
      /from "\.\.[^"]*index\.js"/g,
      'from "./build/lenet/index.js"',
    ),
    "lenet.cnn": readText("examples/lenet/lenet.cnn"),
    "fashion-resnet.cnn": readText("examples/fashion-resnet/fashion-resnet.cnn"),
    "blocks.cnn": readText("examples/fashion-resnet/blocks.cnn"),
  });
  const compilers = ["typescript-6@npm:typescript@6", "typescript-7@npm:typescript@7", "@types/node@20"];
  await run("npm", ["install", "--no-audit", "--no-fund", path.join(project, filename), ...compilers]);
  for (const name of ["lenet", "fashion-resnet"]) await run("npx", ["cnnc", "build", `${name}.cnn`]);
}, 600_000);

describe("the package", () => {
  it("holds the compiler, the runtime with its types, native sources and documents, and nothing else", () => {
    expect(packed.filter((it) => !folders.test(it) && !single.includes(it))).toEqual([]);
    expect(single.filter((it) => !packed.includes(it))).toEqual([]);
    expect(packed.filter((it) => /\.(js\.map|ts\.map|test\.\w+|tsbuildinfo|log)$|\/\./.test(it))).toEqual([]);
    const sources = fs.readdirSync(path.join(root, "runtime"), { recursive: true, encoding: "utf8" });
    const wanted = sources
      .filter((it) => it.endsWith(".ts"))
      .flatMap((it) => [it.replace(/ts$/, "js"), it.replace(/ts$/, "d.ts")]);
    expect(wanted.filter((it) => !packed.includes(`dist/runtime/${it}`))).toEqual([]);
  });
});

describe("a user's project", () => {
  it.each(["typescript-6", "typescript-7"])("is checked and compiled by %s", async (compiler) => {
    const tsc = path.join(project, "node_modules", compiler, "bin/tsc");
    expect(await run(process.execPath, [tsc, "-p", "."])).toBe("");
  });

  it("builds every example", () => {
    for (const name of ["lenet", "fashion-resnet"])
      expect(fs.existsSync(path.join(project, "build", name, `${name}.node`))).toBe(true);
  });

  it.each([20, 22, 24])(
    "runs under Node %d",
    async (version) => {
      const node = ["--yes", "--package", `node@${version}`, "--", "node"];
      expect(await run("npx", [...node, "--version"])).toMatch(`v${version}.`);
      expect(JSON.parse(await run("npx", [...node, "use.js"]))).toEqual({ epochs: 2, same: true, refused: true });
    },
    300_000,
  );
});
