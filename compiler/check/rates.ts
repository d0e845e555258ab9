import { textOf } from "../../grammar/index.ts";
import type { Expression, Setting, Span } from "../../grammar/index.ts";
import { describe } from "./arguments.ts";
import type { Context } from "./context.ts";
import type { NewLayer } from "./layer-list.ts";
import type { CheckedTrain } from "./program.ts";
import { suggestion } from "./words.ts";

const examples = {
  freeze: "parts of the network, like `[stem, features]`",
  lr_scale: "parts of the network, each times its factor, like `[stem * 0.1, features * 0.5]`",
} as const;

/** `freeze = [stem, features]` and `lr_scale = head * 2`; nothing when one of them is in error. */
export function checkRates(
  freeze: Setting | undefined,
  scale: Setting | undefined,
  layers: readonly NewLayer[],
  c: Context,
): CheckedTrain["rates"] | undefined {
  const parts = [
    ...itemsOf(freeze).map((node) => frozenPart(node, c)),
    ...itemsOf(scale).map((node) => scaledPart(node, c)),
  ];
  const known = parametersByPart(layers);
  const rates = new Map<string, number>();
  const places = new Map<string, Span>();
  let isRight = true;
  for (const part of parts) {
    const names = part && parametersOf(part, known, c);
    const twice = names?.find((name) => places.has(name));
    if (part === undefined || names === undefined || twice !== undefined) isRight = false;
    if (part === undefined || names === undefined) continue;
    if (twice !== undefined) {
      const notes = [{ span: places.get(twice)!, message: "it is part of this, too" }];
      c.reporter.add("CNN273", part.span, { name: twice }, { notes });
    }
    for (const name of names) {
      rates.set(name, part.rate);
      places.set(name, part.span);
    }
  }
  return isRight ? rates : undefined;
}

interface Part {
  readonly name: string;
  readonly rate: number;
  readonly span: Span;
}

function itemsOf(setting: Setting | undefined): readonly Expression[] {
  if (setting === undefined) return [];
  return setting.value.kind === "List" ? setting.value.items : [setting.value];
}

function frozenPart(node: Expression, c: Context): Part | undefined {
  const name = partName(node);
  return name === undefined ? reportForm("freeze", node, c) : { name, rate: 0, span: node.span };
}

function scaledPart(node: Expression, c: Context): Part | undefined {
  const name = node.kind === "Binary" && node.operator === "*" ? partName(node.left) : undefined;
  if (name === undefined || node.kind !== "Binary") return reportForm("lr_scale", node, c);
  const evaluated = c.evaluate(node.right);
  if (evaluated.kind === "unknown") return undefined;
  const rate = evaluated.kind === "constant" ? evaluated.value : undefined;
  if (typeof rate === "number" && Number.isFinite(rate) && rate >= 0) return { name, rate, span: node.left.span };
  const holes = { name: "lr_scale", expected: "a factor from 0 on", found: describe(evaluated) };
  c.reporter.add("CNN321", node.right.span, holes);
  return undefined;
}

function reportForm(name: keyof typeof examples, node: Expression, c: Context): undefined {
  const found = `\`${textOf(node.span).replace(/\s+/g, " ")}\``;
  c.reporter.add("CNN321", node.span, { name, expected: examples[name], found });
  return undefined;
}

/** `features`, `features.Residual1`, or, with the rounds of a `repeat`, `"features.Residual1.0"`. */
function partName(node: Expression): string | undefined {
  if (node.kind === "Name") return node.name;
  if (node.kind === "String") return node.value;
  const object = node.kind === "Attribute" ? partName(node.object) : undefined;
  return node.kind === "Attribute" && object !== undefined ? `${object}.${node.name.name}` : undefined;
}

/** Names of parameters that learn, by every name that they begin with. */
function parametersByPart(layers: readonly NewLayer[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { name, spec } of layers.flatMap(({ parameters }) => parameters)) {
    if (spec.trained === false) continue;
    const segments = name.split(".");
    for (let count = 1; count <= segments.length; count++) {
      const part = segments.slice(0, count).join(".");
      found.set(part, (found.get(part) ?? new Set()).add(name));
    }
  }
  return found;
}

function parametersOf(
  { name, span }: Part,
  known: ReadonlyMap<string, ReadonlySet<string>>,
  c: Context,
): readonly string[] | undefined {
  const names = known.get(name);
  if (names !== undefined) return [...names];
  const depth = name.split(".").length;
  const alike = [...known.keys()].filter((part) => part.split(".").length === depth);
  c.reporter.add("CNN272", span, { name }, suggestion({ kind: "Identifier", name, span }, alike, alike.length <= 8));
  return undefined;
}
