import { quickerRate, withMeter, type MachineSpeed } from "../../build/machine-speed.ts";
import type { CompiledModel } from "../../compile.ts";
import type { Plan } from "../../ir/plan.ts";
import { CliError } from "../cli-error.ts";
import type { ExitCode } from "../cli-error.ts";
import { columns, formatShare } from "../columns.ts";
import { algorithmsOf, describeTile, type ExplainedNode } from "../explain-plan.ts";
import { withInterrupt } from "../interrupt.ts";
import { compileOne } from "../load.ts";
import type { CommonOptions, TargetOptions } from "../options.ts";
import { profileProgram, withProfiledAddon, type Profile } from "../profile.ts";
import { workOf, type NodeWork } from "../roofline.ts";
import { printJson, printLine } from "../terminal.ts";

export interface BenchCommandOptions extends CommonOptions, Pick<TargetOptions, "cpu"> {
  readonly train?: boolean;
  readonly batch?: number;
  readonly threads: number;
  readonly seconds: number;
}

/** A node of the program that a call runs. */
interface MeasuredLayer extends ExplainedNode, Pick<NodeWork, "flops" | "bytes"> {
  /** Of a call, as if the threads shared the node's work evenly. */
  readonly seconds: number;
  /** Of the time of the call, 0 to 1. */
  readonly share: number;
  /** How much of what the machine could do, and what bounds it. */
  readonly roofline: number;
  readonly bound: "compute" | "memory";
}

interface Measured {
  readonly model: string;
  readonly program: "infer" | "step";
  readonly cpu: string;
  readonly batch: number;
  readonly threads: number;
  readonly machine: MachineSpeed;
  readonly calls: number;
  /** Of a call. */
  readonly seconds: number;
  /** Of that, copying results, and what is no layer's: calling, sharing work, waiting for other threads. */
  readonly copying: number;
  readonly rest: number;
  readonly flops: number;
  readonly roofline: number;
  readonly layers: readonly MeasuredLayer[];
}

/** `cnnc bench FILE`: where the time of a call goes. */
export async function benchCommand(file: string, options: BenchCommandOptions): Promise<ExitCode> {
  const compiled = compileOne(file, { ...options, profiled: true });
  if (compiled === undefined) return 1;
  const measured = await withInterrupt((signal) => measure(file, compiled, options, signal));
  if (options.json) printJson(measured);
  else printLine(textOf(measured).join("\n"));
  return 0;
}

async function measure(
  file: string,
  compiled: CompiledModel,
  { train = false, threads, seconds, quiet, ...options }: BenchCommandOptions,
  signal: AbortSignal,
): Promise<Measured> {
  const { model, manifest, variants } = compiled;
  if (train && !model.train)
    throw new CliError(`${model.name} says nothing of training`, "write a train section, or leave --train out");
  const { plans, target } = variants[0]!.plans;
  if (target.device !== "cpu") throw new Error("measured on processors alone");
  const program = train ? "step" : "infer";
  const plan = plans[program]!;
  const batch = options.batch ?? (train ? model.train!.batch : 1);
  return withProfiledAddon(file, [compiled], quiet, signal, async (addon) => {
    const request = { program, batch, threads, seconds, nodes: plan.graph.nodes.length } as const;
    const { profile, machine } = await withMeter(target, threads, signal, async (meter) => {
      // Clocks and neighbours change from one second to the next: machine and program are measured in turn, and of both the quicker
      // half counts.
      const flops: number[] = [];
      let memory: MachineSpeed["memory"] = [];
      const profile = await profileProgram(addon, manifest, request, async (call) => {
        if (flops.length === 0) memory = await meter.memory(call);
        flops.push(...(await meter.flops(call)));
      });
      return { profile, machine: { flops: quickerRate(flops), memory } };
    });
    const head = { model: model.name, program, cpu: target.level, batch, threads, machine } as const;
    return { ...head, ...resultsOf(plan, profile, workOf(plan, batch, machine), threads) };
  });
}

function resultsOf(plan: Plan, profile: Profile, work: readonly NodeWork[], threads: number) {
  const inRun = new Set(plan.stages.flatMap(({ units, nodes }) => (units.by === "preparation" ? [] : nodes)));
  const layers = algorithmsOf(plan).flatMap((node, i): MeasuredLayer[] => {
    if (!inRun.has(i)) return [];
    const { flops, bytes, compute, memory } = work[i]!;
    const seconds = profile.nodes[i]! / threads;
    const bound = compute > memory ? "compute" : "memory";
    const roofline = seconds > 0 ? Math.max(compute, memory) / seconds : 0;
    return [{ ...node, seconds, share: seconds / profile.seconds, flops, bytes, roofline, bound }];
  });
  const copying = profile.copying / threads;
  const sum = (of: (layer: MeasuredLayer) => number): number => layers.reduce((total, it) => total + of(it), 0);
  const { calls, seconds } = profile;
  const rest = Math.max(0, seconds - copying - sum((it) => it.seconds));
  const least = sum((it) => it.seconds * it.roofline);
  return { calls, seconds, copying, rest, flops: sum((it) => it.flops), roofline: least / seconds, layers };
}

function textOf(measured: Measured): string[] {
  const { model, program, cpu, batch, threads, machine, calls, seconds, copying, rest, flops } = measured;
  const what = program === "step" ? "a training step" : "a prediction";
  const rows = measured.layers.map((it) => [
    ...[it.value, String(it.line), it.kernel, `${it.lanes}`, describeTile(it), milliseconds(it.seconds)],
    ...[formatShare(it.share), it.flops > 0 ? giga(it.flops / it.seconds) : "", giga(it.bytes / it.seconds)],
    `${formatShare(it.roofline)} ${it.bound}`,
  ]);
  const others = [
    ["copying results", "", "", "", "", milliseconds(copying), formatShare(copying / seconds)],
    ["calling, waiting", "", "", "", "", milliseconds(rest), formatShare(rest / seconds)],
    ["all", "", "", "", "", milliseconds(seconds), "", giga(flops / seconds), "", formatShare(measured.roofline)],
  ];
  const head = ["value", "line", "kernel", "lanes", "tile", "ms", "share", "GFLOP/s", "GB/s", "roofline"];
  const memory = machine.memory.map(({ bytes, rate }) => `${giga(rate)} from ${bytes / 1024} KiB`);
  return [
    `${model}: ${what}, batch ${batch}, ${threads} thread${threads > 1 ? "s" : ""}, ${cpu}; mean of the quicker half of ${calls} calls`,
    "",
    ...columns(
      [head, ...rows, ...others],
      ["left", "right", "left", "right", "left", "right", "right", "right", "right", "right"],
    ),
    "",
    `this machine: ${giga(machine.flops)} GFLOP/s; GB/s: ${memory.join(", ")}`,
  ];
}

const milliseconds = (seconds: number): string => (1000 * seconds).toFixed(seconds < 0.01 ? 4 : 2);
const giga = (rate: number): string => (Number.isFinite(rate) ? (rate / 1e9).toFixed(1) : "");
