import { defineInitializer } from "../../opkit/operator.ts";
import { normal } from "./variance.ts";

export const standardNormal = defineInitializer({
  name: "normal",
  summary: "Standard normal, for the vectors of an `embedding`.",
  doc: "N(0, 1), as PyTorch's `nn.Embedding` starts. Layers that sum over many inputs would make values grow with it.",
  attributes: {},
  draw: () => normal(1),
});
