import { didYouMean } from "../../../grammar/index.ts";
import type { CheckedModel } from "../../check/program.ts";
import { planProgram } from "../../plan-model.ts";
import type { ProgramName } from "../../ir/graph.ts";
import type { State, Target } from "../../ir/plan.ts";
import { print } from "../../ir/print.ts";
import { lower } from "../../lower/lower.ts";
import { pipeline } from "../../passes/pipeline.ts";
import { compileFile, targetOf } from "../back.ts";
import { CliError } from "../cli-error.ts";
import type { ExitCode } from "../cli-error.ts";
import { diagnosticsAsJson, hasErrors, printDiagnostics } from "../diagnostics-output.ts";
import { algorithmsOf, algorithmsText, arenaOf, arenaText, decisionsText } from "../explain-plan.ts";
import { explainLayers, explainTokens, explainTree, frontSteps } from "../explain-front.ts";
import { frontOf, onlyModel } from "../front.ts";
import { readSource } from "../source.ts";
import type { TargetOptions } from "../options.ts";
import { printJson, printLine } from "../terminal.ts";

export interface ExplainCommandOptions extends TargetOptions {
  readonly passes?: boolean;
  readonly pass?: string;
  readonly algorithms?: boolean;
  readonly arena?: boolean;
  readonly source?: boolean;
  readonly program: ProgramName;
  readonly line?: number;
}

/** The state before the first pass. */
const start = { name: "lower", summary: "the checked model as a graph of kernel families" };

/** Everything between text and plan, in order. */
const steps = [...frontSteps, start, ...pipeline];

/** `cnnc explain FILE`: one view at a time; without an option the algorithms. */
export function explainCommand(file: string, options: ExplainCommandOptions): ExitCode {
  const views = (["passes", "pass", "algorithms", "arena", "source"] as const).filter((view) => options[view]);
  if (views.length > 1) throw new CliError(`--${views[0]} and --${views[1]} are two views; ask for one at a time`);
  const [view = "algorithms"] = views;
  if (view === "pass") checkPassName(options.pass!);
  if (view === "source") return explainSource(file, options);
  if (view === "pass" && (options.pass === "tokens" || options.pass === "tree")) {
    explainText(options.pass, file, options);
    return 0;
  }
  const { models, diagnostics } = frontOf(file, options, true);
  if (hasErrors(diagnostics)) {
    if (options.json) printJson({ diagnostics: diagnosticsAsJson(diagnostics) });
    else printDiagnostics(diagnostics, process.stderr);
    return 1;
  }
  const model = onlyModel(models, file);
  if (options.program === "step" && model.train === undefined) {
    throw new CliError(`${model.name} has no train section, so it has no program \`step\``);
  }
  explainModel(view, model, targetOf(file, options), options);
  return 0;
}

function explainModel(
  view: "passes" | "pass" | "algorithms" | "arena",
  model: CheckedModel,
  target: Target,
  options: ExplainCommandOptions,
): void {
  const { json, program, pass } = options;
  switch (view) {
    case "passes": {
      const passes = steps.map(({ name, summary }) => ({ name, summary }));
      const width = Math.max(...passes.map(({ name }) => name.length));
      if (json) printJson(passes);
      else printLine(passes.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}`).join("\n"));
      return;
    }
    case "pass": {
      const text =
        pass === "layers" ? explainLayers(model, options.line).join("\n") : graphText(pass!, model, target, options);
      if (json) printJson({ program, pass, text });
      else printLine(text);
      return;
    }
    case "algorithms":
    case "arena": {
      const plan = planProgram(model, program, target);
      const [asJson, asText] = view === "arena" ? [arenaOf, arenaText] : [algorithmsOf, algorithmsText];
      if (json) printJson({ program, [view]: asJson(plan) });
      else printLine(asText(plan).join("\n"));
      return;
    }
  }
}

function explainText(step: "tokens" | "tree", file: string, { json, line }: ExplainCommandOptions): void {
  const text = (step === "tokens" ? explainTokens : explainTree)(readSource(file), line).join("\n");
  if (json) printJson({ pass: step, text });
  else printLine(text);
}

/** The graph after a pass and the decisions so far; of one source line only its nodes. */
function graphText(pass: string, model: CheckedModel, target: Target, options: ExplainCommandOptions): string {
  const state = stateAfter(pass, model, target, options);
  const text = print(state.graph).trimEnd();
  if (options.line === undefined) return [text, ...decisionsText(state)].join("\n");
  const nodes = text.split("\n\n").filter((block) => new RegExp(`^# .*?:${options.line}: `).test(block));
  return nodes.join("\n\n");
}

function stateAfter(pass: string, model: CheckedModel, target: Target, options: ExplainCommandOptions): State {
  if (pass === start.name) return { graph: lower(model, options.program), target };
  let found: State | undefined;
  planProgram(model, options.program, target, ({ name }, state) => {
    if (name === pass) found = state;
  });
  return found!;
}

function checkPassName(name: string): void {
  const names = steps.map((step) => step.name as string);
  if (names.includes(name)) return;
  const meant = didYouMean(name, names);
  throw new CliError(
    `there is no pass called ${name}`,
    meant ? `did you mean ${meant}?` : `the passes are ${names.join(", ")}`,
  );
}

function explainSource(file: string, options: ExplainCommandOptions): ExitCode {
  const [compiled] = compileFile(file, options, true) ?? [];
  if (compiled === undefined) return 1;
  const kernels = compiled.variants.flatMap((variant) => variant.kernels);
  if (options.json) printJson(kernels);
  else
    printLine(
      kernels
        .map(({ name, text }) => (kernels.length > 1 ? `// ── ${name}\n${text}` : text))
        .join("\n")
        .trimEnd(),
    );
  return 0;
}
