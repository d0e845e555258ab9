import type { Expression } from "../../ir/expression.ts";
import type { Node } from "../../ir/graph.ts";
import { learnedFloats, readsNorm } from "../../ir/parameters.ts";
import type { Plan } from "../../ir/plan.ts";
import { from, indent } from "../cpp/names.ts";
import { accumulates, partsOfUpdate, printScalar, runsOf } from "../cpp/update.ts";
import type { Launch, Launching } from "./launches.ts";

/** Room for them is in the memory of the device (call.h, `most_step_scalars`). */
const mostScalars = 1024;

/** The optimiser: what depends on the step alone, computed by one thread, and a functor over one parameter. */
export function printUpdate(node: Node, rate: Expression, plan: Plan): readonly string[] {
  const { names, scalars, body } = partsOfUpdate(node);
  const runs = runsOf(node, plan);
  if (runs.length * scalars.length > mostScalars)
    throw new Error(`an optimiser with ${scalars.length} scalars for ${runs.length} runs of parameters`);
  const norm = readsNorm(node);
  return [
    "",
    "// What depends on the step alone, in double.",
    "struct update_scalars {",
    "  const StepNumbers* numbers;",
    ...(norm ? ["  const double* squares;", "  long ranges;"] : []),
    "  float* scalars;",
    "  CNNC_DEVICE void operator()() const {",
    "    using namespace cnnc::CNNC_ISA::scalars;",
    "    const StepNumbers now = read(numbers);",
    "    const double step = double(now.step), total_steps = now.total_steps;",
    `    const double learning_rate = ${printScalar(rate)};`,
    "    (void)step, (void)total_steps, (void)learning_rate;",
    ...(norm ? ["    const double gradient_norm = norm_of_ranges(squares, ranges);"] : []),
    ...runs.flatMap(({ rate }, run) =>
      scalars.map((x, i) => `    write(scalars + ${run * scalars.length + i}, float(${printScalar(x, rate)}));`),
    ),
    "  }",
    "};",
    "",
    "// How a parameter moves.",
    "struct update {",
    `  float *${names.map((name) => `${name}s`).join(", *")};`,
    "  const float *gradients, *scalars;",
    "  template <class V>",
    "  CNNC_INLINE void operator()(V, long i) const {",
    ...scalars.map((_, i) => `    const float scalar_${i} = read(scalars + ${i});`),
    "    const V gradient = V::load(gradients + i);",
    ...indent(indent(body)),
    "  }",
    "};",
  ];
}

export function updateLaunches({ c, index, node }: Launching<"update">): Launch[] {
  const { block, stages } = c.plan;
  const learned = learnedFloats(c.plan);
  const { units } = stages.find(({ nodes }) => nodes.includes(index))!;
  const floats = units.by === "ranges" ? units.floats : learned;
  const ranges = Math.ceil(learned / floats);
  const squares = `reinterpret_cast<double*>(memory.at(${c.plan.arena.partials.get(index)?.offset}))`;
  const { names, scalars } = partsOfUpdate(node);
  const moves = runsOf(node, c.plan).map(({ begin, end }, run) => {
    const states = names.slice(1).map((_, slot) => from("call.state", slot * block + begin));
    const blocks = [from("call.parameters", begin), ...states, from("call.gradients", begin)];
    const own = from("call.scalars", run * scalars.length);
    return { kernel: "update_all", operands: [`update{${[...blocks, own].join(", ")}}`, `${end - begin}`] };
  });
  const launches = [
    ...(readsNorm(node)
      ? [{ kernel: "squares_of_ranges", head: `${floats}`, operands: ["call.gradients", `${learned}`, squares] }]
      : []),
    {
      kernel: "once",
      operands: [
        `update_scalars{${["call.numbers", ...(readsNorm(node) ? [squares, `${ranges}`] : []), "call.scalars"].join(", ")}}`,
      ],
    },
    ...moves,
  ];
  if (!accumulates(node)) return launches;
  const ends = "call.first + call.batch == call.whole";
  const sums = [from("call.gradients", block), `${learned}`, ends];
  return [
    {
      kernel: "add_up_gradients",
      operands: ["call.numbers", "call.gradients", ...sums],
      when: "call.batch < call.whole",
    },
    ...launches.map((launch) => ({ ...launch, when: ends })),
  ];
}
