import { valueOf, type Node, type Value, type ValueId } from "../../ir/graph.ts";
import { parameterOf, weightSlot } from "../../ir/parameters.ts";
import type { Choice, Layout, Plan, Place } from "../../ir/plan.ts";
import { extentOf } from "../../shape/tensor-type.ts";
import { from, groupBy, Names } from "./names.ts";

/** What random numbers depend on beside their place: `first` is the number in the batch of the call's first sample. */
export const drawNumbers = ["seed", "step", "first"] as const;
type DrawNumber = (typeof drawNumbers)[number];

/** How functors hold a number of the call that differs from step to step. */
interface CallNumber {
  readonly type: string;
  readonly value: string;
}

/** Processors get it with the call; a CUDA device, whose calls are recorded, reads it in its memory. */
function callNumber(device: Plan["target"]["device"], name: DrawNumber): CallNumber {
  const type = name === "first" ? "int64_t" : "uint64_t";
  if (device === "cpu") return { type, value: `call.${name}` };
  return { type: `OnDevice<${type}>`, value: `{&call.numbers->${name}}` };
}

/** What printing one program needs to look up. Nothing is decided here. */
export class Context {
  readonly names = new Names();
  readonly plan: Plan;
  /** Nodes tell how long they run. */
  readonly profiled: boolean;
  /** Tensor types by name: values of the arena that lie alike have one. */
  readonly tensors: ReadonlyMap<string, string>;
  readonly #types = new Map<ValueId, string>();

  constructor(plan: Plan, profiled = false) {
    this.plan = plan;
    this.profiled = profiled;
    const alike = groupBy([...plan.arena.offsets.keys()], (id) => this.#tensor(id));
    this.tensors = new Map([...alike].map(([tensor, ids]) => [this.#typeOf(ids), tensor]));
  }

  value(id: ValueId): Value {
    return valueOf(this.plan.graph, id);
  }

  callNumber(name: DrawNumber): CallNumber {
    return callNumber(this.plan.target.device, name);
  }

  layout(id: ValueId): Layout {
    const layout = this.plan.layouts.get(id);
    if (!layout) throw new Error(`${id} has no layout`);
    return layout;
  }

  place(id: ValueId): Place {
    const place = this.plan.arena.offsets.get(id);
    if (!place) throw new Error(`${id} has no place in the arena`);
    return place;
  }

  choice(node: number): Choice {
    return this.plan.choices[node]!;
  }

  node(index: number): Node {
    return this.plan.graph.nodes[index]!;
  }

  /** At the top of a block that is a node's work: the time is added to its slot. What is no node's has the slot behind them. */
  timer(node?: Node): readonly string[] {
    if (!this.profiled) return [];
    const { nodes } = this.plan.graph;
    return [`const Profiled profiled(${node ? nodes.indexOf(node) : nodes.length});`];
  }

  extent(id: ValueId) {
    return extentOf(this.value(id).type.shape);
  }

  /** The tensor type of a value in the arena: `logits_conv1_t`, or `f32_6x28x28_t` where several have it. */
  type(id: ValueId): string {
    const type = this.#types.get(id);
    if (type === undefined) throw new Error(`${id} has no place in the arena`);
    return type;
  }

  #typeOf(ids: readonly ValueId[]): string {
    const [first] = ids as [ValueId];
    const type = this.names.fresh(`${ids.length === 1 ? this.names.of(first) : this.#geometry(first)}_t`);
    for (const id of ids) this.#types.set(id, type);
    return type;
  }

  /** `f32_6x28x28`, and what is around that: `f32_6x28x28_pixel8_halo2x2`. */
  #geometry(id: ValueId): string {
    const { pixel, left, right } = this.image(id);
    const { channels, height, width } = this.extent(id);
    const padding = pixel === channels ? "" : `_pixel${pixel}`;
    const halo = left + right === 0 ? "" : `_halo${left}x${right}`;
    return `${this.#element(id).name}_${channels}x${height}x${width}${padding}${halo}`;
  }

  image(id: ValueId): Extract<Layout, { kind: "image" }> {
    const layout = this.layout(id);
    if (layout.kind !== "image") throw new Error(`${id} is no tensor in the arena`);
    return layout;
  }

  /** `Tensor<28, 28, 6, 8, 0, 0, float, 1234>` */
  #tensor(id: ValueId): string {
    const layout = this.image(id);
    const { channels, height, width } = this.extent(id);
    const { type, bytes } = this.#element(id);
    const sample = bytes === 1 ? "slice" : `slice / ${bytes}`;
    return `Tensor<${height}, ${width}, ${channels}, ${layout.pixel}, ${layout.left}, ${layout.right}, ${type}, ${sample}>`;
  }

  #element(id: ValueId): { readonly name: string; readonly type: string; readonly bytes: number } {
    const { element } = this.image(id);
    const { dtype } = this.value(id).type;
    if (element !== undefined) return { name: element, type: element, bytes: 2 };
    return dtype === "u8" ? { name: dtype, type: "uint8_t", bytes: 1 } : { name: dtype, type: "float", bytes: 4 };
  }

  /** The C++ type of what a value in the arena is made of. */
  elementType(id: ValueId): string {
    return this.#element(id).type;
  }

  /** The C++ expression for a value's memory, as kernels take it. */
  memory(id: ValueId): string {
    const { role } = this.value(id);
    if (role === "input") return `input_${this.names.of(id)}`;
    if (role === "target") return `target_${this.names.of(id)}`;
    if (role === "parameter") return this.#parameter(this.packing(id).offset);
    if (role === "buffer") return `call.parameters + ${this.packing(id).offset}`;
    if (role === "constant") return `call.constants + ${this.packing(id).offset}`;
    const { statistics, prepared } = this.plan.arena;
    const [statistic, preparation] = [statistics.get(id), prepared.get(id)];
    if (statistic !== undefined) return `memory.at(${statistic})`;
    if (preparation !== undefined) return `prepared(call, ${preparation})`;
    if (!this.plan.graph.gradients.includes(id)) return this.names.of(id);
    return `call.gradients + ${this.packing(parameterOf(this.plan.graph, id)!).offset}`;
  }

  /** Where training keeps an average of the weights, those that a step moves, and reads, are state of its optimiser. */
  #parameter(offset: number): string {
    const { graph, block } = this.plan;
    const slot = weightSlot(graph);
    return slot < 0 ? `call.parameters + ${offset}` : from("call.state", slot * block + offset);
  }

  packing(parameter: ValueId) {
    const packing = this.plan.packings.get(parameter);
    if (!packing) throw new Error(`${parameter} has no packing`);
    return packing;
  }

  /** Where the copy of its weights is that a node reads. */
  derived(node: number): string {
    const offset = this.plan.arena.derived.get(node);
    const isPrepared = this.plan.derived.some((copy) => copy.prepared && copy.nodes.includes(node));
    return isPrepared ? `prepared(call, ${offset})` : `memory.at(${offset})`;
  }
}

/** `f32x16` */
export const vector = (lanes: number): string => `f32x${lanes}`;
