import type { Augment, Call, Chain, Link } from "../../grammar/index.ts";
import { bindArguments, evaluateAttributes } from "./arguments.ts";
import type { Context, ModelContext } from "./context.ts";
import { statementContext } from "./evaluator.ts";
import type { Outputs } from "./loss.ts";
import type { AugmentationUse, CheckedAugment } from "./program.ts";
import { bindingNouns } from "./scope.ts";
import { describeType, historyNotes } from "./values.ts";
import { resolveWord, suggestion } from "./words.ts";

/** The `augment` lines of a `train` section; nothing when one of them is in error. */
export function checkAugments(
  nodes: readonly Augment[],
  outputs: Outputs,
  model: ModelContext,
): readonly CheckedAugment[] | undefined {
  const lines = new Map<string, Augment>();
  const checked = nodes.map((node) => {
    const { name, span } = node.input;
    const first = lines.get(name);
    if (first === undefined) lines.set(name, node);
    else {
      const notes = [{ span: first.input.span, message: "first given here" }];
      model.reporter.add("CNN218", span, { name: `augment ${name}` }, { notes });
    }
    return checkAugment(node, model);
  });
  const whole = checked.flatMap((augment) => augment ?? []);
  return whole.length === nodes.length && isMaskClear(whole, outputs, model) ? whole : undefined;
}

/** Masks are moved as the pictures are, so one line alone may move any. */
function isMaskClear(augments: readonly CheckedAugment[], outputs: Outputs, { reporter }: ModelContext): boolean {
  const mask = [...outputs.values()].find((output) => output?.kind === "mask");
  const [first, second] = augments.filter(({ links }) => links.some(({ definition }) => definition.source));
  if (mask === undefined || first === undefined || second === undefined) return true;
  const notes = [{ span: first.span, message: `\`${mask.name}\` is moved as \`${first.input}\` is` }];
  reporter.add("CNN276", second.span, { mask: mask.name, first: first.input, second: second.input }, { notes });
  return false;
}

/** `augment image -> flip(horizontal) -> rotate(8deg)` */
function checkAugment(node: Augment, model: ModelContext): CheckedAugment | undefined {
  const { input, span } = node;
  const isPicture = checkPicture(node, model);
  const head = { kind: "Name", name: input.name, span: input.span } as const;
  const chain: Chain = { kind: "Chain", head, links: node.links, span };
  const c = statementContext(model, undefined, chain);
  const links = node.links.flatMap((link) => checkLink(link, input.name, c) ?? []);
  if (!isPicture || links.length < node.links.length) return undefined;
  return isInOrder(links, c) && haveChannels(links, input.name, c) ? { input: input.name, links, span } : undefined;
}

/** What moves pixels stands before what changes them: a picture is sampled once, where it lies. */
function isInOrder(links: readonly AugmentationUse[], { reporter }: Context): boolean {
  const change = links.findIndex(({ definition }) => definition.colour);
  const late = links.find(({ definition }, i) => definition.source && change >= 0 && i > change);
  if (late === undefined) return true;
  const { definition, span } = links[change]!;
  const notes = [{ span, message: `\`${definition.name}\` changes them here` }];
  reporter.add("CNN275", late.span, { name: late.definition.name, before: definition.name }, { notes });
  return false;
}

function haveChannels(links: readonly AugmentationUse[], input: string, { scope, reporter }: Context): boolean {
  const binding = scope.get(input);
  if (binding?.kind !== "input" || binding.value.kind !== "tensor") return false;
  const { type, history } = binding.value.tensor;
  const unfit = links.find(({ definition: { channels } }) => channels !== undefined && channels !== type.shape[0]);
  if (unfit === undefined) return true;
  const { name, channels } = unfit.definition;
  const holes = { operator: name, expected: `a picture of ${channels} channels`, found: describeType(type) };
  reporter.add("CNN301", unfit.span, holes, { notes: historyNotes(history) });
  return false;
}

/** Whether the line is about an input that is a picture. */
function checkPicture({ input }: Augment, { scope, reporter, hasInput }: ModelContext): boolean {
  const { name, span } = input;
  const binding = scope.get(name);
  if (binding === undefined) {
    const inputs = [...scope.values()].filter((value) => scope.get(value)?.kind === "input");
    if (hasInput) reporter.add("CNN201", span, { name }, suggestion(input, inputs, true));
    return false;
  }
  if (binding.kind !== "input") {
    const notes = [{ span: binding.span, message: `\`${name}\` is defined here` }];
    reporter.add("CNN203", span, { name, found: bindingNouns[binding.kind], expected: bindingNouns.input }, { notes });
    return false;
  }
  const { value } = binding;
  if (value.kind !== "tensor") return false;
  const { type, history } = value.tensor;
  if (type.shape.length === 3) return true;
  const holes = { operator: "augment", expected: "a picture (C×H×W)", found: describeType(type) };
  reporter.add("CNN301", span, holes, { notes: historyNotes(history) });
  return false;
}

function checkLink(link: Link, input: string, c: Context): AugmentationUse | undefined {
  c.evaluation.spend(1, link.span, c.reporter);
  switch (link.kind) {
    case "Call":
      return checkUse(link, input, c);
    case "Repeat":
      return reportLink("`repeat`", link, c);
    case "IfLink":
      return reportLink("`if`", link, c);
  }
}

function reportLink(what: string, { span }: Link, { reporter }: Context): undefined {
  reporter.add("CNN271", span, { what });
  return undefined;
}

function checkUse(call: Call, input: string, c: Context): AugmentationUse | undefined {
  const definition = resolveWord(call.callee, "augmentation", c);
  const bound = definition && bindArguments(call, [], definition, c);
  const attributes = bound && evaluateAttributes(definition!, bound, c);
  const segment = c.segments.get(call);
  if (attributes === undefined || segment === undefined) return undefined;
  return { definition: definition!, attributes, name: `${input}.augment.${segment}`, span: call.span };
}
