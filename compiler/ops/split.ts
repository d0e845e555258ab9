import { axis as axisAttribute, cuts } from "../opkit/attributes.ts";
import { checkAxis, countOf, findAxis, resampled } from "../opkit/axes.ts";
import { defineOperator } from "../opkit/operator.ts";
import { pickTensor } from "../opkit/tensor.ts";
import { checkRank } from "../opkit/windows.ts";

export const split = defineOperator({
  name: "split",
  category: "shape",
  summary: "The value cut into parts along one axis.",
  doc:
    "`halves = x -> split(2)` cuts x into two equal parts, `halves.part0` and `halves.part1`; `split([16, 32])` into parts " +
    "of 16 and of 32. Parts follow each other along `axis`, and `concat` puts channels together again. Several values " +
    "come out, like the outs of a block: one of them is taken by its name. A part that nobody reads costs nothing. ONNX's `Split`.",
  operands: ["x"],
  attributes: {
    parts: cuts({ doc: "How many equal parts, or the size of each." }),
    axis: axisAttribute({ doc: "The axis that is cut.", default: "channels" }),
  },
  parts: ({ parts }) => (typeof parts === "number" ? parts : parts.length),
  shape: ({ operands: [x], attributes, part, fail, warn }) => {
    checkRank("split", x!, [1, 2, 3], "numbers", { fail, warn });
    const { shape } = x!;
    const { parts } = attributes;
    const axis = checkAxis("split", shape, attributes.axis, { fail });
    const sizes = sizesOf(parts, shape[axis]!);
    if (!sizes) {
      const text = typeof parts === "number" ? `${parts} equal parts` : `parts of ${parts.join(" + ")}`;
      return fail("CNN346", { operator: "split", count: countOf(shape, axis), parts: text }, "parts");
    }
    return { dtype: "f32", shape: shape.map((n, k) => (k === axis ? sizes(part).size : n)) };
  },
  lower: ({ b, operands: [x], attributes, part }) => {
    const { shape } = b.typeOf(x!);
    const axis = findAxis(shape, attributes.axis)!;
    const { start, size } = sizesOf(attributes.parts, shape[axis]!)!(part);
    const own = shape.map((n, k) => (k === axis ? size : n));
    return b.node(resampled(shape, own, new Map([[axis, { map: "line", start, step: 1, beyond: "nothing" }]])), [x!]);
  },
  onnx: ({ b, operands: [x], types: [type], attributes, part }) => {
    const axis = findAxis(type!.shape, attributes.axis)!;
    const { start, size } = sizesOf(attributes.parts, type!.shape[axis]!)!(part);
    return b.node("Slice", [x!, b.whole([start]), b.whole([start + size]), b.whole([axis + 1])]);
  },
  reference: ({ operands: [x], attributes, part }) => {
    const [, ...shape] = x!.shape;
    const axis = findAxis(shape, attributes.axis)!;
    const { start, size } = sizesOf(attributes.parts, shape[axis]!)!(part);
    const own = shape.map((n, k) => (k === axis ? size : n));
    return pickTensor(x!, own, (index) => index.map((i, k) => (k === axis ? start + i : i)));
  },
  samples: [
    { link: "concat(split(x, 2).part1, split(x, 2).part0) -> tanh", input: [10, 3, 5], batch: 3 },
    { link: "add(split(concat(x, conv(x, 17, kernel=1)), [16, 17]).part0)", input: [16, 4, 3], batch: 1 },
    { link: "concat(split(x, [3, 20, 10]).part1, split(x, [3, 20, 10]).part2)", input: [33], batch: 17 },
    { link: "max_pool([2, 1]) -> mul(split(x, 2, height).part1)", input: [6, 4, 3], batch: 2 },
  ],
});

/** Where each part begins, and its size; undefined where the parts do not make up n elements. */
function sizesOf(
  parts: number | readonly number[],
  n: number,
): ((part: number) => { readonly start: number; readonly size: number }) | undefined {
  if (typeof parts === "number")
    return n % parts === 0 ? (part) => ({ start: (part * n) / parts, size: n / parts }) : undefined;
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  return sum(parts) === n ? (part) => ({ start: sum(parts.slice(0, part)), size: parts[part]! }) : undefined;
}
