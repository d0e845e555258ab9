import type { CheckedModel } from "./check/program.ts";
import { scaledLayersOf } from "./check/scaled-layers.ts";
import type { ModelPlans } from "./ir/model-plans.ts";
import type { ProgramName } from "./ir/graph.ts";
import type { Plan, State, Target } from "./ir/plan.ts";
import { lower } from "./lower/lower.ts";
import { runPasses, type Pass } from "./passes/pipeline.ts";

/** The programs of a model: prediction; a training step where the file says how to train, and what its first weights need. */
function programsOf(model: CheckedModel): readonly ProgramName[] {
  if (!model.train) return ["infer"];
  return scaledLayersOf(model).length > 0 ? ["infer", "step", "measure"] : ["infer", "step"];
}

/** Lowers a checked model to one program's graph and runs all passes over it. */
export function planProgram(
  model: CheckedModel,
  program: ProgramName,
  target: Target,
  seen?: (pass: Pass, state: State) => void,
): Plan {
  const first = firstOf(programsOf(model));
  const packed = first === program ? undefined : runPasses(lower(model, first), target);
  return runPasses(lower(model, program), target, { seen, packed });
}

/** The program that packs the parameters for all: one that trains sees them all, prediction may not need each. */
function firstOf(programs: readonly ProgramName[]): ProgramName {
  return programs.find((program) => program !== "infer") ?? "infer";
}

/** Plans every program of a model; `gradient` is wanted by tests alone. */
export function planModel(model: CheckedModel, target: Target, programs = programsOf(model)): ModelPlans {
  const plans: { [P in ProgramName]?: Plan } = {};
  const first = firstOf([...programs, ...programsOf(model)]);
  const packed = runPasses(lower(model, first), target);
  for (const program of programs)
    plans[program] = program === first ? packed : runPasses(lower(model, program), target, { packed });
  const { train } = model;
  const { optimizer, schedule } = train ?? {};
  const lr = optimizer?.attributes["lr"] as number | undefined;
  return {
    name: model.name,
    target,
    plans,
    outputs: model.outputs,
    metrics: plans.step?.graph.results.slice(1).map((result) => result.name) ?? [],
    ...(schedule && lr !== undefined && { rate: schedule.definition.rate(lr, schedule.attributes as never) }),
  };
}
