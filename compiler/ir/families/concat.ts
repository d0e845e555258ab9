import { extentOf } from "../../shape/tensor-type.ts";
import { everyElement } from "../axis-map.ts";
import { batched, type FamilyDefinition } from "./family.ts";

export const concat: FamilyDefinition<"concat"> = {
  result: (_, operands) => {
    const [, ...positions] = operands[0]!.type.shape;
    return batched([operands.reduce((sum, { type }) => sum + type.shape[0]!, 0), ...positions]);
  },
  epilogue: true,
  // Of each operand its own channels.
  adjoint: ({ b, inputs, gradient, wants }) => {
    let start = 0;
    return inputs.map((x, i) => {
      const { channels, height, width } = extentOf(b.typeOf(x).shape);
      const own = { map: "line", start, step: 1, beyond: "nothing" } as const;
      start += channels;
      const axes = [own, everyElement, everyElement] as const;
      const core = { family: "resample", axes, size: [channels, height, width], fill: 0, transposed: false } as const;
      return wants(i) ? b.node(core, [gradient], { gradientOf: x }) : undefined;
    });
  },
};
