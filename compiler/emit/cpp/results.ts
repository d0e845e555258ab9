import type { ValueId } from "../../ir/graph.ts";
import { sizeOf } from "../../shape/tensor-type.ts";
import type { Context } from "./context.ts";
import { comment, indent } from "./names.ts";

/** Which output each result goes to: outputs have the order of results, gradients that of the inputs. */
export function resultSlots(c: Context): { readonly value: ValueId; readonly slot: number }[] {
  const { graph } = c.plan;
  return graph.results.flatMap(({ name, value }, i) => {
    // Means go to call.results.
    if (c.layout(value).kind !== "image") return [];
    const slot = graph.program === "infer" ? i : graph.inputs.indexOf(name.replace(/\.gradient$/, ""));
    return [{ value, slot }];
  });
}

export function hasResults(c: Context): boolean {
  return resultSlots(c).length > 0;
}

/** A function that copies results to the caller, in the caller's order. */
export function copyFunction(c: Context): string[] {
  if (!hasResults(c)) return [];
  const lines = resultSlots(c).flatMap(({ value, slot }) => {
    const size = sizeOf(c.value(value).type.shape);
    const to = `call.outputs[${slot}]`;
    return [`if (${to})`, `  for (long n = n0; n < n1; n++) flatten(${c.memory(value)}, n, ${to} + n * ${size});`];
  });
  const head = comment(`Results of ${c.plan.graph.program}, in the caller's order.`);
  return ["", head, "void copy_results(long n0, long n1) const {", ...indent([...c.timer(), ...lines]), "}"];
}
