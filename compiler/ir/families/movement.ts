import { extentOf, shapeOf } from "../../shape/tensor-type.ts";
import { isEveryElement } from "../axis-map.ts";
import { composed, inverse, isIdle, resultSizes } from "../factors.ts";
import { batched, type FamilyDefinition } from "./family.ts";

export const resample: FamilyDefinition<"resample"> = {
  result: ({ size }, [x]) => batched(shapeOf(size, x!.type.shape.length)),
  epilogue: true,
  // Each axis is a matrix, so the gradient is the product with the transposed matrices.
  adjoint: ({ b, core, inputs: [x], gradient }) => {
    const { channels, height, width } = extentOf(b.typeOf(x!).shape);
    const size = [channels, height, width] as const;
    return [b.node({ ...core, size, fill: 0, transposed: !core.transposed }, [gradient], { gradientOf: x! })];
  },
  idle: ({ axes, size: [c, h, w] }, x) => {
    const { channels, height, width } = extentOf(x);
    return axes.every(isEveryElement) && c === channels && h === height && w === width;
  },
};

export const permute: FamilyDefinition<"permute"> = {
  result: (core, [x]) => batched(shapeOf(resultSizes(core), x!.type.shape.length)),
  epilogue: true,
  adjoint: ({ b, core, inputs: [x], gradient }) => [
    b.node({ family: "permute", ...inverse(core) }, [gradient], { gradientOf: x! }),
  ],
  idle: isIdle,
  after: (core, before) => {
    const both = before.family === "permute" ? composed(before, core) : undefined;
    return both && { family: "permute", ...both };
  },
};

export const reshape: FamilyDefinition<"reshape"> = {
  result: ({ shape }) => batched(shape),
  epilogue: true,
  adjoint: ({ b, inputs: [x], gradient }) => [
    b.node({ family: "reshape", shape: b.typeOf(x!).shape }, [gradient], { gradientOf: x! }),
  ],
  idle: ({ shape }, x) => shape.join() === x.join(),
  after: (core, before) => (before.family === "reshape" ? core : undefined),
};
