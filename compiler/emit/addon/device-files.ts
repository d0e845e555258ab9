import type { Target } from "../../ir/plan.ts";
import type { EmittedFile } from "../emitted-file.ts";

/** What a CMake project of an addon is made from. */
export interface Project {
  /** Base name of the products: `lenet.node`, `liblenet.a`. */
  readonly name: string;
  readonly models: readonly string[];
  /** One for each level of processors, the best first. */
  readonly variants: readonly ProjectVariant[];
  /** Compile so many of them as one: quicker for many small models. */
  readonly together?: number;
  /** Compile kernels for processors with these options beside. */
  readonly flags?: readonly string[];
  /** The host has the times that code for measuring tells. */
  readonly profile?: boolean;
  /** Of a CUDA variant: what compiles it, or the emulator that tests run on. */
  readonly cuda?: CudaCompiler | "emulator" | undefined;
  /** A source file with a `main`, to be linked with the models: how tests call code that this machine cannot load. */
  readonly program?: EmittedFile;
  /** Absolute folder of cnnc's native sources, and of node-addon-api's headers. */
  readonly native: string;
  readonly nodeAddonApi: string;
}

/** nvcc, the compiler that it calls for the host's part, and the folders of CUDA's headers and libraries. */
export interface CudaCompiler {
  readonly nvcc: string;
  readonly host: string;
  readonly includes: readonly string[];
  readonly libraries: readonly string[];
}

/** The generated C++ of all models for one target. */
export interface ProjectVariant {
  readonly target: Target;
  readonly kernels: readonly EmittedFile[];
}

/** A header of `native` that all files of an object library include first, and how they are compiled. */
export interface PrecompiledHeader {
  readonly library: string;
  readonly header: string;
  readonly flags: readonly string[];
}

/** What differs from device to device: how kernels are compiled, and the host's part that knows the device. */
export interface DeviceFiles {
  /** CMake text that makes the object libraries of the variants. */
  readonly text: string;
  /** What their files include, and is precompiled. */
  readonly headers: readonly PrecompiledHeader[];
  /** Their objects, as CMake lists them. */
  readonly objects: string;
  /** Patterns of the host's sources, in `native`. */
  readonly host: readonly string[];
  readonly flags: readonly string[];
  readonly libraries: readonly string[];
}

/** Flags that the kernels' contract rests on: explicit FMA only, no shared inline statics, no process-wide state. */
export const kernelFlags: readonly string[] = [
  "-std=c++20",
  // -O3 gains nothing: the kernels say themselves what to unroll.
  "-O2",
  "-ffp-contract=off",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-fno-exceptions",
  "-fno-rtti",
];

/** Two addons must never share an object of the linker's choosing. */
const everywhere = ["-fPIC", "-fvisibility=hidden", "-fvisibility-inlines-hidden"];

/** All flags of a group of files. */
export const options = (flags: readonly string[]): string => [...everywhere, ...flags].join(" ");
