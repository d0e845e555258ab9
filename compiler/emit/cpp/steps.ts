import { reads, streamsOf, valuesOf, type Expression } from "../../ir/expression.ts";
import type { Step, ValueId } from "../../ir/graph.ts";
import { extentOf } from "../../shape/tensor-type.ts";
import { drawNumbers, type Context } from "./context.ts";
import { printCpp } from "./expression.ts";
import { float, streamOf } from "./names.ts";

/** A member of a functor and what it is made from where the kernel is called. */
interface Member {
  readonly declaration: string;
  readonly value: string;
}

/** What a functor is made of: its members, and the body of its operator. */
export interface PrintedSteps {
  readonly members: readonly Member[];
  readonly lines: readonly string[];
}

/** The functor that is being printed. */
interface Printing {
  readonly own: ReadonlySet<ValueId>;
  readonly outputs: readonly ValueId[];
  readonly nameOf: (id: ValueId) => string;
  readonly members: Map<string, Member>;
  readonly c: Context;
}

/** Pointwise steps, of which `outputs` are stored, under the names that `nameOf` gives to values. */
export function printSteps(
  body: readonly Step[],
  outputs: readonly ValueId[],
  nameOf: (id: ValueId) => string,
  c: Context,
): PrintedSteps {
  const own = new Set(body.map((step) => step.value));
  const p: Printing = { own, outputs, nameOf, members: new Map(), c };
  const lines = body.flatMap((step) => printStep(step, p));
  return { members: [...p.members.values()], lines: [...lines, `return ${nameOf(body.at(-1)!.value)};`] };
}

function printStep({ value, expression }: Step, p: Printing): string[] {
  for (const id of valuesOf(expression)) if (!p.own.has(id)) addReader(id, p);
  addScalars(expression, p);
  const text = printCpp(expression, { number: (x) => `V(${float(x)})`, leaf: (x) => printLeaf(x, value, p) });
  return [...tablesOf(expression, value, p), `const V ${p.nameOf(value)} = ${text};`, ...store(value, p)];
}

function addReader(id: ValueId, { members, nameOf, c }: Printing): void {
  const name = `from_${nameOf(id)}`;
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

function addScalars(x: Expression, { members, nameOf, c }: Printing): void {
  const streams = streamsOf(x);
  if (streams.length > 0) {
    for (const name of drawNumbers) {
      const { type, value } = c.callNumber(name);
      members.set(name, { declaration: `${type} ${name}`, value });
    }
  }
  for (const stream of streams) {
    const name = streamName(stream, nameOf);
    members.set(name, { declaration: `uint32_t ${name}`, value: `0x${streamOf(stream).toString(16)}u` });
  }
  if (reads(x, "scalar"))
    members.set("inverse_batch", { declaration: "float inverse_batch", value: "1.f / float(call.batch)" });
}

function printLeaf(x: Expression, result: ValueId, p: Printing): string {
  if (x.op === "core") return "core";
  if (x.op === "value") return p.own.has(x.id) ? p.nameOf(x.id) : load(x.id, p);
  if (x.op === "one_hot") {
    const index = p.c.value(x.id).type.dtype === "tokens" ? "(at.n, at.w)" : "[at.n]";
    return `one_hot<V>(at.c, from_${p.nameOf(x.id)}${index})`;
  }
  if (x.op === "scalar") return `V(${x.name})`;
  if (x.op === "table")
    return isUniform(x.values) ? `V(${float(x.values[0]!)})` : `V::load(${tableName(x.values, result, p)} + at.c)`;
  if (x.op === "index" && x.axis > 0) return `V(float(at.${x.axis === 1 ? "h" : "w"}))`;
  if (x.op === "random") {
    const { height, width } = p.c.extent(result);
    return `uniform<V>(seed, ${streamName(x.stream, p.nameOf)}, step, first + at.n, element<V, ${height}, ${width}>(at))`;
  }
  throw new Error(`no C++ for ${x.op}`);
}

const streamName = (stream: string, nameOf: Printing["nameOf"]): string => `stream_${nameOf(stream)}`;

function load(id: ValueId, { nameOf, c }: Printing): string {
  const name = `from_${nameOf(id)}`;
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

function store(value: ValueId, { outputs, nameOf, members, c }: Printing): string[] {
  if (!outputs.includes(value)) return [];
  const [name, to] = [nameOf(value), `to_${nameOf(value)}`];
  if (c.layout(value).kind === "image") {
    members.set(to, { declaration: `${c.type(value)} ${to}`, value: c.memory(value) });
    return [`${name}.store(${to}.at(at.n, at.h, at.w, at.c));`];
  }
  members.set(to, { declaration: `float* ${to}`, value: c.memory(value) });
  return [`${name}.store(${to} + ${c.layout(value).kind === "once" ? "at.c" : "at.n"});`];
}

const isUniform = (values: readonly number[]): boolean => values.every((x) => x === values[0]);

/** Tables with different numbers per channel, padded to whole vectors. */
function tablesOf(x: Expression, result: ValueId, p: Printing): string[] {
  const lines: string[] = [];
  const walk = (part: Expression): void => {
    if (part.op === "table" && !isUniform(part.values)) {
      const layout = p.c.layout(result);
      const size = layout.kind === "image" ? layout.pixel : part.values.length;
      const padded = Array.from({ length: size }, (_, i) => float(part.values[i] ?? 0));
      const line = `alignas(64) static constexpr float ${tableName(part.values, result, p)}[] = {${padded.join(", ")}};`;
      if (!lines.includes(line)) lines.push(line);
    }
    for (const inner of Object.values(part))
      if (typeof inner === "object" && !Array.isArray(inner)) walk(inner as Expression);
  };
  walk(x);
  return lines;
}

function tableName(values: readonly number[], result: ValueId, { nameOf }: Printing): string {
  return `table_${streamOf(`${nameOf(result)}:${values.join()}`).toString(16)}`;
}
