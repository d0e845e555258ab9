import type { Shape, TensorType } from "../shape/tensor-type.ts";
import { valuesOf, e, type Expression } from "./expression.ts";
import { familyOf } from "./families/index.ts";
import type { NodeBuilder, NodeOptions } from "./node-builder.ts";
import {
  extraResults,
  type Core,
  type Graph,
  type Node,
  type Origin,
  type ProgramName,
  type Step,
  type Value,
  type ValueId,
} from "./graph.ts";

/** Builds a graph; every value is named after the layer that is current. */
export class Builder implements NodeBuilder {
  readonly #values = new Map<ValueId, Value>();
  readonly #nodes: Node[] = [];
  #layer = "";
  #origin: Origin = { file: "", line: 0, text: "" };

  /** Names what follows after `layer`; comments in generated code quote `origin`. */
  at(layer: string, origin: Origin): this {
    this.#layer = layer;
    this.#origin = origin;
    return this;
  }

  get origin(): Origin {
    return this.#origin;
  }

  get layer(): string {
    return this.#layer;
  }

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  valueOf(id: ValueId): Value {
    const value = this.#values.get(id);
    if (!value) throw new Error(`no value ${id}`);
    return value;
  }

  typeOf(id: ValueId): TensorType {
    return this.valueOf(id).type;
  }

  /** A value that no node computes. */
  leaf(id: ValueId, role: "input" | "target" | "parameter" | "buffer", type: TensorType): ValueId {
    return this.#define({ id, type, batched: role === "input" || role === "target", role });
  }

  /** A tensor of numbers that are known, by the expression of its elements; the same one for all that need the same. */
  constant(part: string, shape: readonly number[], elements: Expression): ValueId {
    const wanted = JSON.stringify([shape, elements]);
    const known = [...this.#values.values()].find(
      ({ role, type, elements: own }) => role === "constant" && JSON.stringify([type.shape, own]) === wanted,
    );
    if (known) return known.id;
    const type: TensorType = { dtype: "f32", shape };
    return this.#define({ id: this.#fresh(part), type, batched: false, role: "constant", elements });
  }

  /** A node of a kernel family; its result is returned. */
  node(core: Core, inputs: readonly ValueId[], options: NodeOptions = {}): ValueId {
    const inferred = familyOf(core).result(
      core as never,
      inputs.map((id) => this.valueOf(id)),
    );
    const type = this.#resultType(options) ?? inferred.type;
    const id = this.#define({ id: this.#name(options), type, batched: inferred.batched, role: "computed" });
    const extra = extraResults(core);
    this.#nodes.push({
      core,
      inputs,
      body: [{ value: id, expression: e.core }],
      outputs: [id, ...extra],
      origin: this.#origin,
    });
    return id;
  }

  /** For a maximum pool that keeps which of `taps` was largest, for its gradient: a byte where that is enough. */
  poolIndex(x: ValueId, shape: readonly number[], taps: number): ValueId {
    const batched = this.valueOf(x).batched;
    return this.#define({
      id: this.#fresh("index"),
      type: { dtype: taps <= 256 ? "u8" : "f32", shape },
      batched,
      role: "computed",
    });
  }

  /** A further result of the node that is built next, the same for all samples; named by a part, or whole where it has a dot. */
  result(name: string, shape: readonly number[]): ValueId {
    const id = name.includes(".") ? this.#unused(name) : this.#fresh(name);
    return this.#define({ id, type: { dtype: "f32", shape }, batched: false, role: "computed" });
  }

  /** The same, one for each sample. */
  sampleResult(name: string, shape: readonly number[]): ValueId {
    return this.#define({ id: this.#fresh(name), type: { dtype: "f32", shape }, batched: true, role: "computed" });
  }

  /** One pointwise step; `gradients` tells the gradient to each value that the expression reads. */
  map(
    expression: Expression,
    gradients?: (result: ValueId) => Readonly<Record<ValueId, Expression>>,
    options: NodeOptions = {},
  ): ValueId {
    const inputs = valuesOf(expression);
    const inferred = familyOf({ family: "map" }).result(
      { family: "map" },
      inputs.map((id) => this.valueOf(id)),
    );
    const id = this.#define({
      id: this.#name(options),
      type: this.#resultType(options) ?? inferred.type,
      batched: inferred.batched,
      role: "computed",
    });
    const step: Step = { value: id, expression, ...(gradients && { gradients: gradients(id) }) };
    this.#nodes.push({ core: { family: "map" }, inputs, body: [step], outputs: [id], origin: this.#origin });
    return id;
  }

  /** A number per sample, or (`shape`) a tensor of them, that no other value is needed for: what the caller provides, random numbers. */
  perSample(expression: Expression, part: string, shape: Shape = []): ValueId {
    const id = this.#define({
      id: this.#fresh(part),
      type: { dtype: "f32", shape },
      batched: true,
      role: "computed",
    });
    this.#nodes.push({
      core: { family: "map" },
      inputs: [],
      body: [{ value: id, expression }],
      outputs: [id],
      origin: this.#origin,
    });
    return id;
  }

  push(node: Node): void {
    this.#nodes.push(node);
  }

  graph(
    program: ProgramName,
    model: string,
    ends: Pick<Graph, "objective" | "gradients" | "results" | "watched">,
  ): Graph {
    const withRole = (role: Value["role"]): ValueId[] =>
      [...this.#values.values()].filter((value) => value.role === role).map((value) => value.id);
    return {
      program,
      model,
      values: new Map(this.#values),
      nodes: [...this.#nodes],
      inputs: withRole("input"),
      targets: withRole("target"),
      parameters: withRole("parameter"),
      buffers: withRole("buffer"),
      constants: withRole("constant"),
      ...ends,
    };
  }

  /** A builder that continues a graph. */
  static of(graph: Graph): Builder {
    const b = new Builder();
    for (const value of graph.values.values()) b.#define(value);
    b.#nodes.push(...graph.nodes);
    return b;
  }

  #define(value: Value): ValueId {
    if (this.#values.has(value.id)) throw new Error(`value ${value.id} is defined twice`);
    this.#values.set(value.id, value);
    return value.id;
  }

  #resultType({ result, gradientOf }: NodeOptions): TensorType | undefined {
    return result ?? (gradientOf === undefined ? undefined : { dtype: "f32", shape: this.typeOf(gradientOf).shape });
  }

  #name({ part, gradientOf }: NodeOptions): ValueId {
    return gradientOf === undefined ? this.#fresh(part) : this.#unused(`${gradientOf}.gradient`);
  }

  #fresh(part?: string): ValueId {
    return this.#unused(part === undefined ? this.#layer : `${this.#layer}.${part}`);
  }

  #unused(base: string): ValueId {
    let id = base;
    for (let n = 2; this.#values.has(id); n++) id = `${base}${n}`;
    return id;
  }
}
