import { sizeOf } from "../../shape/tensor-type.ts";
import type { Context } from "../cpp/context.ts";
import { resultSlots } from "../cpp/results.ts";

/** Copies of the results into the caller's order, where they are wanted. */
export function resultLaunches(c: Context): string[] {
  return resultSlots(c).map(({ value, slot }) => {
    const to = `call.outputs[${slot}]`;
    return `if (${to}) launch(call, flatten(${c.memory(value)}, call.batch, ${to}));  // ${sizeOf(c.value(value).type.shape)} numbers a sample`;
  });
}
