import { valueOf, type ValueId } from "../../ir/graph.ts";
import type { Plan } from "../../ir/plan.ts";
import { formatType, sizeOf } from "../../shape/tensor-type.ts";
import { printCpp } from "./expression.ts";
import { comment, double, indent } from "./names.ts";
import { packTemplate } from "./pack-template.ts";

/** For each constant the function that computes its elements in double, row-major, and the one that packs them. */
export function constantFunctions({ graph, packings }: Plan): string[] {
  return graph.constants.flatMap((id, i) => {
    const { type, elements } = valueOf(graph, id);
    const [form, args] = packTemplate(packings.get(id)!, type.shape);
    const text = printCpp(elements!, {
      number: double,
      leaf: (x) => {
        if (x.op !== "index") throw new Error(`no C++ for ${x.op} in a constant`);
        return `double(i${x.axis})`;
      },
    });
    const loops = type.shape.map((n, axis) => `for (int i${axis} = 0; i${axis} < ${n}; i${axis}++)`);
    return [
      comment(`${id}: ${formatType(type)}`),
      `void compute_constant_${i}(float* element) {`,
      ...indent(["using namespace scalars;", ...loops, `  *element++ = float(${text});`]),
      "}",
      `constexpr auto pack_constant_${i} = pack_${form}<${args}>;`,
    ];
  });
}

/** The constants as the host sees them. */
export function constantTable({ graph, packings }: Plan): string[] {
  if (graph.constants.length === 0) return [];
  const entry = (id: ValueId, i: number): string => {
    const functions = `prepare::compute_constant_${i}, prepare::pack_constant_${i}`;
    return `  {${sizeOf(valueOf(graph, id).type.shape)}, ${packings.get(id)!.offset}, ${functions}},`;
  };
  return ["const cnnc::Constant constants[] = {", ...graph.constants.map(entry), "};"];
}
