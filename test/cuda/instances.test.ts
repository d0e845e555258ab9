import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { root } from "../support/paths.ts";
import { runProgram } from "./run-program.ts";

it("an instance runs chunks in two lanes, replays recordings, survives errors, leaves nothing", async () => {
  const host = fs.readdirSync(path.join(root, "native/cuda/host")).filter((file) => file.endsWith(".cc"));
  const sources = ["addon/instance.cc", ...host.map((file) => `cuda/host/${file}`)];
  expect(await runProgram("instances", sources)).toEqual(["done"]);
}, 120_000);
