import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { filesBelow, root, withTempFolder } from "../support/paths.ts";

/** A small C++ program over the emulator. */
it("tiles of products: bijections, aligned, copied once, free of bank conflicts", () =>
  withTempFolder(async (folder) => {
    const emulator = filesBelow("native/cuda/emulator", /\.cc$/).map((file) => path.join(root, file));
    const sources = [path.join(root, "test/cuda/index-maps.cpp"), ...emulator];
    const definitions = ["-DCNNC_CUDA", "-DCNNC_EMULATED", "-DCNNC_ISA=cuda"];
    const flags = ["-std=c++20", "-O1", "-mfma", "-Wall", "-Wextra", "-Werror", "-Wno-unknown-pragmas"];
    const binary = path.join(folder, "index-maps");
    const run = promisify(execFile);
    const include = ["-I", path.join(root, "native")];
    await run(process.env["CXX"] ?? "g++", [...flags, ...definitions, ...include, ...sources, "-ldl", "-o", binary]);
    const { stdout } = await run(binary).catch((error: unknown) => error as { stdout: string });
    expect(stdout).toBe("");
  }));
