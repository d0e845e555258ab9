import { learns } from "../../check/learned.ts";
import type { CheckedModel } from "../../check/program.ts";
import type { EpochRecord } from "../../telemetry/training-run.ts";
import type { EpochReport, Evaluation, OutputEvaluation } from "../../../runtime/index.ts";
import type { AnyModel, AnyNet } from "../load.ts";

/** What is told of an epoch that has just ended. */
export function epochRecord(report: EpochReport<AnyModel>, net: AnyNet, model: CheckedModel): EpochRecord {
  const { epoch, step, loss, metrics, learningRate, validation, deadUnits, seconds, imagesPerSecond } = report;
  return {
    ...{ epoch: epoch + 1, step, loss, metrics, learningRate },
    ...(validation && { validation: validationOf(validation) }),
    ...{ deadUnits, gradientNorms: gradientNorms(net, model), seconds, imagesPerSecond },
  };
}

function validationOf({ top1, outputs }: Evaluation): NonNullable<EpochRecord["validation"]> {
  const metrics = Object.entries(outputs).flatMap(([output, measured]) =>
    Object.entries(measuresOf(measured)).map(([measure, value]) => [`${output}.${measure}`, value] as const),
  );
  return { ...(top1 !== undefined && { top1 }), metrics: Object.fromEntries(metrics) };
}

/** Named as the metrics of a step are. */
function measuresOf(output: OutputEvaluation): Readonly<Record<string, number>> {
  switch (output.kind) {
    case "class":
      return { accuracy: output.top1, top5: output.top5, loss: output.loss };
    case "labels":
      return { accuracy: output.accuracy };
    case "mask":
      return { iou: output.iou, dice: output.dice };
    case "tensor":
      return { mae: output.mae };
  }
}

/** ‖g‖ = sqrt(Σ g²) over all that a layer learns, of the gradients that the latest step has left. */
function gradientNorms(net: AnyNet, model: CheckedModel): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...learnedBy(model)].map(([layer, parameters]) => {
      let squares = 0;
      for (const name of parameters) for (const value of net.parameters.gradient(name)) squares += value * value;
      return [layer, Math.sqrt(squares)];
    }),
  );
}

/** The names of what each layer learns; what several layers share is its first user's. */
export function learnedBy(model: Pick<CheckedModel, "layers" | "train">): ReadonlyMap<string, readonly string[]> {
  const seen = new Set<string>();
  const learned = model.layers.map(({ name, parameters }) => {
    const own = parameters.filter((parameter) => learns(model, parameter) && !seen.has(parameter.name));
    own.forEach((it) => seen.add(it.name));
    return [name, own.map((it) => it.name)] as const;
  });
  return new Map(learned.filter(([, names]) => names.length > 0));
}
