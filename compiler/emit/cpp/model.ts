import type { Expression } from "../../ir/expression.ts";
import type { Graph, ProgramName, ValueId } from "../../ir/graph.ts";
import { valueOf } from "../../ir/graph.ts";
import type { Identity, ModelPlans } from "../../ir/model-plans.ts";
import { weightSlot } from "../../ir/parameters.ts";
import type { Plan } from "../../ir/plan.ts";
import { formatType, type DType, type Shape } from "../../shape/tensor-type.ts";
import { printCudaProgram } from "../cuda/program.ts";
import type { EmittedFile } from "../emitted-file.ts";
import { constantFunctions, constantTable } from "./constants.ts";
import { printCpp } from "./expression.ts";
import { comment, double, literal } from "./names.ts";
import { packTemplate } from "./pack-template.ts";
import { printProgram } from "./program.ts";
import { movedParameters } from "./update.ts";

/**
 * The C++ of one model for one level of processors, in files that compile side by side: `LeNet.x86-64-v4.cpp` with the
 * packing of parameters (prepare), the first program and the table by which the host finds everything, then a file for
 * each further program. Other levels have the same names in another namespace. `profiled`: nodes tell how long they run.
 */
export function printModel(model: ModelPlans, identity: Identity, profiled = false): readonly EmittedFile[] {
  const [first, ...others] = allNames.filter((name) => model.plans[name]);
  const plan = model.plans[first!]!;
  const file = (what: string, name: string, lines: readonly string[]): EmittedFile => ({
    name: `${name}.${model.target.device === "cuda" ? "cu" : "cpp"}`,
    text: [...header(what, model, identity, profiled), ...lines, "", "}  // namespace cnnc::CNNC_ISA", ""].join("\n"),
  });
  const base = `${model.name}.${model.target.level}`;
  const main = [
    `namespace ${model.name}_model {`,
    "namespace {",
    "",
    ...prepare(plan),
    "",
    ...tables(model, plan),
    "",
    "}  // namespace",
    `}  // namespace ${model.name}_model`,
    "",
    ...print(model, first!, profiled),
    "",
    ...(model.rate ? learningRate(model, model.rate) : []),
    ...modelTable(model, plan, identity),
  ];
  return [
    file(model.name, base, main),
    ...others.map((name) => file(`${model.name}, program ${name}`, `${base}.${name}`, print(model, name, profiled))),
  ];
}

/** In the order of `Model`; `measure` stands apart, at its end. */
const programNames = ["infer", "step", "gradient"] as const;
const allNames = [...programNames, "measure"] as const;

function print(model: ModelPlans, program: ProgramName, profiled: boolean): readonly string[] {
  const plan = model.plans[program]!;
  const name = functionOf(model, program);
  return model.target.device === "cuda" ? printCudaProgram(plan, name, model.rate) : printProgram(plan, name, profiled);
}

const functionOf = ({ name }: ModelPlans, program: ProgramName): string => `${name}_${program}`;

function header(
  what: string,
  { target }: ModelPlans,
  { compiler, file, sourceHash }: Identity,
  profiled: boolean,
): string[] {
  return [
    `// ${what}, compiled from ${file} by ${compiler} for ${target.level}. Made anew by each build: edit the .cnn file.`,
    `// source sha256 ${sourceHash}`,
    `#include "${target.device === "cuda" ? "cuda/" : ""}generated.h"`,
    ...(profiled ? [`#include "profile/profile.h"`] : []),
    "",
    "namespace cnnc::CNNC_ISA {",
    "",
  ];
}

/** prepare: between the named weights of files and the order that kernels read, and what constants are. */
function prepare(plan: Plan): string[] {
  const { graph, packings } = plan;
  return [
    "// Parameters, packed for the kernels that read them.",
    "namespace prepare {",
    ...[...graph.parameters, ...graph.buffers].flatMap((id, i) => {
      const packing = packings.get(id)!;
      const { type } = valueOf(graph, id);
      const [form, args] = packTemplate(packing, type.shape);
      return [
        comment(`${id}: ${formatType(type)}`),
        `constexpr auto pack_${i} = pack_${form}<${args}>;`,
        `constexpr auto unpack_${i} = unpack_${form}<${args}>;`,
      ];
    }),
    ...constantFunctions(plan),
    "}  // namespace prepare",
  ];
}

function learningRate({ name }: ModelPlans, rate: Expression): string[] {
  const text = printCpp(rate, {
    number: double,
    leaf: (x) => (x.op === "scalar" ? x.name : "?"),
  });
  return [
    "// In the namespace of the functions that it is written with.",
    "namespace scalars {",
    `double ${name}_learning_rate([[maybe_unused]] double step, [[maybe_unused]] double total_steps) {`,
    `  return ${text};`,
    "}",
    "}  // namespace scalars",
    "",
  ];
}

const types: { readonly [T in DType]: string } = {
  f32: "cnnc::Type::f32",
  u8: "cnnc::Type::u8",
  tokens: "cnnc::Type::i32",
  i32: "cnnc::Type::i32",
};

interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly below?: number;
}

/** Inputs, outputs, targets and parameters as the host sees them. */
function tables({ outputs, metrics, plans }: ModelPlans, plan: Plan): string[] {
  const { graph, packings } = plan;
  const entry = (id: ValueId, name = id): Entry => ({ name, ...valueOf(graph, id).type });
  const training = plans.step ?? plans.gradient;
  const targets = training ? training.graph.targets.map((id) => targetEntry(training.graph, id)) : [];
  const kept = [...graph.parameters, ...graph.buffers];
  const moved = plans.step ? movedParameters(plans.step) : new Set();
  const parameterLines = kept.map((id, i) => {
    const { shape } = valueOf(graph, id).type;
    const moves = moved.has(id) ? ", true" : "";
    return `  {${literal(id)}, ${shape.length}, parameter_shape_${i}, ${packings.get(id)!.offset}, prepare::pack_${i}, prepare::unpack_${i}${moves}},`;
  });
  return [
    ...tensorTable(
      "input",
      graph.inputs.map((id) => entry(id)),
    ),
    ...tensorTable(
      "output",
      outputs.map(({ name, shape }) => ({ name, dtype: "f32", shape })),
    ),
    ...tensorTable("target", targets),
    ...shapes(
      "parameter",
      kept.map((id) => valueOf(graph, id).type.shape),
    ),
    ...(kept.length > 0 ? ["const cnnc::Parameter parameters[] = {", ...parameterLines, "};"] : []),
    ...constantTable(plan),
    ...(metrics.length > 0 ? [`const char* const metrics[] = {${metrics.map(literal).join(", ")}};`] : []),
  ];
}

function targetEntry(graph: Graph, id: ValueId): Entry {
  return { name: id.replace(/\.target$/, "").replace(/^seed\./, ""), ...valueOf(graph, id).type };
}

function shapes(kind: string, list: readonly Shape[]): string[] {
  return list.map(
    (shape, i) => `constexpr int64_t ${kind}_shape_${i}[] = {${shape.length === 0 ? "1" : shape.join(", ")}};`,
  );
}

function tensorTable(kind: string, entries: readonly Entry[]): string[] {
  if (entries.length === 0) return [];
  const rows = entries.map(
    ({ name, dtype, shape, below }, i) =>
      `{${literal(name)}, ${types[dtype]}, ${shape.length}, ${kind}_shape_${i}${below === undefined ? "" : `, ${below}`}}`,
  );
  return [
    ...shapes(
      kind,
      entries.map(({ shape }) => shape),
    ),
    `const cnnc::Tensor ${kind}s[] = {${rows.join(", ")}};`,
  ];
}

function modelTable(model: ModelPlans, plan: Plan, { hash }: Identity): string[] {
  const { graph, block, constantBlock } = plan;
  const { measure } = model.plans;
  const training = model.plans.step ?? model.plans.gradient;
  const targets = training?.graph.targets.length ?? 0;
  const { graph: step } = model.plans.step ?? {};
  const slots = step?.optimizer?.slots.length ?? 0;
  const weights = step ? weightSlot(step) : -1;
  const parts = step?.optimizer?.parts ?? 1;
  const table = (name: string, count: number): string => (count > 0 ? `${model.name}_model::${name}` : "nullptr");
  const preparedBytes = model.plans.infer?.arena.preparedBytes ?? 0;
  const activityBytes = model.plans.step?.arena.activityBytes ?? 0;
  const counts = [
    graph.inputs.length,
    model.outputs.length,
    targets,
    graph.parameters.length + graph.buffers.length,
    model.metrics.length,
    slots,
  ];
  const lists = [
    table("inputs", counts[0]!),
    table("outputs", counts[1]!),
    table("targets", counts[2]!),
    table("parameters", counts[3]!),
    table("metrics", counts[4]!),
  ];
  return [
    ...allNames
      .filter((name) => model.plans[name])
      .map((name) => `void ${functionOf(model, name)}(const cnnc::Call& call);`),
    ...(preparedBytes > 0 ? [`void ${functionOf(model, "infer")}_prepare(const cnnc::Call& call);`] : []),
    `extern const cnnc::Model model_${model.name};`,
    `const cnnc::Model model_${model.name} = {`,
    `    ${literal(model.name)}, ${literal(hash)}, ${literal(model.target.level)},`,
    `    ${counts.join(", ")},`,
    `    ${lists.join(", ")},`,
    `    ${block}, ${preparedBytes}, ${activityBytes},`,
    `    ${preparedBytes > 0 ? `{${functionOf(model, "infer")}_prepare, 64, 0}` : "{nullptr, 0, 0}"}, ${programNames.map((name) => programEntry(model, name)).join(", ")},`,
    `    ${model.rate ? `scalars::${model.name}_learning_rate` : "nullptr"},`,
    ...untilDefault([
      [
        graph.constants.length > 0,
        `${table("constants", graph.constants.length)}, ${graph.constants.length}, ${constantBlock}`,
      ],
      [measure !== undefined, `${programEntry(model, "measure")}, ${measure?.graph.results.length ?? 0}`],
      [weights >= 0, `${weights}`],
      [parts > 1, `${parts}`],
    ]),
    "};",
  ];
}

/** Members of `Model` that have defaults: those up to the last that differs. */
function untilDefault(members: readonly (readonly [differs: boolean, text: string])[]): string[] {
  const last = members.findLastIndex(([differs]) => differs);
  return members.slice(0, last + 1).map(([, text]) => `    ${text},`);
}

function programEntry(model: ModelPlans, name: ProgramName): string {
  const plan = model.plans[name];
  if (!plan) return "{nullptr, 0, 0}";
  const { bytesOnce, bytesPerSample, scratch } = plan.arena;
  const optional = plan.group > 0 ? [scratch, plan.group] : scratch > 0 ? [scratch] : [];
  return `{${[functionOf(model, name), bytesOnce, bytesPerSample, ...optional].join(", ")}}`;
}
