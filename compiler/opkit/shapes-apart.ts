import { describeShape, extentOf, type Shape } from "../shape/tensor-type.ts";

/** What brings two operands together again whose rows, columns or channels differ: in words, with their numbers. */
export function reunion(a: Shape, b: Shape): string | undefined {
  if (a.length !== b.length) return reunionOfRanks(a, b);
  const [first, second] = [extentOf(a), extentOf(b)];
  const [rows, columns] = [first.height - second.height, first.width - second.width];
  if (a.length === 1) return `the last \`dense\` of both paths must have as many units, like \`dense(${a[0]})\``;
  if (rows === 0 && columns === 0)
    return `\`conv(${first.channels}, kernel=1)\` on the path with ${second.channels} channels gives it ${first.channels}`;
  if (rows * columns < 0) return undefined;
  const factor = commonFactor(first, second);
  if (factor !== undefined) {
    const { channels } = first.height > second.height || first.width > second.width ? second : first;
    const shortcut = `\`conv(${channels}, kernel=1, stride=${factor})\``;
    return `one path has a stride of ${factor} that the other lacks: ${shortcut} there, or \`stride=1\` here`;
  }
  if (Math.abs(rows) > MOST_LOST || Math.abs(columns) > MOST_LOST)
    return "one path has strides or pools that the other lacks";
  const lost = `${count(Math.abs(rows), "row")} and ${count(Math.abs(columns), "column")}`;
  return `a path loses ${lost} to windows that are not padded; \`pad=1\` for \`kernel=3\`, \`pad=2\` for \`kernel=5\` keep them`;
}

/** What a few windows without padding take away; more is the work of a stride. */
const MOST_LOST = 6;

/** A vector beside a picture holds a number for each channel. */
function reunionOfRanks(a: Shape, b: Shape): string | undefined {
  const [wide, narrow] = a.length > b.length ? [a, b] : [b, a];
  if (narrow.length !== 1) return undefined;
  return `beside ${describeShape(wide)} a vector has ${wide[0]} elements: let it end in \`dense(${wide[0]})\``;
}

type Extent = ReturnType<typeof extentOf>;

/** The whole number by which rows and columns of the larger are divided, rounding up. */
function commonFactor(a: Extent, b: Extent): number | undefined {
  const [large, small] = a.height > b.height || a.width > b.width ? [a, b] : [b, a];
  const factor = Math.round(large.height / small.height);
  const divides = Math.ceil(large.height / factor) === small.height && Math.ceil(large.width / factor) === small.width;
  return factor > 1 && divides ? factor : undefined;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
