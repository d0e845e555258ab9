import type { Budget, Diagnostic, Model, Train } from "../../grammar/index.ts";
import { checkBudget, holdBudget } from "./budget.ts";
import { reportChannelsLast } from "./channels-last.ts";
import type { ModelContext } from "./context.ts";
import { Evaluation } from "./evaluation.ts";
import { statementContext } from "./evaluator.ts";
import { initialize } from "./initializers.ts";
import { checkInput } from "./input.ts";
import { LayerList } from "./layer-list.ts";
import { checkLet } from "./let.ts";
import { checkParameterCount } from "./limits.ts";
import { checkOutput } from "./output.ts";
import { checkParameters } from "./parameters.ts";
import type { Overrides } from "./parameters.ts";
import type { CheckedInput, CheckedModel, CheckedOutput } from "./program.ts";
import { reachableLayers, reportUntrained } from "./reachable.ts";
import { Reporter, Stopped } from "./reporter.ts";
import { Scope } from "./scope.ts";
import { checkShared } from "./shared-declaration.ts";
import { checkTrain } from "./train.ts";
import { reportUnused } from "./used-names.ts";

export interface ModelResult {
  /** Absent when there was an error. */
  readonly model?: CheckedModel;
  readonly diagnostics: readonly Diagnostic[];
}

export function checkModel(
  node: Model,
  set: Overrides,
  blocks: ModelContext["blocks"],
  read: ModelContext["read"],
): ModelResult {
  const hasInput = node.items.some(({ kind }) => kind === "Input");
  const c: ModelContext = {
    ...{ blocks, read, hasInput, path: "", home: "" },
    reporter: new Reporter(),
    scope: new Scope(),
    layers: new LayerList(),
    evaluation: new Evaluation(),
    begin: statementContext,
  };
  try {
    return checkWithin(node, set, c);
  } catch (error) {
    if (error instanceof Stopped) return { diagnostics: c.reporter.diagnostics };
    throw error;
  }
}

function checkWithin(node: Model, set: Overrides, c: ModelContext): ModelResult {
  for (const item of node.items) if ("name" in item) c.scope.announce(item.name.name, item.name.span);
  checkParameters(node, set, c);
  const { inputs, outputs } = checkNetwork(node, c);
  const [trainNode, budgetNode] = [onlyOne("Train", node, c), onlyOne("Budget", node, c)];
  const train = trainNode && checkTrain(trainNode as Train, outputs, c);
  const budget = budgetNode ? checkBudget(budgetNode as Budget, c) : {};
  checkParameterCount(c.layers, c.reporter);
  reportUnused(node, c);
  const { diagnostics } = c.reporter;
  if (c.reporter.errors > 0) return { diagnostics };
  for (const item of node.items) {
    const input = item.kind === "Input" && inputs.find(({ name }) => name === item.name.name);
    if (input) reportChannelsLast(item, input.type.shape, c.reporter);
  }
  const checkedOutputs = [...outputs.values()].filter((output) => output !== undefined);
  const layers = reachableLayers(c.layers.layers, checkedOutputs, train);
  if (train) reportUntrained(layers, train, trainNode as Train, c.reporter);
  const model: CheckedModel = {
    name: node.name.name,
    ...(node.doc && { doc: node.doc.text }),
    inputs,
    layers: initialize(layers),
    outputs: checkedOutputs,
    ...(train && { train }),
    budget,
    span: node.name.span,
  };
  holdBudget(model, c.reporter);
  return c.reporter.errors > 0 ? { diagnostics } : { model, diagnostics };
}

interface Network {
  readonly inputs: readonly CheckedInput[];
  readonly outputs: ReadonlyMap<string, CheckedOutput | undefined>;
}

/** What the network computes; settings come after it, wherever they stand. */
function checkNetwork(node: Model, c: ModelContext): Network {
  const inputs: CheckedInput[] = [];
  const outputs = new Map<string, CheckedOutput | undefined>();
  for (const item of node.items) {
    switch (item.kind) {
      case "Input": {
        const input = checkInput(item, c);
        if (input) inputs.push(input);
        break;
      }
      case "Let":
        checkLet(item, c);
        break;
      case "Output": {
        const output = checkOutput(item, c);
        if (!outputs.has(item.name.name)) outputs.set(item.name.name, output);
        break;
      }
      case "Shared":
        checkShared(item, c);
        break;
      case "Train":
      case "Budget":
        break;
    }
  }
  const { name, span } = node.name;
  if (!c.hasInput)
    c.reporter.add(
      "CNN223",
      span,
      { name },
      { help: "for example `input image: f32[3, 32, 32]`: channels, rows, columns" },
    );
  if (!node.items.some(({ kind }) => kind === "Output"))
    c.reporter.add("CNN224", span, { name }, { help: "for example `output label: class(0..9) = logits -> softmax`" });
  return { inputs, outputs };
}

/** The first section of a kind; further ones are errors. */
function onlyOne(kind: "Train" | "Budget", { items }: Model, { reporter }: ModelContext): Train | Budget | undefined {
  const [first, ...rest] = items.filter((item) => item.kind === kind) as (Train | Budget)[];
  const word = kind.toLowerCase();
  for (const { span } of rest) {
    const notes = [
      { span: { ...first!.span, end: first!.span.start + word.length }, message: "the first one is here" },
    ];
    reporter.add("CNN218", { ...span, end: span.start + word.length }, { name: word }, { notes });
  }
  return first;
}
