import { textOf } from "../../grammar/index.ts";
import type { Call, Expression, Setting, Train } from "../../grammar/index.ts";
import { bindArguments, describe, evaluateAttributes } from "./arguments.ts";
import { checkAugments } from "./augment.ts";
import type { Context, ModelContext } from "./context.ts";
import { statementContext } from "./evaluator.ts";
import { formatCount } from "./limits.ts";
import { checkLoss, hasTarget } from "./loss.ts";
import type { Outputs } from "./loss.ts";
import type { CheckedTrain, LossExpression, Use } from "./program.ts";
import { quantityIn } from "./quantities.ts";
import { checkRates } from "./rates.ts";
import { missingSetting, unknownSetting, wordInQuotes, wordMeant } from "./train-advice.ts";
import { kindNouns, resolveWord } from "./words.ts";

const settingNames = [
  ...(["loss", "optimizer", "schedule", "clip", "freeze", "lr_scale", "ema"] as const),
  ...(["batch", "accumulate", "memory", "epochs"] as const),
];
type SettingName = (typeof settingNames)[number];

const trainDefaults = { schedule: "constant", batch: 32, accumulate: 1, memory: "normal", epochs: 10 } as const;

const MOST_SAMPLES = 65_536;
const MOST_EPOCHS = 1_000_000;

/** `train { loss = … optimizer = … }` */
export function checkTrain(node: Train, outputs: Outputs, model: ModelContext): CheckedTrain | undefined {
  const c = statementContext(model, "loss");
  const settings = collect(node, c);
  const [loss, optimizer] = [settings.get("loss"), settings.get("optimizer")];
  const missing = (["loss", "optimizer"] as const).filter((name) => !settings.has(name));
  if (missing.length > 0) {
    const word = { ...node.span, end: node.span.start + "train".length };
    const holes = { missing: missing.map((name) => `\`${name}\``).join(" and ") };
    c.reporter.add("CNN219", word, holes, missingSetting(node, missing));
  }
  const batch = countOf(settings.get("batch"), trainDefaults.batch, MOST_SAMPLES, c);
  const checked = {
    loss: loss && lossOf(loss, outputs, c),
    span: loss?.value.span,
    optimizer: optimizer && useOf("optimizer", "sgd(lr=0.05)", optimizer.value, c),
    schedule: scheduleOf(settings.get("schedule"), node, c),
    clip: clipOf(settings.get("clip"), c),
    rates: checkRates(settings.get("freeze"), settings.get("lr_scale"), model.layers.layers, c),
    ema: emaOf(settings.get("ema"), c),
    batch,
    accumulate: countOf(settings.get("accumulate"), trainDefaults.accumulate, batch ?? MOST_SAMPLES, c),
    memory: memoryOf(settings.get("memory"), c),
    epochs: countOf(settings.get("epochs"), trainDefaults.epochs, MOST_EPOCHS, c),
    augments: checkAugments(node.augments, outputs, model),
  };
  return isWhole(checked) ? checked : undefined;
}

type Parts = { readonly [K in keyof CheckedTrain]: CheckedTrain[K] | undefined };

function isWhole(parts: Parts): parts is CheckedTrain {
  return Object.values(parts).every((part) => part !== undefined);
}

function collect(node: Train, { reporter }: Context): ReadonlyMap<SettingName, Setting> {
  const found = new Map<SettingName, Setting>();
  for (const setting of node.settings) {
    const { name } = setting;
    const known = settingNames.find((candidate) => candidate === name.name);
    const first = known && found.get(known);
    if (known === undefined)
      reporter.add("CNN217", name.span, { name: name.name }, unknownSetting(name, node, settingNames));
    else if (first === undefined) found.set(known, setting);
    else {
      const notes = [{ span: first.name.span, message: "first given here" }];
      reporter.add("CNN218", name.span, { name: known }, { notes });
    }
  }
  return found;
}

function lossOf({ value }: Setting, outputs: Outputs, c: Context): LossExpression | undefined {
  const loss = checkLoss(value, outputs, statementContext(c, "loss", value));
  if (loss === undefined || hasTarget(loss)) return loss;
  c.reporter.add("CNN323", value.span, {});
  return undefined;
}

function scheduleOf(setting: Setting | undefined, { span }: Train, c: Context): Use<"schedule"> | undefined {
  if (setting !== undefined) return useOf("schedule", "cosine(warmup=0.05)", setting.value, c);
  const callee = { kind: "Identifier", name: trainDefaults.schedule, span } as const;
  return useOf("schedule", "", { kind: "Call", callee, arguments: [], bare: true, span }, c);
}

function clipOf(setting: Setting | undefined, c: Context): CheckedTrain["clip"] | undefined {
  return setting === undefined ? "none" : useOf("clip", "norm(1)", setting.value, c);
}

/** The share of the average that a step keeps. */
function emaOf(setting: Setting | undefined, c: Context): CheckedTrain["ema"] | undefined {
  if (setting === undefined) return "none";
  return numberOf(setting, "a share from 0 to less than 1, like 0.999", (value) => value >= 0 && value < 1, c);
}

const memoryWords = ["normal", "low"] as const;

/** A word without arguments. */
function memoryOf(setting: Setting | undefined, c: Context): CheckedTrain["memory"] | undefined {
  if (setting === undefined) return trainDefaults.memory;
  const { name, value: node } = setting;
  const word = memoryWords.find((candidate) => node.kind === "Name" && node.name === candidate);
  if (word !== undefined) return word;
  const holes = { name: name.name, expected: "`normal` or `low`", found: `\`${textOf(node.span)}\`` };
  c.reporter.add("CNN321", node.span, holes, wordMeant(node, memoryWords));
  return undefined;
}

/** A setting that is a word with arguments; without arguments the word alone does. */
function useOf<K extends "optimizer" | "schedule" | "clip">(
  kind: K,
  example: string,
  node: Expression,
  c: Context,
): Use<K> | undefined {
  const call = asCall(node);
  if (call === undefined) {
    const evaluated = c.evaluate(node);
    if (evaluated.kind === "unknown") return undefined;
    const expected = `${kindNouns[kind]}, like \`${example}\``;
    c.reporter.add("CNN321", node.span, { name: kind, expected, found: describe(evaluated) }, wordInQuotes(kind, node));
    return undefined;
  }
  const definition = resolveWord(call.callee, kind, c);
  const bound = definition && bindArguments(call, [], definition, c);
  const attributes = bound && evaluateAttributes(definition!, bound, c);
  return attributes && ({ definition, attributes, span: node.span } as Use<K>);
}

function asCall(node: Expression): Pick<Call, "callee" | "arguments"> | undefined {
  if (node.kind === "Call") return node;
  if (node.kind !== "Name") return undefined;
  return { callee: { kind: "Identifier", name: node.name, span: node.span }, arguments: [] };
}

function countOf(setting: Setting | undefined, otherwise: number, most: number, c: Context): number | undefined {
  if (setting === undefined) return otherwise;
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1 && value <= most;
  return numberOf(setting, `a whole number, 1 to ${formatCount(most)}`, isCount, c);
}

/** A number without a unit. */
function numberOf(
  { name, value: node }: Setting,
  expected: string,
  fits: (value: number) => boolean,
  c: Context,
): number | undefined {
  const evaluated = c.evaluate(node);
  if (evaluated.kind === "unknown") return undefined;
  const value = evaluated.kind === "constant" ? evaluated.value : undefined;
  const unit = quantityIn(node);
  if (typeof value === "number" && fits(value) && unit === undefined) return value;
  c.reporter.add("CNN321", node.span, { name: name.name, expected, found: unit?.text ?? describe(evaluated) });
  return undefined;
}
