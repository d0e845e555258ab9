import { everyElement, type AxisMap } from "../ir/axis-map.ts";
import type { Triple } from "../ir/factors.ts";
import type { CoreOf } from "../ir/graph.ts";
import { extentOf, formatShape, type Shape } from "../shape/tensor-type.ts";
import type { Axis } from "./attributes.ts";
import type { ShapeContext } from "./operator.ts";

type Context = Pick<ShapeContext<{}>, "fail">;

const axisNames: readonly (readonly string[])[] = [
  [],
  ["channels"],
  ["channels", "length"],
  ["channels", "height", "width"],
];
const elements: Readonly<Record<string, string>> = {
  channels: "channels",
  height: "rows",
  width: "columns",
  length: "positions",
};

/** What the axes of a shape are called. */
export const axesOf = (shape: Shape): readonly string[] => axisNames[shape.length]!;

/** `12 rows`, along the axis of a shape. */
export const countOf = (shape: Shape, axis: number, count = shape[axis]!): string =>
  `${count} ${elements[axesOf(shape)[axis]!]}`;

/** The axis of the shape that is meant; undefined where it has none of that name. */
export function findAxis(shape: Shape, axis: Axis): number | undefined {
  const found = typeof axis === "number" ? axis : axesOf(shape).indexOf(axis);
  return found >= 0 && found < shape.length ? found : undefined;
}

export function checkAxis(operator: string, shape: Shape, axis: Axis, { fail }: Context): number {
  const found = findAxis(shape, axis);
  if (found !== undefined) return found;
  const axes = axesOf(shape).join(", ");
  return fail("CNN342", { operator, axis: String(axis), shape: formatShape(shape), axes }, "axis");
}

/** One for each axis of a shape as one for each of channels, rows and columns; a length is of columns. */
export function inExtents<T>(perAxis: readonly T[], otherwise: T): Triple<T> {
  const [c = otherwise, second = otherwise, third = otherwise] = perAxis;
  return perAxis.length < 3 ? [c, otherwise, second] : [c, second, third];
}

/** A node's core that reads x along each axis of its shape by a map of its own; every element where there is none. */
export function resampled(x: Shape, result: Shape, maps: ReadonlyMap<number, AxisMap>, fill = 0): CoreOf<"resample"> {
  const axes = inExtents(
    x.map((_, axis) => maps.get(axis) ?? everyElement),
    everyElement,
  );
  const { channels, height, width } = extentOf(result);
  return { family: "resample", axes, size: [channels, height, width], fill, transposed: false };
}
