import { e } from "../ir/expression.ts";
import { definePointwise } from "../opkit/pointwise.ts";

export const relu = definePointwise({
  name: "relu",
  summary: "Rectified linear unit: max(0, x).",
  doc: "y = max(0, x), elementwise; its derivative is 1 for x > 0 and 0 elsewhere (Nair & Hinton 2010).",
  forward: (x) => e.max(x, 0),
  gradient: ({ y, dy }) => e.whereGreater(y, 0, dy, 0),
  reference: (x) => Math.max(0, x),
  initializer: "he",
});
