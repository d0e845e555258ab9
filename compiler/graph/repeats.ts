import { leavesOf } from "./block-tree.ts";
import type { Branch, Item, Leaf } from "./block-tree.ts";

/** Who uses a value: names of layers and outputs. */
export type Uses = ReadonlyMap<string, ReadonlySet<string>>;

/** Groups that differ in names alone, each the only user of the one before. */
export type Run = readonly [Branch, ...Branch[]];

/** Siblings, with every run of alike groups as one. */
export function runsOf(items: readonly Item[], uses: Uses): readonly (Leaf | Run)[] {
  const runs: (Leaf | [Branch, ...Branch[]])[] = [];
  let last: { readonly run: [Branch, ...Branch[]]; readonly ends: Ends | undefined } | undefined;
  for (const item of items) {
    if (item.kind === "layer") {
      runs.push(item);
      last = undefined;
      continue;
    }
    const ends = endsOf(item, uses);
    if (last !== undefined && continues(last.ends, ends, uses)) last.run.push(item);
    else runs.push([item]);
    last = { run: runs.at(-1) as [Branch, ...Branch[]], ends };
  }
  return runs;
}

/** What a group shows to the outside, if one value enters and one leaves. */
interface Ends {
  readonly form: string;
  readonly entry: string;
  readonly exit: string;
  readonly place: number;
  readonly names: ReadonlySet<string>;
}

function continues(before: Ends | undefined, next: Ends | undefined, uses: Uses): boolean {
  if (before === undefined || next === undefined) return false;
  const alike = before.form === next.form && before.place === next.place && before.exit === next.entry;
  return alike && [...uses.get(before.exit)!].every((user) => next.names.has(user) || before.names.has(user));
}

function endsOf(group: Branch, uses: Uses): Ends | undefined {
  const layers = leavesOf(group.items).map(({ layer }) => layer);
  const names = new Set(layers.map(({ name }) => name));
  const entries = new Set(layers.flatMap(({ operands }) => operands).filter((operand) => !names.has(operand)));
  const exits = layers.filter(({ name }) => [...(uses.get(name) ?? [])].some((user) => !names.has(user)));
  const [entry] = entries;
  const [exit] = exits;
  if (entry === undefined || exit === undefined || entries.size > 1 || exits.length > 1) return undefined;
  return { form: formOf(group, names), entry, exit: exit.name, place: layers.indexOf(exit), names };
}

/** Everything about a group but its names: of two groups with the same form one picture is enough. */
function formOf(group: Branch, names: ReadonlySet<string>): string {
  const places = new Map([...names].map((name, place) => [name, place]));
  const form = ({ title, items }: Branch): unknown[] => [
    title,
    items.map((item) => {
      if (item.kind === "group") return form(item);
      const { operator, attributes, operands, type, parameters } = item.layer;
      const from = operands.map((operand) => places.get(operand) ?? "entry");
      return [operator.name, attributes, from, type, parameters.map(({ spec }) => spec)];
    }),
  ];
  return JSON.stringify(form(group));
}
