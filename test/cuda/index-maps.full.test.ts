import { expect, it } from "vitest";
import { runProgram } from "./run-program.ts";

it("tiles of products: bijections, aligned, copied once, free of bank conflicts", async () => {
  expect(await runProgram("index-maps")).toEqual(["index maps: 0 failures"]);
});
