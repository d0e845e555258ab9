import { describe, expect, it } from "vitest";
import { findNvcc, nvccVersion } from "../../compiler/build/cuda-toolkit.ts";
import { expectGolden } from "../support/golden.ts";
import { exampleModels } from "../zoo/examples.ts";
import { architectures, kernelsOf, tableOf } from "./ptxas.ts";

/**
 * What ptxas makes of the kernels of examples, in f32 and f16, for each architecture: registers, shared memory, and nothing
 * spilled. The goldens belong to a release of nvcc; another one has others.
 */
const nvcc = findNvcc();
const release = nvcc && /^release (\d+\.\d+)/.exec(nvccVersion(nvcc))?.[1];

/** The others follow: ptxas takes minutes for a large network. */
const files = ["lenet/lenet", "fashion-resnet/fashion-resnet", "text-cnn/text-cnn"].map(
  (name) => `examples/${name}.cnn`,
);

describe("ptxas", () => {
  if (nvcc === undefined) it("is not here: this machine has no nvcc", (context) => context.skip());
  for (const { file, model } of exampleModels().filter((it) => nvcc !== undefined && files.includes(it.file)))
    for (const precision of ["f32", "f16"] as const)
      it(`spills nothing of ${file} in ${precision}`, async () => {
        const tables: string[] = [];
        for (const architecture of architectures) {
          const kernels = await kernelsOf(nvcc!, model, precision, architecture);
          expect(kernels.filter(({ spilled }) => spilled > 0)).toEqual([]);
          tables.push(`${architecture}\n${tableOf(kernels)}\n`);
        }
        expectGolden(`test/cuda/golden/nvcc-${release}/${model.name}.${precision}.txt`, tables.join("\n"));
      });
});
