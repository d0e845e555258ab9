import { batched, type FamilyDefinition } from "./family.ts";

export const concat: FamilyDefinition<"concat"> = {
  result: (_, operands) => {
    const [, ...positions] = operands[0]!.type.shape;
    return batched([operands.reduce((sum, { type }) => sum + type.shape[0]!, 0), ...positions]);
  },
  epilogue: true,
  adjoint: ({ b, inputs, gradient, wants }) => {
    let end = 0;
    return inputs.map((x, i) => {
      const [count = 1] = b.typeOf(x).shape;
      const first = end;
      end += count;
      return wants(i) ? b.node({ family: "channels", first, count }, [gradient], { gradientOf: x }) : undefined;
    });
  },
};

export const channels: FamilyDefinition<"channels"> = {
  result: ({ count }, [x]) => batched([count, ...x!.type.shape.slice(1)]),
  epilogue: true,
};
