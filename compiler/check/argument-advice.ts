import { didYouMean } from "../../grammar/index.ts";
import type { Argument, DiagnosticExtras, Expression, Fix } from "../../grammar/index.ts";
import type { Attribute, Constant } from "../opkit/attributes.ts";
import { registry } from "../ops/registry.ts";
import { needlessArguments } from "./advice-table.ts";
import { formatNumber, isList } from "./constants/describe.ts";
import { insertBehind, replacement, withoutArgument } from "./fixes.ts";
import type { Written } from "./fixes.ts";
import { suggestion, wordKey } from "./words.ts";

/** What to do about an argument that there is none of. */
export function unknownArgument(argument: Argument, call: Written, names: readonly string[]): DiagnosticExtras {
  const name = argument.name!;
  const activation = activationOf(argument, call);
  if (activation !== undefined) return activation;
  const needless = Object.entries(needlessArguments).find(([word]) => wordKey(word) === wordKey(name.name))?.[1];
  if (needless === undefined) return suggestion(name, names, true);
  const fix: Fix = { title: "leave it out", edits: [withoutArgument(argument, call)] };
  return { help: needless.help, ...(needless.drop && { fix }) };
}

/** `activation="relu"` is a link of its own, `-> relu`. */
function activationOf(argument: Argument, call: Written): DiagnosticExtras | undefined {
  if (wordKey(argument.name!.name) !== "activation") return undefined;
  const { value } = argument;
  const word = value.kind === "String" ? value.value : value.kind === "Name" ? value.name : "";
  const definition = registry.get(word);
  const isLayer = definition?.kind === "operator" && (definition.activation ?? definition.probabilities) !== undefined;
  const help = `an activation is a layer of its own: \`… -> ${isLayer ? word : "relu"}\``;
  if (!isLayer || call.span === undefined) return { help };
  const edits = [withoutArgument(argument, call), insertBehind(call.span, ` -> ${word}`)];
  return { help, fix: { title: `put \`${word}\` behind it`, edits } };
}

/** How a constant of the wrong kind was most likely meant; `channels` are those of the value that comes in. */
export function wrongConstant(
  node: Expression,
  constant: Constant | undefined,
  attribute: Attribute<unknown>,
  channels?: number,
): DiagnosticExtras {
  if (constant === undefined) return {};
  const word = wordMeant(node, constant, attribute);
  if (word !== undefined) return { fix: word };
  const fits = (value: Constant): boolean => attribute.parse(value).ok;
  if (typeof constant === "number") return numberMeant(node, constant, fits, channels);
  if (isList(constant) && constant.length === 1 && typeof constant[0] === "number" && fits(constant[0]))
    return { fix: replacement(node.span, formatNumber(constant[0])) };
  return {};
}

function wordMeant(node: Expression, constant: Constant, { words = [], parse }: Attribute<unknown>): Fix | undefined {
  if (typeof constant !== "object" || !("kind" in constant) || constant.kind === "range") return undefined;
  const { value } = constant;
  const isQuoted = node.kind === "String";
  if (isQuoted && words.includes(value)) return replacement(node.span, value, `write \`${value}\` without quotes`);
  if (noPadding.has(value.toLowerCase()) && words.includes("same")) return replacement(node.span, "0");
  if (isQuoted && value.trim() !== "" && parse(Number(value)).ok) return replacement(node.span, value.trim());
  const meant = node.kind === "Name" || isQuoted ? didYouMean(value, words) : undefined;
  return meant === undefined ? undefined : replacement(node.span, meant, `did you mean \`${meant}\`?`);
}

/** What other tools call a window that sees no padding. */
const noPadding: ReadonlySet<string> = new Set(["valid", "none", "notset"]);

function numberMeant(
  node: Expression,
  value: number,
  fits: (value: Constant) => boolean,
  channels: number | undefined,
): DiagnosticExtras {
  const text = formatNumber(value);
  if (fits([value])) {
    const list = `[${Array.from({ length: channels ?? 1 }, () => text).join(", ")}]`;
    return (channels ?? 1) > MOST_WRITTEN
      ? { help: `a list has brackets: \`[${text}, …]\`` }
      : { fix: replacement(node.span, list) };
  }
  if (!Number.isInteger(value) && fits(Math.floor(value))) {
    if (node.kind === "Number") return { fix: replacement(node.span, String(Math.floor(value))) };
    const edits = [
      { span: { ...node.span, end: node.span.start }, text: "floor(" },
      { span: { ...node.span, start: node.span.end }, text: ")" },
    ];
    return { help: "a size is a whole number; `/` is exact", fix: { title: "round down", edits } };
  }
  if (node.kind === "Number" && value > 1 && value < 100 && !fits(1.5) && fits(value / 100))
    return { fix: replacement(node.span, formatNumber(value / 100), "write the share, not the percentage") };
  return {};
}

const MOST_WRITTEN = 16;
