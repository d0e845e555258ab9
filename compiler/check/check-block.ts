import type { Block, DiagnosticExtras, BlockItem } from "../../grammar/index.ts";
import { registry } from "../ops/registry.ts";
import { attributeNames } from "./constants/value-attribute.ts";
import { functionNames } from "./constants/functions.ts";
import type { ModelContext } from "./context.ts";
import type { DeclaredBlock } from "./declared-block.ts";
import { defineName, defineOut } from "./define.ts";
import { Evaluation } from "./evaluation.ts";
import { statementContext } from "./evaluator.ts";
import { replacement } from "./fixes.ts";
import { inspect, inspectCall } from "./inspect.ts";
import { LayerList } from "./layer-list.ts";
import type { Reporter } from "./reporter.ts";
import { Scope } from "./scope.ts";
import { asCall } from "./shared-declaration.ts";
import { reportUnusedInBlock } from "./used-names.ts";
import { unknown } from "./values.ts";
import { kindNouns } from "./words.ts";

/** Checks what does not depend on a use: the names in a block, and its outs. Shapes are checked in each use. */
export function checkBlock(block: DeclaredBlock, reporter: Reporter): void {
  const node = block.node!;
  const { errors } = reporter;
  reportName(node, reporter);
  reportOuts(node, reporter);
  const scope = new Scope();
  const c: ModelContext = {
    ...{ reporter, scope, blocks: block.words, hasInput: true, path: "", home: "" },
    layers: new LayerList(),
    evaluation: new Evaluation(),
    read: () => undefined,
    begin: statementContext,
  };
  inspectBody(node, c);
  if (reporter.errors === errors) reportUnusedInBlock(node, reporter);
  else block.broken = true;
}

function inspectBody(node: Block, c: ModelContext): void {
  for (const { name } of node.body) if (name) c.scope.announce(name.name, name.span);
  c.scope.define("in", { kind: "input", span: node.name.span, value: unknown });
  for (const { name, default: preset } of node.parameters) {
    if (preset) inspect(preset, c.begin(c, name.name, preset));
    defineName(name, { kind: "parameter", span: name.span, value: unknown }, c);
  }
  for (const item of node.body) inspectItem(item, c);
}

function inspectItem(item: BlockItem, c: ModelContext): void {
  const statement = c.begin(c, item.name?.name, item.value);
  const shared = item.kind === "Shared" ? asCall(item.value) : undefined;
  if (shared) inspectCall(shared, true, statement);
  else inspect(item.value, statement);
  const { name } = item;
  if (name === undefined) return;
  const { span } = name;
  switch (item.kind) {
    case "Let":
      return defineName(name, { kind: "value", span, value: unknown }, c);
    case "Shared":
      return defineName(name, { kind: "shared", span, instance: undefined }, c);
    case "Out":
      return defineOut(name, c);
  }
}

/** What a word of the language is, if it is one. */
export function wordNoun(name: string): string | undefined {
  const word = registry.get(name);
  if (word !== undefined) return kindNouns[word.kind];
  return functionNames.includes(name) ? "a function" : undefined;
}

function reportName({ name: { name, span } }: Block, reporter: Reporter): void {
  const noun = wordNoun(name);
  if (noun !== undefined) reporter.add("CNN231", span, { name, noun }, { help: capitalHelp(name) });
}

function capitalHelp(name: string): string {
  return `blocks begin with a capital by custom: \`${name.charAt(0).toUpperCase()}${name.slice(1)}\``;
}

function reportOuts({ name: { name, span }, body }: Block, reporter: Reporter): void {
  const outs = body.filter((item) => item.kind === "Out");
  if (outs.length === 0) reporter.add("CNN234", span, { name }, lastAsOut(body));
  const unnamed = outs.filter((out) => out.name === undefined);
  for (const { span: place } of unnamed.slice(1)) {
    const notes = [{ span: outWord(unnamed[0]!.span), message: "the first one is here" }];
    const help = "an `out` with a name is taken by it: `out skip = …`, then `x.skip`";
    reporter.add("CNN235", outWord(place), { name }, { notes, help });
  }
  for (const out of outs) {
    if (out.name === undefined || !attributeNames.includes(out.name.name)) continue;
    const help = `another name is free, like \`out ${out.name.name}_out\``;
    reporter.add("CNN239", out.name.span, { name: out.name.name }, { help });
  }
}

/** A block that ends in a value like a function in its result. */
function lastAsOut(body: Block["body"]): DiagnosticExtras {
  const last = body.at(-1);
  if (last?.kind !== "Let") return { help: "it ends in `out VALUE`" };
  const place = { ...last.span, start: last.name.span.start, end: last.value.span.start };
  return { fix: replacement(place, "out ", "give its last value back") };
}

function outWord(span: Block["span"]): Block["span"] {
  return { ...span, end: span.start + "out".length };
}
