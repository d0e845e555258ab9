import { describe } from "vitest";
import { findCudaToolkit } from "../../compiler/build/cuda-toolkit.ts";
import { exampleModels } from "../zoo/examples.ts";
import { itSpillsNothing } from "./ptxas.ts";

describe("ptxas", () => {
  itSpillsNothing(findCudaToolkit("g++").nvcc, exampleModels(), ["f32", "f16"]);
});
