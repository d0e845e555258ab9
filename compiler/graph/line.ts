import type { Point } from "./layout.ts";

const bend = 6;
const tipLength = 7;

/** A way through points, with round bends, and the tip of the arrow at its end. */
export function linePath(points: readonly Point[]): { readonly line: string; readonly tip: string } {
  const end = points.at(-1)!;
  const before = points.at(-2)!;
  const [dx, dy] = direction(before, end);
  const foot = { x: end.x - dx * tipLength, y: end.y - dy * tipLength };
  const stops = [...points.slice(0, -1), foot];
  const parts = stops.map((point, i) => {
    const [from, to] = [stops[i - 1], stops[i + 1]];
    if (from === undefined) return `M${place(point)}`;
    return to === undefined ? `L${place(point)}` : corner(from, point, to);
  });
  // Across the direction, half as wide as long.
  const [ax, ay] = [(-dy * tipLength) / 2, (dx * tipLength) / 2];
  const sides = [
    { x: foot.x + ax, y: foot.y + ay },
    { x: foot.x - ax, y: foot.y - ay },
  ];
  return { line: parts.join(""), tip: `M${place(end)}L${place(sides[0]!)}L${place(sides[1]!)}Z` };
}

/** Ends before the corner and goes on behind it, on a curve that the corner draws to itself. */
function corner(from: Point, at: Point, to: Point): string {
  const [inX, inY] = direction(from, at);
  const [outX, outY] = direction(at, to);
  const radius = Math.min(bend, distance(from, at) / 2, distance(at, to) / 2);
  const start = { x: at.x - inX * radius, y: at.y - inY * radius };
  const end = { x: at.x + outX * radius, y: at.y + outY * radius };
  return `L${place(start)}Q${place(at)} ${place(end)}`;
}

function direction(from: Point, to: Point): readonly [number, number] {
  const length = distance(from, to);
  return length === 0 ? [0, 1] : [(to.x - from.x) / length, (to.y - from.y) / length];
}

function distance(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}

const place = ({ x, y }: Point): string => `${Number(x.toFixed(2))} ${Number(y.toFixed(2))}`;
