import { createHash } from "node:crypto";
import { didYouMean, parse } from "../../../grammar/index.ts";
import type { Diagnostic } from "../../../grammar/index.ts";
import { costsOf, totalOf } from "../../check/cost.ts";
import { CliError } from "../cli-error.ts";
import { hasErrors, printDiagnostics } from "../diagnostics-output.ts";
import { frontOf, onlyModel } from "../front.ts";
import type { Front } from "../front.ts";
import { holdMemory } from "../memory-budget.ts";
import type { CommonOptions } from "../options.ts";
import type { Overrides } from "../overrides.ts";
import { readSource } from "../source.ts";
import type { Axis } from "./axes.ts";
import { isTrainingOption, settingsOf, trainingOptions } from "./points.ts";
import type { Point, Settings } from "./points.ts";

/** A point with what its network costs. */
export interface Candidate extends Point {
  readonly settings: Settings;
  readonly params: number;
  readonly macs: number;
  /** To train it to the end. */
  readonly epochs: number;
  /** Why it cannot be trained. */
  readonly failed?: string;
}

export interface Candidates {
  readonly model: string;
  /** Of all that the network consists of. */
  readonly sourceHash: string;
  readonly candidates: readonly Candidate[];
}

export interface CandidateOptions extends CommonOptions {
  readonly epochs?: number;
}

/** Checks the network of each point; budgets are held too. Nothing, where no point is left and reports were printed. */
export async function candidatesOf(
  file: string,
  points: readonly Point[],
  parameters: readonly string[],
  options: CandidateOptions,
): Promise<Candidates | undefined> {
  const fronts = new Map<string, Front>();
  const checked = async (set: Overrides): Promise<Front> => {
    const key = JSON.stringify(set);
    const front = fronts.get(key) ?? (await checkedFront(file, { ...options, set: { ...options.set, ...set } }));
    fronts.set(key, front);
    return front;
  };
  const candidates: Candidate[] = [];
  for (const point of points) {
    const settings = settingsOf(point, parameters);
    const front = await checked(settings.set);
    candidates.push({ ...point, settings, ...measured(front, file, settings.epochs ?? options.epochs) });
  }
  const [first] = fronts.values();
  const good = [...fronts.values()].find(({ diagnostics }) => !hasErrors(diagnostics));
  // What is wrong with all of them is told once, with its place.
  if (good === undefined) printDiagnostics(first!.diagnostics, process.stderr);
  else if (!options.quiet && !options.json) printDiagnostics(good.diagnostics, process.stderr);
  return good && { model: onlyModel(good.models, file).name, sourceHash: hashOf(good), candidates };
}

async function checkedFront(file: string, options: CommonOptions): Promise<Front> {
  const front = frontOf(file, options, true);
  return { ...front, diagnostics: [...front.diagnostics, ...(await holdMemory(front.models))] };
}

function measured(
  { models, diagnostics }: Front,
  file: string,
  epochs: number | undefined,
): Pick<Candidate, "params" | "macs" | "epochs" | "failed"> {
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (error) return { params: 0, macs: 0, epochs: 0, failed: placed(error) };
  const model = onlyModel(models, file);
  if (!model.train)
    throw new CliError(`${model.name} has no train section`, "it says how to train: loss and optimizer");
  return { ...totalOf(costsOf(model)), epochs: epochs ?? model.train.epochs };
}

/** `lenet.cnn:9: CNN302: …` */
function placed({ code, message, span: { file, start } }: Diagnostic): string {
  return `${file.path}:${file.position(start).line}: ${code}: ${message}`;
}

function hashOf({ sources }: Front): string {
  return createHash("sha256")
    .update(JSON.stringify(sources.map(({ text }) => text)))
    .digest("hex");
}

/** The parameters of the model that a command means; nothing, when the file cannot be read as one and that was reported. */
export function parametersIn(file: string, { model }: CommonOptions): readonly string[] | undefined {
  const { ast, diagnostics } = parse(readSource(file));
  if (hasErrors(diagnostics)) {
    printDiagnostics(diagnostics, process.stderr);
    return undefined;
  }
  const chosen = ast.models.filter(({ name }) => model === undefined || name.name === model);
  return chosen.flatMap((it) => it.parameters.map(({ name }) => name.name));
}

/** An axis that nothing answers to, or that is fixed by another option, is a mistake of the command line. */
export function mustBeFree(
  axes: readonly Axis[],
  parameters: readonly string[],
  fixed: Readonly<Record<string, unknown>> & { readonly set?: Overrides },
): void {
  for (const { name } of axes) {
    const known = parameters.includes(name) || isTrainingOption(name, parameters);
    if (!known) throw unknownAxis(name, parameters);
    const option = isTrainingOption(name, parameters) ? fixed[name] : (fixed.set ?? {})[name];
    if (option !== undefined) throw new CliError(`${name} is swept, and fixed too`, "leave one of the two options out");
  }
}

function unknownAxis(name: string, parameters: readonly string[]): CliError {
  const options = Object.keys(trainingOptions);
  const meant = didYouMean(name, [...parameters, ...options]);
  const own = parameters.length === 0 ? "the model has no parameters" : `the model has ${parameters.join(", ")}`;
  return new CliError(
    `${name} is neither a parameter of the model nor an option of the training`,
    meant !== undefined
      ? `did you mean ${meant}?`
      : `${own}, the training ${options.join(", ")}; a parameter is declared as in \`model Net(${name}=1)\``,
  );
}
