import { join } from "node:path/posix";
import { kernelFlags, options, type DeviceFiles, type Project } from "./project.ts";

/** Compute capability 8.0 and up: for each machine code, and PTX for what comes after. */
const architectures = ["80", "90"];

const nvccFlags: readonly string[] = [
  "-std=c++20",
  "-O3",
  // Functions that are constexpr are for the device too.
  "--expt-relaxed-constexpr",
  // A multiplication and an addition become one only where it is written, as on processors.
  "-fmad=false",
  "-Xcompiler=-fPIC,-fvisibility=hidden",
  ...architectures.map((sm) => `-gencode=arch=compute_${sm},code=sm_${sm}`),
  `-gencode=arch=compute_${architectures.at(-1)},code=compute_${architectures.at(-1)}`,
];

const definitions = ["-DCNNC_CUDA", "-DCNNC_ISA=cuda"];

/** How the files of CUDA variants are compiled: by nvcc, or as C++ over the emulator that tests run on. */
export function cudaFiles(project: Project): DeviceFiles {
  return project.nvcc ? compiledByNvcc(project, project.nvcc) : emulated(project);
}

function emulated({ variants, together }: Project): DeviceFiles {
  const sources = variants.flatMap(({ kernels }) => kernels.map(({ name }) => `"${name}"`)).join(" ");
  const flags = [...kernelFlags, "-O1", "-mfma", "-DCNNC_EMULATED", ...definitions];
  const unity = `set_target_properties(kernels PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${together ?? 1})\n`;
  return {
    text: `set_source_files_properties(${sources} PROPERTIES LANGUAGE CXX)
add_library(kernels OBJECT ${sources})
${together ? unity : ""}target_compile_options(kernels PRIVATE -xc++ ${options(flags)})
`,
    objects: "$<TARGET_OBJECTS:kernels>",
    host: ["cuda/host/*.cc", "cuda/emulator/*.cc"],
    flags: ["-std=c++20", "-O2", "-DCNNC_EMULATED"],
    libraries: ["dl"],
  };
}

function compiledByNvcc({ variants, native }: Project, nvcc: string): DeviceFiles {
  const names = variants.flatMap(({ kernels }) => kernels.map(({ name }) => name));
  const toolkit = join(nvcc, "..", "..");
  const command = [nvcc, ...nvccFlags, ...definitions, `-I${native}`].map((part) => `"${part}"`).join(" ");
  const compile = (
    name: string,
  ): string => `add_custom_command(OUTPUT "${name}.o" DEPENDS "\${CMAKE_SOURCE_DIR}/${name}"
  COMMAND ${command} -c "\${CMAKE_SOURCE_DIR}/${name}" -o "${name}.o")
`;
  return {
    text: names.map(compile).join(""),
    objects: names.map((name) => `"\${CMAKE_BINARY_DIR}/${name}.o"`).join(" "),
    host: ["cuda/host/*.cc"],
    flags: ["-std=c++20", "-Og", `-I${join(toolkit, "include")}`],
    libraries: [join(toolkit, "lib64", "libcudart_static.a"), "rt", "dl"],
  };
}
