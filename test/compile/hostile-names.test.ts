import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { build } from "../../compiler/build/build.ts";
import { baseName } from "../../compiler/compile.ts";
import { comment } from "../../compiler/emit/cpp/names.ts";
import { plant, root } from "../support/paths.ts";
import { compileText, suiteFolder } from "./lenet.ts";

/** Names, documentation, labels and a file's name that would be code if they were printed as they are. */

/** With the letter in front of it just as long as a name may be. */
const long = "L".repeat(199);
const labels = ['"', "\\", "\n", "*/", "??/", "__proto__", "constructor", "é网😀", "*\\\n/ int x;"];
const text = String.raw`cnn 1
/// Ends here: */ throw 1; /* and "so" on, ${"`${process.exit(1)}`"} \
/// ??/
/// <script> // \u002a/ 😀
model Hostile {
  /// */ export const evil: 1; /*
  input class: f32[4]
  input __proto__: f32[4] // \
  input constructor: f32[4]
  int = class -> dense(9)
  /// one line that ends in a backslash \
  output default: class("\"", "\\", "\n", "*/", "??/", "__proto__", "constructor", "é网😀", "*\\\n/ int x;") = int -> softmax // \
  output toString: f32[4] = __proto__ -> relu
  output hasOwnProperty: f32[4] = constructor -> relu // ??/
  train { loss = cross_entropy(int, default)  optimizer = sgd(lr=0.1)  batch = 2  epochs = 1 }
}

/// A long name.
model ${long} {
  input i${long}: f32[3]
  v${long} = i${long} -> dense(2)
  output o${long}: f32[2] = v${long} -> relu
}
`;

/** What a user writes; it must fit the generated types. */
const program = String.raw`import { Hostile } from "./index.js";

const net = await Hostile.load({ seed: 1, threads: 1 });
const values = Float32Array.of(-1, 0, 1, 2);
const inputs = { class: values, ["__proto__"]: values, constructor: values };
const outputs = await net.predict(inputs);
const label: "\"" | "\\" | "\n" | "*/" | "??/" | "__proto__" | "constructor" | "é网😀" | "*\\\n/ int x;" =
  outputs.default[0]!.label;
const step = await net.trainer({ totalSteps: 1 }).step({ ...inputs, ["__proto__"]: values, default: [label] });
console.log(
  JSON.stringify({
    names: Object.keys(outputs),
    labels: Hostile.manifest.outputs[0]!.labels,
    rectified: [...outputs.toString, ...outputs.hasOwnProperty],
    loss: Math.sign(step.loss),
  }),
);
await net.dispose();
`;

const tsconfig = {
  compilerOptions: {
    ...{ strict: true, noUncheckedIndexedAccess: true, target: "es2023", module: "nodenext", types: ["node"] },
    ...{ lib: ["es2023", "esnext.disposable"], typeRoots: [path.join(root, "node_modules/@types")] },
  },
  files: ["use.ts"],
};

const folder = suiteFolder();
// Line breaks of C++ and of JavaScript, in the names of a folder and of a file.
const file = "evil\n*/ int y; /*/so\nthrow 1;\u2028throw 2;.cnn";

beforeAll(async () => {
  await build(compileText(text, file), { name: baseName(file), out: folder });
  plant(folder, { "use.ts": program, "tsconfig.json": JSON.stringify(tsconfig) });
  fs.mkdirSync(path.join(folder, "node_modules"));
  fs.symlinkSync(root, path.join(folder, "node_modules/cnnc"));
});

describe("names and texts of a model", () => {
  it("are no code in the generated module and its types", () => {
    const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    expect(node(path.join(root, "node_modules/typescript/bin/tsc"), "-p", ".")).toBe("");
    expect(JSON.parse(node("use.js"))).toEqual({
      names: ["default", "toString", "hasOwnProperty"],
      labels,
      rectified: [0, 0, 1, 2, 0, 0, 1, 2],
      loss: 1,
    });
  });

  it.each(["-std=c99", "-std=c11", "-std=c17"])("are no code in the C header, nor a warning, by %s", (standard) => {
    const strict = [standard, "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", "-x", "c"];
    execFileSync("gcc", [...strict, path.join(folder, `${baseName(file)}.h`)], { stdio: ["ignore", "ignore", "pipe"] });
  });

  it("do not swallow the line behind a comment of C++", () => {
    const lines = ["ends in \\", "ends in \\  ", "ends in ??/", "has \r\n two lines"].map(comment);
    const source = `${lines.map((line, i) => `${line}\nextern int x${i};`).join("\n")}\nint* all[] = {&x0, &x1, &x2, &x3};\n`;
    const args = ["-std=c++20", "-fsyntax-only", "-x", "c++", "-"];
    execFileSync("g++", args, { input: source, stdio: ["pipe", "ignore", "ignore"] });
  });
});
