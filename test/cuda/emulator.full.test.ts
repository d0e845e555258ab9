import { describe, expect, it } from "vitest";
import { runProgram } from "./run-program.ts";

/** The emulator finds what is wrong with kernels: small C++ programs, compiled with it. */

it("catches planted faults", async () => {
  expect(
    (await runProgram("planted-faults")).map((line) =>
      line.replaceAll(/block \d+, thread \d+|thread \d+|0x[0-9a-f]+/g, "…"),
    ),
  ).toMatchInlineSnapshot(`
    [
      "right: no error",
      "1 0 65",
      "race: …: races: writes shared memory at 4, which another thread reads",
      "race of warps: …: races: writes shared memory at 128, which another thread reads",
      "race of writers: …: races: writes shared memory at 0, which … writes",
      "race after reading: …: races: writes shared memory at 0, which another thread reads",
      "reads beyond: …: reads 4 bytes of global memory at …, which is no memory of the device",
      "writes before: …: writes 4 bytes of global memory at …, which is no memory of the device",
      "beyond shared: …: writes 4 bytes of shared memory at 4096, of which the block has 4096",
      "missing wait: …: reads shared memory at 128, to which a copy is still on its way",
      "wait for too few: …: reads shared memory at 128, to which a copy is still on its way",
      "missing barrier after wait: …: races: writes shared memory at 4, which another thread reads",
      "misaligned: …: copies 16 bytes from …, which are not aligned",
      "missed barrier: block 0: 32 of 64 threads wait at a barrier that the others never reach",
      "diverged warp: …: lanes of a warp come to shfl and to syncwarp",
      "lane missing: block 1: not all lanes of a warp come to shfl",
      "unwritten: no error",
      "1",
    ]
  `);
});

describe("the matrix instructions", () => {
  it("have the lane layouts of the PTX ISA", async () => {
    expect(await runProgram("matrices")).toEqual([
      "ldmatrix: 0 wrong",
      "tf32: 0 wrong",
      "f16: 0 wrong",
      "bf16: 0 wrong",
    ]);
  });
});
