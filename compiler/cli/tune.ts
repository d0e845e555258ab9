import { nativeCpu } from "../build/toolchain.ts";
import type { CompiledModel } from "../compile.ts";
import type { CpuTarget, Plan } from "../ir/plan.ts";
import type { TunedLayer, TunedLayers, Tuning } from "../ir/tuning.ts";
import { convolutionOf } from "../passes/choose-algorithms.ts";
import { algorithmsFor } from "../passes/choose-winograd.ts";
import { levels, targetFor } from "../passes/targets.ts";
import { layerShape } from "../passes/tuning.ts";
import { compileFile, levelsOf } from "./back.ts";
import { CliError } from "./cli-error.ts";
import type { TargetOptions } from "./options.ts";
import { profileProgram, withProfiledAddon } from "./profile.ts";
import { printNote } from "./terminal.ts";
import { readTuning } from "./tuning-file.ts";

/** A machine has quicker and slower moments: the best of so many times counts. */
const rounds = 3;
const secondsOfRound = 0.4;

/** By shape of layer the milliseconds of each algorithm that it has. */
type Times = ReadonlyMap<string, Map<string, number>>;

/**
 * Measures every convolution by every algorithm that it has, in predictions of one sample on one thread; nothing where findings
 * were printed. What was measured for other levels of processors stays.
 */
export async function measureTuning(
  file: string,
  options: TargetOptions,
  signal: AbortSignal,
): Promise<Tuning | undefined> {
  const tuning: { [level in string]?: TunedLayers } = { ...readTuning(file) };
  for (const target of measuredLevels(options)) {
    const compiled = compileFile(file, { ...options, tuning: {}, cpu: [target.level] }, false);
    if (compiled === undefined) return undefined;
    const times = layersOf(compiled, target);
    const programs = Math.max(0, ...[...times.values()].map(({ size }) => size));
    for (let number = 0; number < programs; number++) {
      if (!options.quiet) printNote(`measuring ${target.level}: ${number + 1} of ${programs} programs`);
      await measureProgram(file, options, target, times, number, signal);
    }
    tuning[target.level] = Object.fromEntries([...times].map(([layer, found]) => [layer, winner(found)]));
  }
  return tuning;
}

/** Those that are built for and run here. */
function measuredLevels(options: TargetOptions): readonly CpuTarget[] {
  if (options.target === "cuda")
    throw new CliError("--tune measures processors, --target cuda is none", "leave one out");
  const { architecture } = targetFor(nativeCpu()) as CpuTarget;
  const here = levels.slice(levels.findIndex(({ level }) => level === nativeCpu()));
  const wanted = here.filter((it) => it.architecture === architecture && levelsOf(options).includes(it.level));
  if (wanted.length === 0)
    throw new CliError(
      "this machine runs none of the levels that --cpu names",
      `measure on one that does, or for ${nativeCpu()}`,
    );
  return wanted;
}

/** The nodes of a plan for predictions that are convolutions, by their shapes. */
function convolutionsIn({ graph, choices }: Plan, target: CpuTarget) {
  return graph.nodes.flatMap((node, index) => {
    const conv = convolutionOf(choices[index]!, node, graph, target);
    return conv
      ? [{ index, layer: layerShape(node, conv.core.window, conv.x, conv.y), algorithms: algorithmsFor(conv) }]
      : [];
  });
}

const predictionOf = ({ variants }: CompiledModel): Plan => variants[0]!.plans.plans.infer!;

/** The layers that have a choice. */
function layersOf(compiled: readonly CompiledModel[], target: CpuTarget): Times {
  const found = compiled.flatMap((one) => convolutionsIn(predictionOf(one), target));
  const choosing = found.filter(({ algorithms }) => algorithms.length > 1);
  return new Map(choosing.map(({ layer, algorithms }) => [layer, new Map(algorithms.map((name) => [name, Infinity]))]));
}

/** Measures each layer by its algorithm of this number, or by its last. */
async function measureProgram(
  file: string,
  options: TargetOptions,
  target: CpuTarget,
  times: Times,
  number: number,
  signal: AbortSignal,
): Promise<void> {
  const used = new Map([...times].map(([layer, found]) => [layer, [...found.keys()].slice(0, number + 1).at(-1)!]));
  const layers = Object.fromEntries([...used].map(([layer, use]) => [layer, { use, milliseconds: {} }]));
  const forced = { ...options, tuning: { [target.level]: layers }, cpu: [target.level], profiled: true };
  const compiled = compileFile(file, forced, false)!;
  await withProfiledAddon(file, compiled, options.quiet, signal, async (addon) => {
    for (const one of compiled) {
      const plan = predictionOf(one);
      const nodes = plan.graph.nodes.length;
      const request = { program: "infer", batch: 1, threads: 1, seconds: secondsOfRound, nodes } as const;
      for (let round = 0; round < rounds; round++) {
        const profile = await profileProgram(addon, one.manifest, request);
        for (const { index, layer } of convolutionsIn(plan, target)) {
          const [found, use] = [times.get(layer), used.get(layer)];
          if (found && use) found.set(use, Math.min(found.get(use)!, 1000 * profile.nodes[index]!));
        }
      }
    }
  });
}

function winner(found: ReadonlyMap<string, number>): TunedLayer {
  const ranked = [...found].sort(([, a], [, b]) => a - b);
  const milliseconds = Object.fromEntries([...found].map(([name, time]) => [name, Number(time.toPrecision(3))]));
  return { use: ranked[0]![0], milliseconds };
}
