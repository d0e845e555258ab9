import type { AugmentationUse, CheckedAugment } from "../check/program.ts";
import type { Builder } from "../ir/builder.ts";
import {
  greyShares,
  normalOf,
  pixelLeaves,
  spreadOf,
  type Augmenting,
  type ColourChange,
  type PixelLeaf,
} from "../ir/augmenting.ts";
import { e, mapLeaves, type Expression } from "../ir/expression.ts";
import type { CoreOf, Origin, ValueId } from "../ir/graph.ts";
import { extentOf, sizeOf, type Shape, type TensorType } from "../shape/tensor-type.ts";

/** The streams of random numbers are named for the links. */
export function augmentingOf({ links }: CheckedAugment, picture: TensorType): Augmenting {
  const { height, width } = extentOf(picture.shape);
  const contextOf = ({ definition, attributes, name }: AugmentationUse) => {
    const draws = definition.draws.map((draw) => e.random(`${name}.${draw}`));
    return { draws, attributes: attributes as never, height, width };
  };
  const white = picture.dtype === "u8" ? 255 : 1;
  const held = (x: Expression): Expression => (picture.dtype === "u8" ? e.min(e.max(x, 0), white) : x);
  const fill = links.some(({ attributes }) => attributes["fill"] === "edge") ? "edge" : "zero";
  return {
    sampling: {
      family: "affine_sample",
      maps: links.flatMap((link) => link.definition.source?.(contextOf(link)) ?? []),
      fill,
    },
    changes: links.flatMap((link) => {
      const expression = link.definition.colour?.({ ...contextOf(link), pixel: pixelLeaves, white });
      return expression === undefined ? [] : [{ name: link.name, expression: held(expression) }];
    }),
  };
}

/** The sampling of a picture for a mask of it, which may have another size: the same places, in the mask's pixels. */
export function maskSampling(
  { maps, ...core }: CoreOf<"affine_sample">,
  picture: Shape,
  mask: Shape,
): CoreOf<"affine_sample"> {
  const [from, to] = [extentOf(picture), extentOf(mask)];
  const [x, y] = [to.width / from.width, to.height / from.height];
  const times = (a: Expression, factor: number): Expression => (factor === 1 ? a : e.mul(a, factor));
  const scaled = maps.map(({ xx, xy, x0, yx, yy, y0 }) => ({
    ...{ xx, xy: times(xy, x / y), x0: times(x0, x) },
    ...{ yx: times(yx, y / x), yy, y0: times(y0, y) },
  }));
  return { ...core, maps: scaled };
}

/** The varied pictures of an input; gradients end here. */
export function augmented(b: Builder, augment: CheckedAugment, origin: Origin): ValueId {
  const { input } = augment;
  const { shape } = b.typeOf(input);
  const { sampling, changes } = augmentingOf(augment, b.typeOf(input));
  b.at(input, origin);
  const moved =
    sampling.maps.length > 0
      ? b.node(sampling, [input], { part: "augmented" })
      : b.map(e.value(input), undefined, { part: "staged", result: { dtype: "f32", shape } });
  return changes.reduce((x, change) => changed(b.at(change.name, origin), x, change), moved);
}

/** Each leaf becomes a value, computed where the expression has it. */
function changed(b: Builder, x: ValueId, { name, expression }: ColourChange): ValueId {
  const { shape } = b.typeOf(x);
  const known = new Map<string, ValueId>();
  const once = (key: string, make: () => ValueId): Expression => {
    const id = known.get(key) ?? make();
    known.set(key, id);
    return e.value(id);
  };
  const leaves: { readonly [L in PixelLeaf]: () => Expression } = {
    x: () => e.value(x),
    grey: () => once("grey", () => greyOf(b, x)),
    mean: () => once("mean", () => meanOf(b, (leaves.grey() as { id: ValueId }).id)),
    normal: () => once("normal", () => normalNumbers(b, name, shape)),
  };
  const valued = mapLeaves(expression, (leaf) => {
    if (leaf.op === "value") return leaves[leaf.id as PixelLeaf]();
    const { op } = leaf;
    return op === "random" ? once(leaf.stream, () => b.perSample(leaf, leaf.stream.slice(name.length + 1))) : leaf;
  });
  return b.map(valued, undefined);
}

/** In each channel the grey of the pixel. */
function greyOf(b: Builder, x: ValueId): ValueId {
  const [channels = 1] = b.typeOf(x).shape;
  if (channels === 1) return x;
  const share = greyShares(channels).reduceRight<Expression>(
    (others, own, c) => e.whereGreater(e.index(1), c + 0.5, others, own),
    e.constant(0),
  );
  const weight = b.constant("grey_weight", [channels, channels, 1, 1], share);
  const window = { kernel: [1, 1], stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1] } as const;
  return b.node({ family: "conv", window, groups: 1 }, [x, weight], { part: "grey" });
}

function meanOf(b: Builder, grey: ValueId): ValueId {
  const sum = b.node({ family: "sample_sum" }, [grey], { part: "sum" });
  return b.map(e.mul(e.value(sum), 1 / sizeOf(b.typeOf(grey).shape)), undefined, { part: "mean" });
}

function normalNumbers(b: Builder, name: string, shape: Shape): ValueId {
  const u = b.perSample(e.random(`${name}.normal`), "uniform", shape);
  const spread = b.map(spreadOf(e.value(u)), undefined, { part: "spread" });
  return b.map(normalOf(e.value(u), e.value(spread)), undefined, { part: "normal" });
}
