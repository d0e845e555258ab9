import { affineFields, type AffineMap } from "../ir/affine-map.ts";
import { evaluate } from "../ir/evaluate.ts";
import {
  greyShares,
  normalOf,
  spreadOf,
  type Augmenting,
  type ColourChange,
  type PixelLeaf,
} from "../ir/augmenting.ts";
import { e, type Expression } from "../ir/expression.ts";
import type { CoreOf, Fill } from "../ir/graph.ts";
import { extentOf, sizeOf, type Shape } from "../shape/tensor-type.ts";
import { hashName, philox } from "../../runtime/random/philox.ts";

/** Which variant of a picture: all that its random numbers depend on beside their names. */
export interface Occasion {
  readonly seed: number;
  readonly step: number;
  /** Its place in the batch. */
  readonly sample: number;
}

/** What a training step makes of one picture, both in C,H,W order: naive, in float64. */
export function augmentedPicture(
  { sampling, changes }: Augmenting,
  shape: Shape,
  picture: ArrayLike<number>,
  occasion: Occasion,
): Float64Array {
  const moved = sampledPicture(sampling, shape, picture, occasion);
  return changes.reduce((before, change) => changedPicture(change, shape, before, occasion), moved);
}

function changedPicture(
  { name, expression }: ColourChange,
  shape: Shape,
  picture: Float64Array,
  occasion: Occasion,
): Float64Array {
  const { channels, height, width } = extentOf(shape);
  const plane = height * width;
  const shares = greyShares(channels);
  const greys = Float64Array.from({ length: plane }, (_, at) =>
    shares.reduce((sum, share, c) => sum + share * picture[c * plane + at]!, 0),
  );
  const mean = greys.reduce((sum, grey) => sum + grey, 0) / plane;
  const normal = (element: number): number => {
    const [u, spread] = [e.value("u"), e.value("spread")];
    const of = (x: Expression): number =>
      evaluate(x, (leaf) => (leaf === u ? drawn : evaluate(spreadOf(u), () => drawn)));
    const drawn = draw(`${name}.normal`, occasion, element);
    return of(normalOf(u, spread));
  };
  return picture.map((x, i) => {
    const leaves: { readonly [L in PixelLeaf]: () => number } = {
      x: () => x,
      grey: () => greys[i % plane]!,
      mean: () => mean,
      normal: () => normal(i),
    };
    return evaluate(expression, (leaf) => {
      if (leaf.op === "value") return leaves[leaf.id as PixelLeaf]();
      if (leaf.op === "random") return draw(leaf.stream, occasion);
      if (leaf.op === "index") return leaf.axis === 1 ? Math.floor(i / width) % height : i % width;
      throw new Error(`a change of colours reads no ${leaf.op}`);
    });
  });
}

/** A picture, or the mask of one, where a map of places leads. */
export function sampledPicture(
  { maps, fill }: CoreOf<"affine_sample">,
  shape: Shape,
  picture: ArrayLike<number>,
  occasion: Occasion,
): Float64Array {
  const { height, width } = extentOf(shape);
  const numbers = maps.map((map) => numbersOf(map, occasion));
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
    const [w, h, plane] = [i % width, Math.floor(i / width) % height, Math.floor(i / (width * height))];
    // The last map is the outermost: it takes the result's point.
    const [x, y] = numbers.reduceRight((point, map) => apply(map, point), [w - middleX, h - middleY] as Point);
    const pixel = (row: number, column: number): number => {
      const at = inside(row, column, height, width, fill);
      return at === undefined ? 0 : picture[plane * height * width + at]!;
    };
    return between(x + middleX, y + middleY, pixel);
  });
}

type Point = readonly [x: number, y: number];
type Numbers = { readonly [Field in keyof AffineMap]: number };

function numbersOf(map: AffineMap, occasion: Occasion): Numbers {
  const entries = affineFields.map((field) => {
    const value = evaluate(map[field], (leaf) => {
      if (leaf.op !== "random") throw new Error(`a map of pictures reads no ${leaf.op}`);
      return draw(leaf.stream, occasion);
    });
    return [field, value] as const;
  });
  return Object.fromEntries(entries) as Numbers;
}

/** Philox with the seed and the stream's hash as key, and step, sample and element / 4 as counter. */
function draw(stream: string, { seed, step, sample }: Occasion, element = 0): number {
  const high = (x: number): number => Math.floor(x / 2 ** 32);
  const words = new Uint32Array(4);
  philox([element >>> 2, sample, step >>> 0, high(step)], [seed >>> 0, (high(seed) ^ hashName(stream)) >>> 0], words);
  return (words[element % 4]! >>> 8) * 2 ** -24;
}

function apply({ xx, xy, x0, yx, yy, y0 }: Numbers, [x, y]: Point): Point {
  return [xx * x + xy * y + x0, yx * x + yy * y + y0];
}

/** The place of a pixel in its plane; nothing where it lies outside and counts as zero. */
function inside(row: number, column: number, height: number, width: number, fill: Fill): number | undefined {
  const [h, w] = [Math.max(0, Math.min(height - 1, row)), Math.max(0, Math.min(width - 1, column))];
  return fill === "zero" && (h !== row || w !== column) ? undefined : h * width + w;
}

/** Bilinear between the four pixels around a point. */
function between(x: number, y: number, pixel: (row: number, column: number) => number): number {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const [s, t] = [x - column, y - row];
  const along = (line: number): number => (1 - s) * pixel(line, column) + s * pixel(line, column + 1);
  return (1 - t) * along(row) + t * along(row + 1);
}
