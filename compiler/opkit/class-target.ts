import { formatShape, type TensorType } from "../shape/tensor-type.ts";
import type { ShapeContext, TargetInfo } from "./operator.ts";

/** Ends the check of a loss unless its target is a class output and its value has one score for each class. */
export function checkClasses(
  loss: string,
  { prediction, target, fail }: { prediction: TensorType; target: TargetInfo } & Pick<ShapeContext<{}>, "fail">,
): void {
  if (target.kind !== "class") fail("CNN309", { loss, expected: "a class output", found: `a ${target.kind} output` });
  if (prediction.shape[0] !== target.classes)
    fail("CNN309", { loss, expected: `logits for ${target.classes} classes`, found: formatShape(prediction.shape) });
}
