import { axis as axisAttribute, place, whole } from "../opkit/attributes.ts";
import { checkAxis, countOf, findAxis, resampled } from "../opkit/axes.ts";
import { defineOperator } from "../opkit/operator.ts";
import { pickTensor } from "../opkit/tensor.ts";
import { checkRank } from "../opkit/windows.ts";
import type { Shape } from "../shape/tensor-type.ts";

export const slice = defineOperator({
  name: "slice",
  category: "shape",
  summary: "A part of the value along one axis.",
  doc:
    "Elements start, start + step, … before `end` of one axis, all of the others: `slice(height, 2, -2)` takes two rows " +
    "off at the top and two at the bottom, `slice(channels, 0, end, 2)` every second channel. Negative places count from " +
    "the end. NumPy's x[start:end:step], but what lies beyond the value is an error. Whole pixels are copied, or left " +
    "out of the copy.",
  operands: ["x"],
  attributes: {
    axis: axisAttribute({ doc: "The axis that is cut." }),
    start: place({ doc: "The first element.", default: 0 }),
    end: place({ doc: "Behind the last element.", default: "end" }),
    step: whole({ doc: "The distance of elements.", default: 1, min: 1 }),
  },
  shape: ({ operands: [x], attributes, fail, warn }) => {
    checkRank("slice", x!, [1, 2, 3], "numbers", { fail, warn });
    const { shape } = x!;
    const axis = checkAxis("slice", shape, attributes.axis, { fail });
    const [start, end] = boundsOf(attributes, shape[axis]!);
    if (start < 0 || end > shape[axis]! || start >= end) {
      const [from, to] = [attributes.start, attributes.end].map(String) as [string, string];
      fail("CNN343", { operator: "slice", start: from, end: to, count: countOf(shape, axis) }, "start");
    }
    return { dtype: "f32", shape: sliced(shape, axis, attributes) };
  },
  lower: ({ b, operands: [x], attributes }) => {
    const { shape } = b.typeOf(x!);
    const axis = findAxis(shape, attributes.axis)!;
    const [start] = boundsOf(attributes, shape[axis]!);
    const map = { map: "line", start, step: attributes.step, beyond: "nothing" } as const;
    return b.node(resampled(shape, sliced(shape, axis, attributes), new Map([[axis, map]])), [x!]);
  },
  onnx: ({ b, operands: [x], types: [type], attributes }) => {
    const axis = findAxis(type!.shape, attributes.axis)!;
    const bounds = boundsOf(attributes, type!.shape[axis]!).map((place) => b.whole([place]));
    return b.node("Slice", [x!, ...bounds, b.whole([axis + 1]), b.whole([attributes.step])]);
  },
  reference: ({ operands: [x], attributes }) => {
    const [, ...shape] = x!.shape;
    const axis = findAxis(shape, attributes.axis)!;
    const [start] = boundsOf(attributes, shape[axis]!);
    return pickTensor(x!, sliced(shape, axis, attributes), (index) =>
      index.map((i, k) => (k === axis ? start + attributes.step * i : i)),
    );
  },
  samples: [
    { link: "slice(channels, 3, 19) -> tanh", input: [20, 3, 5], batch: 3 },
    { link: "slice(height, 1, -1)", input: [5, 7, 4], batch: 1 },
    { link: "slice(width, -3) -> conv(4, kernel=3, pad=1)", input: [3, 5, 8], batch: 17 },
    { link: "slice(channels, 1, end, 3) -> tanh", input: [33, 4, 3], batch: 2 },
    { link: "conv(40, kernel=3) -> slice(channels, 16, 40) -> tanh", input: [2, 6, 5], batch: 2 },
    { link: "slice(2, 1, 8, 2) -> slice(height, 0, end, 2)", input: [6, 5, 9], batch: 3 },
    { link: "slice(channels, 5)", input: [33], batch: 3 },
    { link: "slice(length, 2, -1, 2)", input: [5, 11], batch: 2 },
    { link: "slice(channels) -> add(x -> slice(height) -> tanh)", input: [4, 3, 5], batch: 2 },
  ],
});

interface Part {
  readonly start: number | "end";
  readonly end: number | "end";
  readonly step: number;
}

/** The first element and the place behind the last, both from the start. */
function boundsOf({ start, end }: Part, n: number): readonly [number, number] {
  const fromStart = (place: number | "end"): number => (place === "end" ? n : place < 0 ? n + place : place);
  return [fromStart(start), fromStart(end)];
}

function sliced(shape: Shape, axis: number, part: Part): Shape {
  const [start, end] = boundsOf(part, shape[axis]!);
  return shape.map((n, k) => (k === axis ? Math.ceil((end - start) / part.step) : n));
}
