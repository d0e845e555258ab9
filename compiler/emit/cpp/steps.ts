import { reads, valuesOf, type Expression } from "../../ir/expression.ts";
import { resultOf, type Node, type Step, type ValueId } from "../../ir/graph.ts";
import { extentOf } from "../../shape/tensor-type.ts";
import type { Context } from "./context.ts";
import { printCpp } from "./expression.ts";
import { float, streamOf } from "./names.ts";

/** A member of a functor and what it is made from where the kernel is called. */
interface Member {
  readonly declaration: string;
  readonly value: string;
}

/** The pointwise steps of a node (or of its tail) as a C++ functor, and the text that makes one. */
export interface Functor {
  readonly definition: readonly string[];
  readonly make: string;
}

export function functor(node: Node, body: readonly Step[], suffix: string, c: Context): Functor {
  const name = `${c.names.of(resultOf(node))}_${suffix}`;
  const own = new Set(body.map((step) => step.value));
  const members = new Map<string, Member>();
  const lines = body.flatMap((step) => printStep(step, node, own, members, c));
  const fields = [...members.values()];
  return {
    definition: [
      `struct ${name} {`,
      ...fields.map(({ declaration }) => `  ${declaration};`),
      "  template <class V>",
      "  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {",
      ...lines.map((line) => `    ${line}`),
      `    return ${c.names.of(body.at(-1)!.value)};`,
      "  }",
      "};",
    ],
    make: `${name}{${fields.map(({ value }) => value).join(", ")}}`,
  };
}

function printStep(
  step: Step,
  node: Node,
  own: ReadonlySet<ValueId>,
  members: Map<string, Member>,
  c: Context,
): string[] {
  const { value, expression } = step;
  for (const id of valuesOf(expression)) if (!own.has(id)) addReader(id, members, c);
  addScalars(expression, members);
  const print = (x: Expression): string => printLeaf(x, value, own, c);
  const text = printCpp(expression, { number: (x) => `V(${float(x)})`, leaf: print });
  const name = c.names.of(value);
  return [...tablesOf(expression, c, value), `const V ${name} = ${text};`, ...store(value, node, members, c)];
}

function addReader(id: ValueId, members: Map<string, Member>, c: Context): void {
  const name = `from_${c.names.of(id)}`;
  members.set(name, { declaration: `${readerType(id, c)} ${name}`, value: c.memory(id) });
}

/** How a functor holds a value it reads. */
export function readerType(id: ValueId, c: Context): string {
  const { role, type } = c.value(id);
  const { channels } = extentOf(type.shape);
  if (type.dtype === "tokens") return "Tokens";
  if (type.dtype === "i32") return "const int32_t*";
  if (role === "input" || role === "target")
    return `External<${type.dtype === "u8" ? "uint8_t" : "float"}, ${channels}>`;
  return c.layout(id).kind === "image" ? c.type(id) : "const float*";
}

function addScalars(x: Expression, members: Map<string, Member>): void {
  if (reads(x, "random")) {
    members.set("seed", { declaration: "uint64_t seed", value: "call.seed" });
    members.set("step", { declaration: "uint64_t step", value: "call.step" });
  }
  if (reads(x, "scalar"))
    members.set("inverse_batch", { declaration: "float inverse_batch", value: "1.f / float(call.batch)" });
}

function printLeaf(x: Expression, result: ValueId, own: ReadonlySet<ValueId>, c: Context): string {
  if (x.op === "core") return "core";
  if (x.op === "value") return own.has(x.id) ? c.names.of(x.id) : load(x.id, c);
  if (x.op === "one_hot") {
    const index = c.value(x.id).type.dtype === "tokens" ? "(at.n, at.w)" : "[at.n]";
    return `one_hot<V>(at.c, from_${c.names.of(x.id)}${index})`;
  }
  if (x.op === "scalar") return `V(${x.name})`;
  if (x.op === "table")
    return isUniform(x.values) ? `V(${float(x.values[0]!)})` : `V::load(${tableName(x.values, result, c)} + at.c)`;
  if (x.op === "random") {
    const { height, width } = c.extent(result);
    return `uniform<V>(seed, 0x${streamOf(x.stream).toString(16)}u, step, at.n, element<V, ${height}, ${width}>(at))`;
  }
  throw new Error(`no C++ for ${x.op}`);
}

function load(id: ValueId, c: Context): string {
  const name = `from_${c.names.of(id)}`;
  const { role, batched } = c.value(id);
  if (role === "input" || role === "target") return `${name}.template load<V>(at)`;
  if (c.layout(id).kind === "image") return `V::load(${name}.at(at.n, ${position(id, c)}, at.c))`;
  return batched ? `V(${name}[at.n])` : `V::load(${name} + at.c)`;
}

/** A value of one pixel is read at that, wherever the loop stands. */
function position(id: ValueId, c: Context): string {
  const { height, width } = c.extent(id);
  return height * width === 1 ? "0, 0" : "at.h, at.w";
}

function store(value: ValueId, node: Node, members: Map<string, Member>, c: Context): string[] {
  if (!node.outputs.includes(value)) return [];
  const [name, to] = [c.names.of(value), `to_${c.names.of(value)}`];
  if (c.layout(value).kind === "image") {
    members.set(to, { declaration: `${c.type(value)} ${to}`, value: c.memory(value) });
    return [`${name}.store(${to}.at(at.n, at.h, at.w, at.c));`];
  }
  members.set(to, { declaration: `float* ${to}`, value: c.memory(value) });
  return [`${name}.store(${to} + ${c.layout(value).kind === "once" ? "at.c" : "at.n"});`];
}

const isUniform = (values: readonly number[]): boolean => values.every((x) => x === values[0]);

/** Tables with different numbers per channel, padded to whole vectors. */
function tablesOf(x: Expression, c: Context, result: ValueId): string[] {
  const lines: string[] = [];
  const walk = (part: Expression): void => {
    if (part.op === "table" && !isUniform(part.values)) {
      const layout = c.layout(result);
      const size = layout.kind === "image" ? layout.pixel : part.values.length;
      const padded = Array.from({ length: size }, (_, i) => float(part.values[i] ?? 0));
      const line = `alignas(64) static constexpr float ${tableName(part.values, result, c)}[] = {${padded.join(", ")}};`;
      if (!lines.includes(line)) lines.push(line);
    }
    for (const inner of Object.values(part))
      if (typeof inner === "object" && !Array.isArray(inner)) walk(inner as Expression);
  };
  walk(x);
  return lines;
}

function tableName(values: readonly number[], result: ValueId, c: Context): string {
  return `table_${streamOf(`${c.names.of(result)}:${values.join()}`).toString(16)}`;
}
