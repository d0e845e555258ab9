import { affineFields, type AffineMap } from "../../ir/affine-map.ts";
import { streamsOf } from "../../ir/expression.ts";
import { resultOf, type CoreOf, type Node } from "../../ir/graph.ts";
import { drawNumbers, type Context } from "./context.ts";
import { printCpp } from "./expression.ts";
import { comment, double, indent, streamOf } from "./names.ts";

interface MapFunctor {
  readonly definition: readonly string[];
  /** The text that makes one. */
  readonly make: string;
}

/** The map by which a node samples a picture, as a functor over samples. */
export function mapFunctor(node: Node, { maps }: CoreOf<"affine_sample">, c: Context): MapFunctor {
  const name = `${c.names.of(resultOf(node))}_map`;
  const { file, line, text } = node.origin;
  return {
    definition: [
      comment(`${file}:${line}: ${text}`),
      `struct ${name} {`,
      ...drawNumbers.map((number) => `  ${c.callNumber(number).type} ${number};`),
      "  CNNC_INLINE Affine operator()(long n) const {",
      "    using namespace scalars;",
      "    Affine map;",
      ...indent(indent(maps.flatMap(printMap))),
      "    return map;",
      "  }",
      "};",
    ],
    make: `${name}{${drawNumbers.map((number) => c.callNumber(number).value).join(", ")}}`,
  };
}

/** One link: its random numbers, then the map made of them, which is seen through those before it. */
function printMap(map: AffineMap): string[] {
  const expressions = affineFields.map((field) => map[field]);
  const streams = [...new Set(expressions.flatMap(streamsOf))];
  const local = (stream: string): string => stream.slice(stream.lastIndexOf(".") + 1);
  const print = (x: AffineMap[keyof AffineMap]): string =>
    printCpp(x, {
      number: double,
      leaf: (leaf) => {
        if (leaf.op !== "random") throw new Error(`no C++ for ${leaf.op} in a map`);
        return local(leaf.stream);
      },
    });
  const draws = streams.map((stream) => {
    const key = `0x${streamOf(stream).toString(16)}u`;
    return `const double ${local(stream)} = draw(seed, ${key}, step, first + n);  ${comment(stream)}`;
  });
  const numbers = expressions.map(print);
  const [x, y] = [numbers.slice(0, 3).join(", "), numbers.slice(3).join(", ")];
  return ["{", ...indent([...draws, "map = map.after({", `    ${x},`, `    ${y}});`]), "}"];
}
