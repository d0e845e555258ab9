import type { BlockItem, Out, Span } from "../../grammar/index.ts";
import type { Context, ModelContext } from "./context.ts";
import type { DeclaredBlock } from "./declared-block.ts";
import { defineName, defineOut } from "./define.ts";
import { MOST_BLOCKS_DEEP } from "./evaluation.ts";
import { checkLet } from "./let.ts";
import { needTensor } from "./operands.ts";
import { Scope } from "./scope.ts";
import { checkShared } from "./shared-declaration.ts";
import { MOST_USES, tensorOf, unknown, useNotes } from "./values.ts";
import type { BlockArguments, BlockUse, Flowing } from "./values.ts";
import { Stopped } from "./reporter.ts";

/** Where a block is used, and what stands before the names of its layers and parameters. */
export interface BlockPlace {
  readonly path: string;
  readonly home: string;
  readonly span: Span;
}

/** Reads a block's body with its parameters given; its value is the unnamed out, the named ones are taken by name. */
export function runBlock(block: DeclaredBlock, values: BlockArguments, place: BlockPlace, c: Context): Flowing {
  const { node } = block;
  if (node === undefined) return unknown;
  const use: BlockUse = { block: block.name, span: place.span, outer: c.use, depth: (c.use?.depth ?? 0) + 1 };
  c.evaluation.spend(15, place.span, c.reporter);
  if (use.depth > MOST_BLOCKS_DEEP) {
    c.reporter.add("CNN410", place.span, { what: "blocks", limit: MOST_BLOCKS_DEEP });
    throw new Stopped();
  }
  const body = bodyContext(block, use, place, c);
  for (const { name } of node.body) if (name) body.scope.announce(name.name, name.span);
  defineParameters(block, values, body);
  const outs = new Map<string, Flowing>();
  let main: Flowing | undefined;
  for (const item of node.body) {
    const value = checkItem(item, body);
    if (item.kind !== "Out") continue;
    if (item.name) outs.set(item.name.name, value);
    else main = value;
  }
  if (main === undefined) return outs.size === 0 ? unknown : { kind: "outs", word: block.name, outs };
  if (outs.size === 0 || main.kind !== "tensor") return main;
  return tensorOf({ ...main.tensor, outs: { word: block.name, outs } });
}

function bodyContext(block: DeclaredBlock, use: BlockUse, { path, home }: BlockPlace, c: Context): ModelContext {
  const { layers, evaluation, read, begin } = c;
  const reporter = c.reporter.within([...useNotes(use, c.use), ...c.reporter.uses].slice(0, MOST_USES));
  return {
    ...{ layers, evaluation, read, begin, reporter, use, path, home },
    enclosure: { kind: "block", name: path, block: block.name, outer: c.enclosure },
    scope: new Scope(),
    blocks: block.words,
    hasInput: true,
  };
}

function defineParameters({ node }: DeclaredBlock, values: BlockArguments, body: ModelContext): void {
  const incoming = values.get("in");
  if (incoming) body.scope.define("in", { kind: "input", span: node!.name.span, value: incoming });
  for (const { name, default: preset } of node!.parameters) {
    const value = values.get(name.name) ?? (preset && body.begin(body, name.name, preset).evaluate(preset)) ?? unknown;
    defineName(name, { kind: "parameter", span: name.span, value }, body);
  }
}

function checkItem(item: BlockItem, body: ModelContext): Flowing {
  switch (item.kind) {
    case "Let":
      checkLet(item, body);
      return unknown;
    case "Shared":
      checkShared(item, body);
      return unknown;
    case "Out":
      return checkOut(item, body);
  }
}

function checkOut({ name, value: node }: Out, body: ModelContext): Flowing {
  const what = name ? `out \`${name.name}\`` : "what stands behind `out`";
  const c = body.begin(body, name?.name, node);
  const value = needTensor(node, what, c);
  if (name) defineOut(name, body);
  // A value that came out of another block has only this block's outs.
  return value.kind === "tensor" ? tensorOf({ ...value.tensor, outs: undefined }) : value;
}
