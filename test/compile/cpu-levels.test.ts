import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { build } from "../../compiler/build/build.ts";
import { nativeCpu } from "../../compiler/build/toolchain.ts";
import type { Cpu } from "../../compiler/ir/plan.ts";
import { root } from "../support/paths.ts";
import { compileText, suiteFolder } from "./lenet.ts";

const text = `cnn 1
model Tiny {
  input x: f32[3, 9, 9]
  y = x -> conv(10, kernel=3, pad=1) -> relu -> max_pool(2) -> flatten -> dropout(0.2) -> dense(3)
  output kind: class("a", "b", "c") = y -> softmax
  train { loss = cross_entropy(y, kind)  optimizer = sgd(lr=0.1, momentum=0.9)  batch = 5  epochs = 1 }
}
`;

/** Predicts, trains for three steps, predicts again: all numbers, and what a checkpoint of another addon is to this. */
const program = `
const { Tiny } = await import(process.argv[2]);
const { openSafetensors } = await import("cnnc/runtime");
try {
  const net = await Tiny.load({ seed: 1 });
  const x = Float32Array.from({ length: 5 * 243 }, (_, i) => Math.sin(i));
  const kind = ["a", "b", "c", "a", "b"];
  const numbers = [...net.predictSync({ x }).kind.probabilities];
  const trainer = net.trainer({ seed: 2 });
  for (let i = 0; i < 3; i++) numbers.push(trainer.stepSync({ x, kind }).loss);
  for (const name of net.parameters.names) numbers.push(...net.parameters.get(name));
  await trainer.save(process.argv[3]);
  const { cpu } = openSafetensors(process.argv[3]).metadata;
  const sameBuild = process.argv[4] && net.trainer({ resume: process.argv[4] }).sameBuild;
  console.log(JSON.stringify({ cpu, numbers, sameBuild }));
} catch ({ code, message }) {
  console.log(JSON.stringify({ code, message }));
}
`;

const cProgram = `#include <stdio.h>
#include "tiny.h"
int main(void) {
  const char* error = 0;
  cnnc_net* net = Tiny_create(1, &error);
  printf("%d %s\\n", (int)tiny_cnnc_api()->model_count(), net ? "runs" : error);
  if (net) Tiny_destroy(net);
  return 0;
}
`;

interface Outcome {
  readonly cpu?: Cpu;
  readonly numbers?: readonly number[];
  readonly sameBuild?: boolean;
  readonly code?: string;
  readonly message?: string;
}

const folder = suiteFolder();
const at = (...names: string[]): string => path.join(folder, ...names);
const builds: readonly (readonly Cpu[])[] = [["x86-64-v3", "x86-64-v4"], ["x86-64-v3"], ["x86-64-v4"]];
const [both, v3, v4] = ["both", "v3", "v4"];

/** Runs an addon in a process of its own, with no more than a level of processors allowed. */
function run(name: string, allowed: string, resume?: string): Outcome {
  const args = [at("run.mjs"), at(name, "index.js"), at(`${name}.${allowed}.safetensors`), ...(resume ? [resume] : [])];
  const options = { encoding: "utf8", env: { ...process.env, CNNC_CPU: allowed } } as const;
  return JSON.parse(execFileSync(process.execPath, args, options)) as Outcome;
}

function runC(name: string, allowed: string): string {
  const options = { encoding: "utf8", env: { ...process.env, CNNC_CPU: allowed } } as const;
  return spawnSync(at(name, "program"), [], options).stdout.trim();
}

beforeAll(async () => {
  fs.mkdirSync(at("node_modules"));
  fs.symlinkSync(root, at("node_modules", "cnnc"));
  fs.writeFileSync(at("run.mjs"), program);
  for (const [i, name] of [both!, v3!, v4!].entries()) {
    const out = at(name);
    await build(compileText(text, "tiny.cnn", builds[i]), { name: "tiny", out });
    fs.writeFileSync(path.join(out, "program.c"), cProgram);
    execFileSync("gcc", ["-c", path.join(out, "program.c"), "-o", path.join(out, "program.o")]);
    const link = [path.join(out, "program.o"), path.join(out, "libtiny.a"), "-lpthread"];
    execFileSync("g++", [...link, "-o", path.join(out, "program")]);
  }
});

const widths: readonly Cpu[] = ["x86-64", "x86-64-v3", "x86-64-v4"];
const runsHere = (cpu: Cpu): boolean => widths.indexOf(cpu) <= widths.indexOf(nativeCpu());
/** A test of code that only some processors can run; says so where this one cannot. */
const needs = (cpu: Cpu) => (name: string, test: () => void) =>
  it(name, (context) => {
    context.skip(!runsHere(cpu), `this processor has no ${cpu}`);
    test();
  });

describe("an addon for x86-64-v4 and x86-64-v3", () => {
  needs("x86-64-v3")("gives, where x86-64-v3 is allowed, the bits of one for x86-64-v3 alone", () => {
    const [two, one] = [run(both!, "x86-64-v3"), run(v3!, "")];
    expect(two.cpu).toBe("x86-64-v3");
    expect(two.numbers!.length).toBeGreaterThan(300);
    expect(two).toEqual(one);
  });

  needs("x86-64-v4")("takes the best that the processor has", () => {
    expect(run(both!, "")).toEqual({ ...run(v4!, "x86-64-v4"), cpu: "x86-64-v4" });
  });

  needs("x86-64-v3")("goes on from a checkpoint of the same level as from its own", () => {
    run(v3!, "");
    expect(run(both!, "x86-64-v3", at(`${v3}..safetensors`)).sameBuild).toBe(true);
  });

  needs("x86-64-v4")("tells that a checkpoint of another level gives other bits", () => {
    run(v3!, "");
    expect(run(both!, "", at(`${v3}..safetensors`)).sameBuild).toBe(false);
  });

  needs("x86-64-v3")("is one model to C", () => {
    expect(runC(both!, "x86-64-v3")).toBe("1 runs");
  });

  it("says what it was built for where nothing of it may run", () => {
    const { code, message } = run(both!, "x86-64");
    expect(code).toBe("CNNC_CPU");
    expect(message).toContain("Tiny was built for x86-64-v4, x86-64-v3: CNNC_CPU is x86-64, which does not allow");
  });
});

describe("an addon for x86-64-v4 alone", () => {
  it("is refused where x86-64-v3 is allowed, not run", () => {
    const { code, message } = run(v4!, "x86-64-v3");
    expect(code).toBe("CNNC_CPU");
    expect(message).toContain("CNNC_CPU is x86-64-v3, which does not allow code for x86-64-v4");
    expect(runC(v4!, "x86-64-v3")).toBe("1 CNNC_CPU is x86-64-v3, which does not allow code for x86-64-v4");
  });
});

it("CNNC_CPU that names no level is an error that lists them", () => {
  const sentence = "CNNC_CPU is haswell, but it may be x86-64, x86-64-v3 or x86-64-v4";
  expect(run(v3!, "haswell").message).toContain(sentence);
  expect(runC(v3!, "haswell")).toBe(`1 ${sentence}`);
});
