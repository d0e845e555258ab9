import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { withTempFolder } from "../support/paths.ts";
import { cnnc } from "../cli/cnnc.ts";

/** Without a device: in f32, and nothing is timed. */
it.each(["test/cuda/tiny.cnn", "examples/unet/unet.cnn"])(
  "PyTorch predicts and trains what a bundle of %s holds",
  async (file) => {
    await withTempFolder(async (folder) => {
      const cwd = path.join(folder, "bundle");
      const size = file.endsWith("unet.cnn") ? ["--set", "size=32", "--set", "base=4"] : [];
      const { code, stderr } = await cnnc(["bundle", file, "--target", "cuda", "--out", cwd, "--batch", "2", ...size]);
      expect([code, stderr]).toEqual([0, ""]);
      const script = ["native/cuda/bundle/compare-pytorch.py", "cpu"];
      const { stdout } = await promisify(execFile)("/usr/bin/python3", script, { cwd });
      const differences = [...stdout.matchAll(/^(output|loss).*differs by (\S+)/gm)].map(([, what, by]) => [what, by]);
      expect(new Set(differences.map(([what]) => what))).toEqual(new Set(["output", "loss"]));
      for (const [what, by] of differences) expect(Number(by), what).toBeLessThanOrEqual(1e-5);
    });
  },
  600_000,
);
