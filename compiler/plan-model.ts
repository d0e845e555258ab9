import type { CheckedModel } from "./check/program.ts";
import type { ModelPlans } from "./emit/cpp/model.ts";
import type { ProgramName } from "./ir/graph.ts";
import type { Plan, State, Target } from "./ir/plan.ts";
import { lower } from "./lower/lower.ts";
import { runPasses, type Pass } from "./passes/pipeline.ts";

/** The programs of a model: prediction, and a training step where the file says how to train. */
export function programsOf(model: CheckedModel): readonly ProgramName[] {
  return model.train ? ["infer", "step"] : ["infer"];
}

/** Lowers a checked model to one program's graph and runs all passes over it. */
export function planProgram(
  model: CheckedModel,
  program: ProgramName,
  target: Target,
  seen?: (pass: Pass, state: State) => void,
): Plan {
  return runPasses(lower(model, program), target, seen);
}

/** Plans every program of a model; `gradient` is wanted by tests alone. */
export function planModel(model: CheckedModel, target: Target, programs = programsOf(model)): ModelPlans {
  const plans: { [P in ProgramName]?: Plan } = {};
  for (const program of programs) plans[program] = planProgram(model, program, target);
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
