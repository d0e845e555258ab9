import type { CheckedModel, Layer } from "../check/program.ts";
import type { Category } from "../opkit/operator.ts";
import { formatShape } from "../shape/tensor-type.ts";
import { blockTree, costOfAll, leavesOf } from "./block-tree.ts";
import type { Item as TreeItem, Leaf } from "./block-tree.ts";
import { inputRow, layerRow, outputRow } from "./describe.ts";
import type { Card, Edge, Item, Picture, Row } from "./picture.ts";
import { runsOf } from "./repeats.ts";
import type { Run, Uses } from "./repeats.ts";
import { markSkips } from "./skips.ts";

interface Growing extends Card {
  readonly rows: Row[];
}

/** What is known while a picture is drawn up. */
interface Draft {
  readonly uses: Uses;
  /** For each layer of a run of alike blocks, all that stand at its place, the first block's first. */
  readonly places: Map<string, readonly string[]>;
  /** The card that each value is computed by; a value of a later block is that of the first. */
  readonly cards: Map<string, string>;
  readonly shapes: ReadonlyMap<string, string>;
  readonly edges: Omit<Edge, "skip">[];
}

/** The picture of a model: cards within groups, and the values that pass between them. */
export function drawUp(model: CheckedModel): Picture {
  const tree = blockTree(model);
  const valued = [...model.inputs, ...model.layers];
  const draft: Draft = {
    uses: usesOf(model),
    places: new Map(),
    cards: new Map(model.inputs.map(({ name }) => [name, name])),
    shapes: new Map(valued.map(({ name, type }) => [name, formatShape(type.shape)])),
    edges: [],
  };
  const inputs = model.inputs.map((input): Card => ({ kind: "card", id: input.name, rows: [inputRow(input)] }));
  const items = drawItems(tree, "", draft);
  const outputs = model.outputs.map((output): Card => {
    const id = outputId(output.name);
    connect(output.value, id, draft);
    return { kind: "card", id, rows: [outputRow(output)] };
  });
  return {
    name: model.name,
    ...costOfAll(leavesOf(tree)),
    items: [...inputs, ...items, ...outputs],
    edges: markSkips(draft.edges),
  };
}

/** No layer is called so: an output may have the name of a value. */
const outputId = (name: string): string => `output ${name}`;

function usesOf({ layers, outputs }: CheckedModel): Uses {
  const uses = new Map<string, Set<string>>();
  const use = (value: string, user: string): void => {
    uses.set(value, (uses.get(value) ?? new Set()).add(user));
  };
  for (const { name, operands } of layers) for (const operand of operands) use(operand, name);
  for (const { name, value } of outputs) use(value, outputId(name));
  return uses;
}

function drawItems(items: readonly TreeItem[], path: string, draft: Draft): Item[] {
  const drawn: Item[] = [];
  const own = new Map<string, Growing>();
  for (const part of runsOf(items, draft.uses)) {
    if (!("kind" in part)) drawn.push(drawGroup(part, `${path}${drawn.length}`, draft));
    else {
      const card = drawLayer(part, own, draft);
      if (card !== undefined) drawn.push(card);
    }
  }
  return drawn;
}

/** A round that is a single card and has no like needs no box around it. */
function drawGroup(run: Run, id: string, draft: Draft): Item {
  const { places, cards } = draft;
  const [first, ...others] = run.map(({ items }) => leavesOf(items).map(({ layer }) => layer.name));
  first!.forEach((name, place) => {
    const alike = [first!, ...others].map((names) => names[place]!);
    places.set(
      name,
      alike.flatMap((it) => places.get(it) ?? [it]),
    );
  });
  const { title, name, round, items: inner } = run[0];
  const items = drawItems(inner, `${id}.`, draft);
  for (const names of others) names.forEach((it, place) => cards.set(it, cards.get(first![place]!)!));
  const [only, more] = items;
  if (round && run.length === 1 && only !== undefined && more === undefined) return only;
  const cost = costOfAll(run.flatMap(({ items: copy }) => leavesOf(copy)));
  return { kind: "group", id: `group ${id}`, title, name, times: run.length, items, ...cost };
}

/** Adds a layer to the card in front of it, or gives a card of its own. */
function drawLayer({ layer, cost }: Leaf, own: Map<string, Growing>, draft: Draft): Card | undefined {
  const { name, operands } = layer;
  const row = layerRow(layer, cost, draft.places.get(name) ?? [name]);
  const front = goesOn(layer, draft) ? own.get(operands[0]!) : undefined;
  const card: Growing = front ?? { kind: "card", id: name, rows: [] };
  card.rows.push(row);
  own.set(name, card);
  draft.cards.set(name, card.id);
  if (front !== undefined) return undefined;
  for (const operand of operands) connect(operand, card.id, draft);
  return card;
}

/** Layers that stand on the card of their operand, if nobody else uses it and its shape is kept. */
const followers: readonly Category[] = ["normalisation", "activation", "dropout"];

function goesOn({ name, operator, operands }: Layer, { uses, shapes }: Draft): boolean {
  const [operand, other] = operands;
  if (operand === undefined || other !== undefined || !followers.includes(operator.category)) return false;
  return uses.get(operand)!.size === 1 && shapes.get(operand) === shapes.get(name);
}

function connect(value: string, to: string, { cards, shapes, edges }: Draft): void {
  edges.push({ from: cards.get(value)!, to, shape: shapes.get(value)! });
}
