import { kernelFlags, options, type CudaCompiler, type DeviceFiles, type Project } from "./device-files.ts";

/** Compute capability 8.0 and up: for each machine code, and PTX for what comes after. */
const architectures = ["80", "90"];

/** How nvcc compiles kernels, for whatever device. */
export const deviceFlags: readonly string[] = [
  "-std=c++20",
  "-O3",
  // Functions that are constexpr are for the device too.
  "--expt-relaxed-constexpr",
  // A multiplication and an addition become one only where it is written, as on processors.
  "-fmad=false",
];

/** What is compiled by nvcc; the host's part of it as position independent as the rest. */
export const nvccFlags: readonly string[] = [
  ...deviceFlags,
  "-Xcompiler=-fPIC,-fvisibility=hidden,-fvisibility-inlines-hidden",
  ...architectures.map((sm) => `-gencode=arch=compute_${sm},code=sm_${sm}`),
  `-gencode=arch=compute_${architectures.at(-1)},code=compute_${architectures.at(-1)}`,
  // The architectures side by side.
  `--threads=${architectures.length}`,
];

export const cudaDefinitions: readonly string[] = ["-DCNNC_CUDA", "-DCNNC_ISA=cuda"];

/** Of C++ over the emulator; the emulated device multiplies and adds at once where it is written, as the real one. */
export const emulatedFlags: readonly string[] = [...kernelFlags, "-O1", "-mfma", "-DCNNC_EMULATED", ...cudaDefinitions];

/** How the files of CUDA variants are compiled: by nvcc, or as C++ over the emulator that tests run on. */
export function cudaFiles(project: Project): DeviceFiles {
  const { cuda } = project;
  if (cuda === undefined) throw new Error("a CUDA variant, but nothing to compile it with");
  return cuda === "emulator" ? emulated(project) : compiledByNvcc(project, cuda);
}

function emulated({ variants, together }: Project): DeviceFiles {
  const sources = variants.flatMap(({ kernels }) => kernels.map(({ name }) => `"${name}"`)).join(" ");
  const unity = `set_target_properties(kernels PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${together ?? 1})\n`;
  return {
    text: `set_source_files_properties(${sources} PROPERTIES LANGUAGE CXX)
add_library(kernels OBJECT ${sources})
${together ? unity : ""}target_compile_options(kernels PRIVATE -xc++ ${options(emulatedFlags)})
`,
    headers: [{ library: "kernels", header: "cuda/generated.h", flags: emulatedFlags }],
    objects: "$<TARGET_OBJECTS:kernels>",
    host: ["cuda/host/*.cc", "cuda/emulator/*.cc"],
    flags: ["-std=c++20", "-O2", "-DCNNC_EMULATED"],
    libraries: ["dl"],
  };
}

function compiledByNvcc({ variants, native }: Project, cuda: CudaCompiler): DeviceFiles {
  const names = variants.flatMap(({ kernels }) => kernels.map(({ name }) => name));
  const parts = [cuda.nvcc, `-ccbin=${cuda.host}`, ...nvccFlags, ...cudaDefinitions, `-I${native}`];
  const command = parts.map((part) => `"${part}"`).join(" ");
  const compile = (
    name: string,
  ): string => `add_custom_command(OUTPUT "${name}.o" DEPENDS "\${CMAKE_SOURCE_DIR}/${name}"
  COMMAND ${command} -c "\${CMAKE_SOURCE_DIR}/${name}" -o "${name}.o")
`;
  return {
    text: names.map(compile).join(""),
    headers: [],
    objects: names.map((name) => `"\${CMAKE_BINARY_DIR}/${name}.o"`).join(" "),
    host: ["cuda/host/*.cc"],
    flags: ["-std=c++20", "-Og", ...cuda.includes.map((folder) => `"-isystem${folder}"`)],
    // The static runtime asks for the driver when it is first called: the addon loads without one.
    libraries: [...cuda.libraries.map((folder) => `"-L${folder}"`), "cudart_static", "rt", "dl"],
  };
}
