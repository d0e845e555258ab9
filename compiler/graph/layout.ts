import elk from "elkjs/lib/elk.bundled.js";
import type { ElkExtendedEdge, ElkNode, ElkShape } from "elkjs/lib/elk.bundled.js";
import { cardSize, font, labelSize, metrics } from "./measure.ts";
import type { Size } from "./measure.ts";
import type { Card, Group, Picture } from "./picture.ts";
import { textWidth } from "./text-width.ts";
import { visible } from "./visible.ts";
import type { VisibleEdge, VisibleItem } from "./visible.ts";
import { waysOf } from "./ways.ts";
import type { Way } from "./ways.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Box = Point & Size;

export type PlacedItem =
  | { readonly kind: "card"; readonly box: Box; readonly card: Card }
  | { readonly kind: "group"; readonly box: Box; readonly group: Group; readonly open: boolean };

export interface PlacedEdge {
  readonly edge: VisibleEdge;
  readonly points: readonly Point[];
  /** Where its shape stands. */
  readonly label?: Box;
}

/** A picture with a place for everything. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** A group stands before what it holds. */
  readonly items: readonly PlacedItem[];
  readonly edges: readonly PlacedEdge[];
}

/** Of the whole, and of the inside of every group. */
const options = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.nodePlacement.favorStraightEdges": "true",
  "elk.layered.mergeHierarchyEdges": "false",
  // Shapes stand at the right of their edges.
  "elk.layered.edgeLabels.sideSelection": "ALWAYS_UP",
  "elk.layered.spacing.nodeNodeBetweenLayers": "12",
  "elk.layered.spacing.edgeNodeBetweenLayers": "12",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "8",
  "elk.spacing.nodeNode": "24",
  "elk.spacing.edgeNode": "16",
  "elk.spacing.edgeEdge": "10",
  "elk.spacing.edgeLabel": "4",
  // All places are counted from the corner of the whole.
  "elk.json.shapeCoords": "ROOT",
  "elk.json.edgeCoords": "ROOT",
};

/** For the whole, where it may be laid out in columns, to the proportions of a slide. */
const columns = {
  "elk.layered.wrapping.strategy": "MULTI_EDGE",
  "elk.layered.wrapping.additionalEdgeSpacing": "30",
  "elk.aspectRatio": "1.6",
};

/** Finds the places of a picture in which some groups are closed; `wide` for a slide instead of a page. */
export async function layOut(picture: Picture, closed: ReadonlySet<string>, wide = false): Promise<Layout> {
  const { items, edges } = visible(picture, closed);
  const ways = waysOf(edges);
  // A U has two columns as it is.
  const wrapped = wide && ![...ways.values()].includes("up");
  const graph: ElkNode = {
    id: "network",
    layoutOptions: { ...options, ...(wrapped && columns), "elk.padding": "[top=0,left=0,bottom=0,right=0]" },
    children: items.map((item) => nodeOf(item, ways)),
    edges: edges.map((edge) => elkEdgeOf(edge, ways.get(edge)!)),
  };
  // The declarations of the package are those of a CommonJS module.
  const placed = await new elk.default().layout(graph);
  return {
    width: placed.width!,
    height: placed.height!,
    items: items.flatMap((item, i) => placedItems(item, placed.children![i]!)),
    edges: edges.map((edge, i) => placedEdge(edge, ways.get(edge)!, placed.edges![i]!)),
  };
}

type Ways = ReadonlyMap<VisibleEdge, Way>;

function nodeOf(item: VisibleItem, ways: Ways): ElkNode {
  switch (item.kind) {
    case "card":
      return solid(item.card.id, cardSize(item.card), ways);
    case "closed":
      return solid(item.group.id, labelSize(item.group), ways);
    case "open": {
      const { inside } = metrics;
      const label = labelSize(item.group);
      return {
        id: item.group.id,
        children: item.items.map((inner) => nodeOf(inner, ways)),
        layoutOptions: {
          ...options,
          "elk.padding": `[top=${inside},left=${label.width + inside},bottom=${inside},right=${inside}]`,
        },
      };
    }
  }
}

/** Where an edge leaves a box, and where it enters one. */
const sides = { down: ["SOUTH", "NORTH"], up: ["NORTH", "SOUTH"], across: ["EAST", "WEST"] } as const;

/** A box that edges leave in one place for each value and way. */
function solid(id: string, size: Size, ways: Ways): ElkNode {
  const ports = [...ways].flatMap(([edge, way]) => {
    const [exit, entry] = sides[way];
    const leaving = edge.from === id ? [[exitOf(edge, way), exit] as const] : [];
    return edge.to === id ? [...leaving, [entryOf(edge), entry] as const] : leaving;
  });
  return {
    ...{ id, ...size },
    ports: [...new Map(ports)].map(([id, side]) => ({ id, layoutOptions: { "elk.port.side": side } })),
    layoutOptions: { "elk.portConstraints": "FIXED_SIDE" },
  };
}

const exitOf = ({ from, shape }: VisibleEdge, way: Way): string => JSON.stringify([from, shape, way]);
const entryOf = ({ from, to, shape }: VisibleEdge): string => JSON.stringify([from, to, shape]);

function elkEdgeOf(edge: VisibleEdge, way: Way): ElkExtendedEdge {
  const { shape, first, skip } = edge;
  const ends = [exitOf(edge, way), entryOf(edge)];
  // To the layout all go down.
  const [above, below] = (way === "up" ? ends.reverse() : ends) as [string, string];
  const size = { width: textWidth(shape, font.small), height: font.small + 3 };
  return {
    ...{ id: `edge ${entryOf(edge)}`, sources: [above], targets: [below] },
    // Where an edge must bend, let it be one that skips.
    layoutOptions: { "elk.layered.priority.straightness": skip ? "0" : "10" },
    ...(first && { labels: [{ text: shape, ...size }] }),
  };
}

function placedItems(item: VisibleItem, node: ElkNode): PlacedItem[] {
  const box = boxOf(node);
  if (item.kind === "card") return [{ kind: "card", box, card: item.card }];
  const open = item.kind === "open";
  const inner = open ? item.items.flatMap((it, i) => placedItems(it, node.children![i]!)) : [];
  return [{ kind: "group", box, group: item.group, open }, ...inner];
}

function placedEdge(edge: VisibleEdge, way: Way, { sections, labels }: ElkExtendedEdge): PlacedEdge {
  const down = sections!.flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint]);
  const points = straightened(way === "up" ? down.reverse() : down);
  const [label] = labels ?? [];
  return { edge, points, ...(label && { label: boxOf(label) }) };
}

/** Where an edge leaves a box a step to the side of where it goes, it leaves a step beside. */
function straightened(points: readonly Point[]): readonly Point[] {
  const [start, turn, next, ...rest] = points;
  if (!start || !turn || !next || rest.length === 0) return points;
  const step = Math.abs(next.x - turn.x);
  return start.x === turn.x && step > 0 && step < 4 ? [{ ...start, x: next.x }, ...rest] : points;
}

function boxOf({ x = 0, y = 0, width = 0, height = 0 }: ElkShape): Box {
  return { x, y, width, height };
}
