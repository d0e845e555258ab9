/** The compiler as a library: `compile` is pure, `build` writes. */
export { compile, baseName, arenaBytes, type Compilation, type CompiledModel, type CompileOptions } from "./compile.ts";
export { planModel, planProgram } from "./plan-model.ts";
export { build, type BuildOptions, type BuildResult } from "./build/build.ts";
export { BuildError } from "./build/build-error.ts";
export { nativeCpu } from "./build/toolchain.ts";
export { pipeline } from "./passes/pipeline.ts";
export { version } from "./version.ts";
export { render, sourceFile, type Diagnostic } from "../grammar/index.ts";
