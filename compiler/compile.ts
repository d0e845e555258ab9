import { createHash } from "node:crypto";
import { parse, type Diagnostic, type SourceFile } from "../grammar/index.ts";
import type { Level, Manifest } from "../runtime/bind/manifest.ts";
import { check, type CheckOptions } from "./check/check.ts";
import { checkArena } from "./check/arena.ts";
import type { CheckedModel } from "./check/program.ts";
import { planModel } from "./plan-model.ts";
import type { EmittedFile } from "./emit/emitted-file.ts";
import { printModel } from "./emit/cpp/model.ts";
import type { ModelPlans } from "./ir/model-plans.ts";
import type { Tuning } from "./ir/tuning.ts";
import { manifestOf } from "./manifest-of.ts";
import { allTargets, tunedTarget } from "./passes/targets.ts";
import { version } from "./version.ts";

export interface CompileOptions extends CheckOptions {
  /** What to compile for: levels of processors, each with plans and code of its own, or one level of CUDA devices. */
  readonly cpus: readonly Level[];
  /** false: train on pictures as they are, whatever `augment` lines say. */
  readonly augment?: boolean | undefined;
  /** What was measured on the machine at hand. */
  readonly tuning?: Tuning | undefined;
  /** Code for processors that tells how long its nodes run. */
  readonly profiled?: boolean;
}

export interface CompiledModel {
  readonly model: CheckedModel;
  readonly manifest: Manifest;
  /** The file itself, then the imports and labels that it read. */
  readonly sources: readonly SourceFile[];
  /** One for each level, the best first. */
  readonly variants: readonly Variant[];
}

export interface Variant {
  readonly plans: ModelPlans;
  /** Generated C++. */
  readonly kernels: readonly EmittedFile[];
}

export interface Compilation {
  readonly diagnostics: readonly Diagnostic[];
  /** Empty when there are errors. */
  readonly models: readonly CompiledModel[];
}

/** Text in, C++ and manifests out; nothing is read or written. */
export function compile(source: SourceFile, options: CompileOptions): Compilation {
  const { ast, diagnostics: syntax } = parse(source);
  const hasErrors = (list: readonly Diagnostic[]): boolean => list.some(({ severity }) => severity === "error");
  if (hasErrors(syntax)) return { diagnostics: syntax, models: [] };
  const { models, diagnostics: found, sources } = check(ast, options);
  const diagnostics = [...syntax, ...found];
  if (hasErrors(diagnostics)) return { diagnostics, models: [] };
  const compiled = models.map((model) =>
    compileModel(options.augment === false ? withoutAugments(model) : model, [source, ...sources], options),
  );
  const budget = compiled.flatMap(({ model, variants }) =>
    checkArena(model, Math.max(...variants.map(({ plans }) => arenaBytes(plans)))),
  );
  const all = [...diagnostics, ...budget];
  return { diagnostics: all, models: hasErrors(all) ? [] : compiled };
}

/** Bytes of the arena for one sample on one thread, in inference. */
export function arenaBytes({ plans }: ModelPlans): number {
  const arena = plans.infer?.arena;
  return arena ? arena.bytesOnce + arena.bytesPerSample + arena.scratch : 0;
}

/** `sources`: the file itself, then the imports and labels that it read. */
function compileModel(
  model: CheckedModel,
  sources: readonly [SourceFile, ...SourceFile[]],
  { cpus, set, augment = true, profiled, tuning }: CompileOptions,
): CompiledModel {
  const [source, ...others] = sources;
  const read = others.map(({ path, text }) => [fileName(path), text]);
  const sourceHash = sha256(others.length === 0 ? source.text : JSON.stringify([source.text, read]));
  const identity = {
    compiler: `cnnc ${version}`,
    file: fileName(source.path),
    sourceHash,
    hash: sha256(JSON.stringify([version, set ?? {}, augment, tuning ?? {}, source.text, ...read])).slice(0, 32),
  };
  const variants = allTargets
    .filter(({ level }) => cpus.includes(level))
    .map((target) => planModel(model, tunedTarget(target, tuning)))
    .map((plans) => ({ plans, kernels: printModel(plans, identity, profiled) }));
  const plans = variants.map((variant) => variant.plans);
  return { model, manifest: manifestOf(model, plans, identity, `${baseName(source.path)}.node`), sources, variants };
}

function withoutAugments(model: CheckedModel): CheckedModel {
  return model.train ? { ...model, train: { ...model.train, augments: [] } } : model;
}

/** The last part of a path of any system; in one line, for it is printed in comments. */
function fileName(path: string): string {
  return path.replace(/^[^]*[\\/]/, "").replace(/[^\S ]+/g, " ");
}

/** `lenet` for `examples/lenet/lenet.cnn`: what products are named after. */
export function baseName(path: string): string {
  const base = fileName(path).replace(/\.cnn$/, "");
  return base.replace(/[^A-Za-z0-9_-]/g, "_") || "model";
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
