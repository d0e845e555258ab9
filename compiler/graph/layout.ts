import elk from "elkjs/lib/elk.bundled.js";
import type { ElkExtendedEdge, ElkNode, ElkShape } from "elkjs/lib/elk.bundled.js";
import { cardSize, font, labelSize, metrics } from "./measure.ts";
import type { Size } from "./measure.ts";
import type { Card, Group, Picture } from "./picture.ts";
import { textWidth } from "./text-width.ts";
import { visible } from "./visible.ts";
import type { VisibleEdge, VisibleItem } from "./visible.ts";

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

/** Finds the places of a picture in which some groups are closed. */
export async function layOut(picture: Picture, closed: ReadonlySet<string>): Promise<Layout> {
  const { items, edges } = visible(picture, closed);
  const graph: ElkNode = {
    id: "network",
    layoutOptions: { ...options, "elk.padding": "[top=0,left=0,bottom=0,right=0]" },
    children: items.map((item) => nodeOf(item, edges)),
    edges: edges.map(elkEdgeOf),
  };
  // The declarations of the package are those of a CommonJS module.
  const placed = await new elk.default().layout(graph);
  return {
    width: placed.width!,
    height: placed.height!,
    items: items.flatMap((item, i) => placedItems(item, placed.children![i]!)),
    edges: edges.map((edge, i) => placedEdge(edge, placed.edges![i]!)),
  };
}

function nodeOf(item: VisibleItem, edges: readonly VisibleEdge[]): ElkNode {
  switch (item.kind) {
    case "card":
      return solid(item.card.id, cardSize(item.card), edges);
    case "closed":
      return solid(item.group.id, labelSize(item.group), edges);
    case "open": {
      const { inside } = metrics;
      const label = labelSize(item.group);
      return {
        id: item.group.id,
        children: item.items.map((inner) => nodeOf(inner, edges)),
        layoutOptions: {
          ...options,
          "elk.padding": `[top=${inside},left=${label.width + inside},bottom=${inside},right=${inside}]`,
        },
      };
    }
  }
}

/** A box that edges enter above, and leave below in one place for each value. */
function solid(id: string, size: Size, edges: readonly VisibleEdge[]): ElkNode {
  const leaving = new Set(edges.filter(({ from }) => from === id).map(({ shape }) => shape));
  const entering = edges.filter(({ to }) => to === id);
  const side = (name: "NORTH" | "SOUTH") => ({ layoutOptions: { "elk.port.side": name } });
  return {
    ...{ id, ...size },
    ports: [
      ...[...leaving].map((shape) => ({ id: exitOf({ from: id, shape }), ...side("SOUTH") })),
      ...entering.map((edge) => ({ id: entryOf(edge), ...side("NORTH") })),
    ],
    layoutOptions: { "elk.portConstraints": "FIXED_SIDE" },
  };
}

const exitOf = ({ from, shape }: Pick<VisibleEdge, "from" | "shape">): string => JSON.stringify([from, shape]);
const entryOf = ({ from, to, shape }: VisibleEdge): string => JSON.stringify([from, to, shape]);

function elkEdgeOf(edge: VisibleEdge): ElkExtendedEdge {
  const { shape, first, skip } = edge;
  const size = { width: textWidth(shape, font.small), height: font.small + 3 };
  return {
    ...{ id: `edge ${entryOf(edge)}`, sources: [exitOf(edge)], targets: [entryOf(edge)] },
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

function placedEdge(edge: VisibleEdge, { sections, labels }: ElkExtendedEdge): PlacedEdge {
  const points = sections!.flatMap(({ startPoint, bendPoints = [], endPoint }) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ]);
  const [label] = labels ?? [];
  return { edge, points, ...(label && { label: boxOf(label) }) };
}

function boxOf({ x = 0, y = 0, width = 0, height = 0 }: ElkShape): Box {
  return { x, y, width, height };
}
