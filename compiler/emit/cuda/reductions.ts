import { resultOf, valueOf, type ValueId } from "../../ir/graph.ts";
import { parameterOf } from "../../ir/parameters.ts";
import type { Context } from "../cpp/context.ts";
import { float } from "../cpp/names.ts";
import type { Launch, Launching, Printers } from "./launches.ts";
import { updateLaunches } from "./update.ts";

/** Families that sum over channels, positions, the batch or the parameters. */
export const reductionPrinters: Printers = {
  softmax: ({ c, core, inputs: [x], steps }) => [
    { kernel: "softmax_of", head: `${core.log}`, operands: [c.memory(x!), "call.batch", steps] },
  ],
  softmax_grad: ({ c, core, inputs: [y, dy], steps }) => [
    { kernel: "softmax_gradient", head: `${core.log}`, operands: [c.memory(y!), c.memory(dy!), "call.batch", steps] },
  ],
  cross_entropy: ({ c, inputs: [x, target], result }) => [
    { kernel: "cross_entropy_of", operands: [c.memory(x!), c.memory(target!), "call.batch", c.memory(result)] },
  ],
  cross_entropy_grad: ({ c, inputs: [x, target, dloss], steps }) => {
    const operands = [x!, target!, dloss!].map((id) => c.memory(id));
    return [{ kernel: "cross_entropy_gradient", operands: [...operands, "call.batch", steps] }];
  },
  class_hits: ({ c, inputs: [x, target], result }) => [
    { kernel: "class_hits_of", operands: [c.memory(x!), c.memory(target!), "call.batch", c.memory(result)] },
  ],
  group_norm: ({ c, core: { groups, eps, scale }, inputs: [x], steps }) => [
    {
      kernel: "norm_over_groups",
      head: `${groups}`,
      operands: [c.memory(x!), float(eps), kept(scale, c), "call.batch", steps],
    },
  ],
  group_norm_grad: ({ c, core: { groups }, inputs, steps }) => [
    {
      kernel: "norm_over_groups_gradient",
      head: `${groups}`,
      operands: [...inputs.map((id) => c.memory(id)), "call.batch", steps],
    },
  ],
  channel_norm: ({ c, core: { eps, scale }, inputs: [x], steps }) => [
    { kernel: "norm_over_channels", operands: [c.memory(x!), float(eps), kept(scale, c), "call.batch", steps] },
  ],
  channel_norm_grad: ({ c, inputs, steps }) => [
    {
      kernel: "norm_over_channels_gradient",
      operands: [...inputs.map((id) => c.memory(id)), "call.batch", steps],
    },
  ],
  sample_sum: ({ c, inputs: [x], result }) => [
    { kernel: "sum_of_samples", operands: [c.memory(x!), "call.batch", c.memory(result)] },
  ],
  batch_mean: ({ c, node, inputs: [x] }) => {
    const slot = c.plan.graph.results.findIndex(({ value }) => value === resultOf(node));
    return [{ kernel: "mean_of_batch", operands: [c.memory(x!), "call.batch", `call.results + ${slot}`] }];
  },
  channel_sum: ({ c, index, inputs: [x], result }) => {
    const { channels } = c.extent(x!);
    const p = partsOf(index, c);
    return [
      { kernel: "sums_of_channels", head: `${p.parts}`, operands: [c.memory(x!), "call.batch", p.memory, p.stride] },
      {
        kernel: "store_sums",
        head: `${channels}, ${p.parts}`,
        operands: [p.memory, p.stride, c.memory(result), "nullptr"],
      },
    ];
  },
  batch_moments: batchMoments,
  batch_norm_sums: ({ c, core, index, inputs: [dy, x, mean, invStd], result }) => {
    const p = partsOf(index, c);
    const operands = [dy!, x!, mean!, invStd!].map((id) => c.memory(id));
    const results = [result, core.scaled].map((id) => c.memory(id));
    return [
      {
        kernel: "sums_of_norm_gradient",
        head: `${p.parts}`,
        operands: [...operands, "call.batch", p.memory, p.stride],
      },
      {
        kernel: "store_sums",
        head: `${c.extent(x!).channels}, ${p.parts}`,
        operands: [p.memory, p.stride, ...results],
      },
    ];
  },
  embedding_weight_grad: ({ c, core, inputs: [tokens, dy], result }) => {
    const parameter = parameterOf(c.plan.graph, result)!;
    const [rows] = valueOf(c.plan.graph, parameter).type.shape;
    const operands = [c.memory(tokens!), c.memory(dy!), "call.batch", c.memory(result)];
    return [{ kernel: "table_gradient", head: `${rows}, ${core.padding ?? -1}`, operands }];
  },
  activity: ({ c, node, inputs: [x] }) => {
    const bytes = `call.activity + ${c.plan.arena.activity.get(resultOf(node))}`;
    return [{ kernel: "mark_activity", operands: [c.memory(x!), "call.batch", bytes] }];
  },
  gradient_total: ({ c, index, inputs, result }) => {
    const { offset, stride } = c.plan.arena.partials.get(index)!;
    const { size } = c.packing(parameterOf(c.plan.graph, result)!);
    const operands = [`memory.at(${offset})`, `${inputs.length}`, `${stride / 4}`, `${size}`, c.memory(result)];
    return [{ kernel: "sum_of_parts", operands }];
  },
  update: updateLaunches,
};

function batchMoments({ c, core, index, inputs, result }: Launching<"batch_moments">): Launch[] {
  const [x, ...running] = inputs as [ValueId, ValueId, ValueId];
  const p = partsOf(index, c);
  // Only a step moves the running values.
  const moves = c.plan.graph.program === "step";
  const buffers = running.map((id) => (moves ? c.memory(id) : "nullptr"));
  const finish = [
    ...[c.memory(x), "call.batch", float(core.eps), float(core.momentum)],
    ...[c.memory(result), c.memory(core.invStd), ...buffers],
  ];
  return [
    { kernel: "sums_of_moments", head: `${p.parts}`, operands: [c.memory(x), "call.batch", p.memory, p.stride] },
    {
      kernel: "finish_moments_of",
      head: `${p.parts}, ${c.type(x)}`,
      operands: [p.memory, p.stride, `{${finish.join(", ")}}`],
    },
  ];
}

/** Parts of a sum over the batch: two doubles a channel. */
function partsOf(index: number, c: Context) {
  const { offset, stride } = c.plan.arena.partials.get(index)!;
  const { parts = 1 } = c.choice(index);
  return { parts, memory: `memory.at(${offset})`, stride: `${stride / 16}` };
}

const kept = (scale: ValueId | undefined, c: Context): string => (scale === undefined ? "NoScale{}" : c.memory(scale));
