import type { DType, Shape } from "../shape/tensor-type.ts";
import { isAffineField } from "./affine-map.ts";
import { e, mapLeaves, type Binary, type Expression, type ScalarName, type Unary } from "./expression.ts";
import type { Core, CoreOf, Graph, Node, Origin, ProgramName, Step, Value, ValueId } from "./graph.ts";

/** Reads what `print` wrote. For tests and tools: a line that does not fit is an Error that names it. */
export function parseGraph(text: string): Graph {
  const reader = new Reader();
  text.split("\n").forEach((line, i) => {
    try {
      reader.read(line);
    } catch (error) {
      throw new Error(`line ${i + 1}: ${(error as Error).message}: ${line}`, { cause: error });
    }
  });
  return reader.graph();
}

interface Draft {
  core: Core;
  inputs: ValueId[];
  body: Step[];
  tail?: { core: CoreOf<"pool">; body: Step[] };
  outputs: ValueId[];
  origin: Origin;
}

class Reader {
  #head: [ProgramName, string, Graph["objective"]] = ["infer", "", "outputs"];
  readonly #values = new Map<ValueId, Value>();
  readonly #nodes: Draft[] = [];
  readonly #gradients: ValueId[] = [];
  readonly #watched: { layer: string; value: ValueId }[] = [];
  readonly #results: { name: string; value: ValueId }[] = [];
  #origin: Origin = { file: "", line: 0, text: "" };

  read(line: string): void {
    const words = line.trim();
    if (words === "") return;
    const keyword = /^\S+/.exec(words)![0];
    const rest = words.slice(keyword.length + 1);
    const read = this.#readers[keyword];
    if (!read) throw new Error(`unknown keyword ${keyword}`);
    read(rest, line.startsWith("    "));
  }

  graph(): Graph {
    const ids = (role: Value["role"]): ValueId[] =>
      [...this.#values.values()].filter((value) => value.role === role).map((value) => value.id);
    return {
      program: this.#head[0],
      model: this.#head[1],
      objective: this.#head[2],
      values: this.#values,
      nodes: this.#nodes as readonly Node[],
      inputs: ids("input"),
      targets: ids("target"),
      parameters: ids("parameter"),
      buffers: ids("buffer"),
      constants: ids("constant"),
      gradients: this.#gradients,
      watched: this.#watched,
      results: this.#results,
    };
  }

  readonly #readers: Record<string, (rest: string, nested: boolean) => void> = {
    program: (rest) => (this.#head = rest.split(" ") as [ProgramName, string, Graph["objective"]]),
    input: (rest) => this.#leaf(rest, "input"),
    target: (rest) => this.#leaf(rest, "target"),
    parameter: (rest) => this.#leaf(rest, "parameter"),
    buffer: (rest) => this.#leaf(rest, "buffer"),
    constant: (rest) => {
      const [leaf, elements] = split(rest, " = ");
      const [id, type] = split(leaf, ": ");
      this.#define(id, type, "constant");
      this.#values.set(id, { ...this.#values.get(id)!, elements: parseExpression(elements) });
    },
    "#": (rest) => {
      const [, file = "", line = "0", text = ""] = /^(.*?):(\d+): (.*)$/.exec(rest) ?? [];
      this.#origin = { file, line: Number(line), text };
    },
    node: (rest) => {
      const [, core = "", inputs = ""] = /^(.*) \((.*)\)$/.exec(rest) ?? [];
      const names = inputs === "" ? [] : inputs.split(", ");
      this.#nodes.push({ core: parseCore(core), inputs: names, body: [], outputs: [], origin: this.#origin });
    },
    then: (rest) => (this.#node.tail = { core: parseCore(rest) as CoreOf<"pool">, body: [] }),
    let: (rest) => void this.#step(rest),
    store: (rest) => this.#node.outputs.push(this.#step(rest)),
    gradient: (rest, nested) => {
      if (!nested) return void this.#gradients.push(rest);
      const [id, expression] = split(rest, " = ");
      const body = this.#node.tail?.body ?? this.#node.body;
      const step = body.pop()!;
      body.push({ ...step, gradients: { ...step.gradients, [id]: parseExpression(expression) } });
    },
    watch: (rest) => {
      const [layer, value] = split(rest, " = ");
      this.#watched.push({ layer, value });
    },
    result: (rest) => {
      const [name, value] = split(rest, " = ");
      this.#results.push({ name, value });
    },
  };

  get #node(): Draft {
    return this.#nodes.at(-1)!;
  }

  #leaf(rest: string, role: Value["role"]): void {
    const [id, type] = split(rest, ": ");
    this.#define(id, type, role);
  }

  #step(rest: string): ValueId {
    const [left, right] = split(rest, " = ");
    if (!left.includes(": ")) {
      // An optimiser's step: its gradient is a value like the weight.
      const expression = mapLeaves(parseExpression(right), (leaf) =>
        leaf.op === "gradient" ? e.value(leaf.op) : leaf,
      );
      this.#node.body.push({ value: left, expression });
      return left;
    }
    const [value, type] = split(left, ": ");
    this.#define(value, type, "computed");
    if (right === "extra") return value;
    (this.#node.tail?.body ?? this.#node.body).push({ value, expression: parseExpression(right) });
    return value;
  }

  #define(id: ValueId, text: string, role: Value["role"]): void {
    const [, dtype = "", dims = "", below, once] = /^(\w+)\[([\d,]*)\](?: in (\d+))?( once)?$/.exec(text) ?? [];
    const shape: Shape = dims === "" ? [] : dims.split(",").map(Number);
    const type = { dtype: dtype as DType, shape, ...(below !== undefined && { below: Number(below) }) };
    this.#values.set(id, { id, type, batched: once === undefined, role });
  }
}

function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  if (at < 0) throw new Error(`no "${separator}"`);
  return [text.slice(0, at), text.slice(at + separator.length)];
}

function parseCore(text: string): Core {
  const [, family, attributes = "{}"] = /^(\w+)(?: (\{.*\}))?$/.exec(text) ?? [];
  const read = JSON.parse(attributes, (key, value: unknown) =>
    isAffineField(key) ? parseExpression(value as string) : value,
  ) as object;
  return { family, ...read } as Core;
}

export function parseExpression(text: string): Expression {
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const next = (): string => tokens[at++] ?? "";
  const list = (): Expression[] => {
    const items: Expression[] = [];
    while (tokens[at] !== ")") items.push(expression());
    at++;
    return items;
  };
  const expression = (): Expression => {
    const token = next();
    if (token !== "(") return atom(token);
    const op = next();
    if (op === "table") return { op, values: list().map((x) => (x.op === "constant" ? x.value : NaN)) };
    if (op === "one_hot" || op === "index" || op === "random" || op === "scalar") {
      const name = next();
      at++;
      if (op === "index") return { op, axis: Number(name) };
      if (op === "one_hot") return { op, id: name };
      return op === "random" ? { op, stream: name } : { op, name: name as ScalarName };
    }
    return compound(op, list());
  };
  return expression();
}

function atom(token: string): Expression {
  if (token === "core" || token === "gradient") return { op: token };
  return /^-?[\d.]/.test(token) || /^-?Infinity$/.test(token)
    ? { op: "constant", value: Number(token) }
    : { op: "value", id: token };
}

function compound(op: string, [a, b, then, otherwise]: Expression[]): Expression {
  if (op === "where_greater") return { op, a: a!, b: b!, then: then!, otherwise: otherwise! };
  return b === undefined ? { op: op as Unary, x: a! } : { op: op as Binary, a: a!, b };
}
