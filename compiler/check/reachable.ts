import type { Train } from "../../grammar/index.ts";
import { useNotes } from "./values.ts";
import { learns } from "./learned.ts";
import type { NewLayer } from "./layer-list.ts";
import type { CheckedOutput, CheckedTrain, Layer, LossExpression } from "./program.ts";
import type { Reporter } from "./reporter.ts";

/** The layers that an output or the loss needs, in their order: nothing else is compiled or stored. */
export function reachableLayers(
  layers: readonly NewLayer[],
  outputs: readonly CheckedOutput[],
  train: CheckedTrain | undefined,
): NewLayer[] {
  const ends = outputs.map(({ value }) => value);
  return layersBehind(layers, train ? [...ends, ...predictionsOf(train.loss)] : ends);
}

/** A layer that learns, in a model that trains, must have a say in the loss; and something must learn. */
export function reportUntrained(
  layers: readonly NewLayer[],
  train: CheckedTrain,
  { settings }: Train,
  reporter: Reporter,
): void {
  const learned = ({ parameters }: NewLayer): string[] =>
    parameters.flatMap((parameter) => (learns({ train }, parameter) ? [parameter.name] : []));
  // A use of a shared layer learns with the others.
  const trained = new Set(layersBehind(layers, predictionsOf(train.loss)).flatMap(learned));
  for (const layer of layers) {
    if (learned(layer).every((name) => trained.has(name))) continue;
    const notes = [...useNotes(layer.use), { span: train.span, message: "the loss is made of these" }];
    reporter.add("CNN329", layer.span, { layer: layer.name }, { notes });
  }
  const freezing = settings.find(({ name }) => name.name === "freeze" || name.name === "lr_scale");
  if (trained.size === 0 && freezing !== undefined) reporter.add("CNN274", freezing.span, {});
}

/** Layers that `ends` depend on; operands stand before what uses them. */
export function layersBehind<L extends Pick<Layer, "name" | "operands">>(
  layers: readonly L[],
  ends: readonly string[],
): L[] {
  const needed = new Set(ends);
  for (const { name, operands } of [...layers].reverse())
    if (needed.has(name)) for (const operand of operands) needed.add(operand);
  return layers.filter(({ name }) => needed.has(name));
}

function predictionsOf(loss: LossExpression): string[] {
  if (loss.kind === "binary") return [...predictionsOf(loss.left), ...predictionsOf(loss.right)];
  return loss.kind === "loss" ? [loss.prediction] : [];
}
