import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { findNvcc } from "../../compiler/build/cuda-toolkit.ts";
import { withTempFolder } from "../support/paths.ts";
import { make, makeBundle } from "./bundle.ts";

it.each(["f32", "tf32", "f16", "bf16"])(
  "LeNet's bundle in %s checks itself on the emulated device, and is built by nvcc",
  async (precision) => {
    await withTempFolder(async (folder) => {
      const printed = await makeBundle("examples/lenet/lenet.cnn", folder, "check-emulated", "--precision", precision);
      expect(printed.trimEnd()).toMatch(/\ncheck passed$/);
      if (findNvcc() !== undefined) await make(folder, "all");
    });
  },
  1_800_000,
);

it("a bundle checks itself on the emulated device, and finds a wrong number", async () => {
  await withTempFolder(async (folder) => {
    const printed = await makeBundle("test/cuda/tiny.cnn", folder, "check-emulated");
    expect(printed).toMatch(/^Tiny, cuda-f32, on cuda:0 emulated$/m);
    expect(printed).toMatch(/^output\.kind +\d\.\d\de-\d\d {2}of {3}1e-04 allowed {2}ok$/m);
    expect(printed).toMatch(/^loss .* ok$/m);
    expect(printed).toMatch(/^gradient\.features\.batch_norm1\.weight .* ok$/m);
    expect(printed).toMatch(/^stepped\.features\.batch_norm1\.running_mean .* ok$/m);
    expect(printed.trimEnd()).toMatch(/\ncheck passed$/);
    const file = path.join(folder, "bundle/data.safetensors");
    const bytes = fs.readFileSync(file);
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + Number(bytes.readBigUInt64LE()))) as Record<string, Place>;
    bytes.writeFloatLE(0.9, 8 + Number(bytes.readBigUInt64LE()) + header["output.kind"]!.data_offsets[0]);
    fs.writeFileSync(file, bytes);
    const run = promisify(execFile)("./emulated/check", { cwd: path.join(folder, "bundle") });
    await expect(run).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^output\.kind .* WRONG$/m) as unknown,
    });
  });
}, 600_000);

interface Place {
  readonly data_offsets: readonly [number, number];
}
