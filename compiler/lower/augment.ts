import type { CheckedAugment } from "../check/program.ts";
import { e } from "../ir/expression.ts";
import type { CoreOf } from "../ir/graph.ts";
import { extentOf, type TensorType } from "../shape/tensor-type.ts";

/** An `augment` line as one sampling of the picture. The streams of its random numbers are named for its links. */
export function affineSampleOf({ links }: CheckedAugment, picture: TensorType): CoreOf<"affine_sample"> {
  const { height, width } = extentOf(picture.shape);
  const maps = links.map(({ definition, attributes, name }) => {
    const draws = definition.draws.map((draw) => e.random(`${name}.${draw}`));
    return definition.source({ draws, attributes: attributes as never, height, width });
  });
  const fill = links.some(({ attributes }) => attributes["fill"] === "edge") ? "edge" : "zero";
  return { family: "affine_sample", maps, fill };
}
