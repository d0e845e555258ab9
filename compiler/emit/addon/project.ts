import type { Isa } from "../../ir/plan.ts";
import { cudaFiles } from "./cuda-files.ts";
import {
  kernelFlags,
  options,
  type DeviceFiles,
  type PrecompiledHeader,
  type Project,
  type ProjectVariant,
} from "./device-files.ts";
import { entryName } from "../c/header.ts";
import type { EmittedFile } from "../emitted-file.ts";

export const isaFlags: { readonly [name in Isa]: readonly string[] } = {
  avx512: ["-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mavx2", "-mfma", "-mprefer-vector-width=512"],
  avx2: ["-mavx2", "-mfma"],
  scalar: [],
  // Every aarch64 processor has it.
  neon: [],
};

/** The host runs once a call, and half of a small model's build is its compilation: C++17's headers are shorter. */
const hostFlags = ["-std=c++17", "-Og"];

/** What many models have alike: a folder of the project where the cache has it, else of its build, from where it is kept. */
export interface SharedPart {
  readonly folder: string;
  /** CMake text that makes it. */
  readonly text: string;
}

export function sharedParts(project: Project): readonly SharedPart[] {
  return [hostPart(project), ...deviceFiles(project).headers.map((header) => headerPart(header, project))];
}

/** The project that cmake-js configures and builds. */
export function emitProject(project: Project): readonly EmittedFile[] {
  return [
    { name: "CMakeLists.txt", text: cmakeLists(project) },
    { name: "package.json", text: packageJson(project) },
    { name: "models.cc", text: modelList(project) },
    ...project.variants.flatMap(({ kernels }) => kernels),
    ...(project.program ? [project.program] : []),
  ];
}

/** cmake-js needs a package of its own that names the N-API version, or it looks for one above and downloads headers. */
function packageJson({ name }: Project): string {
  return `${JSON.stringify({ name: `cnnc-build-${name}`, version: "0.0.0", private: true, binary: { napi_versions: [8] } }, null, 2)}\n`;
}

/** All tables of all models, of each name the best variant first, and the only name that the library shows. */
function modelList({ name, models, variants }: Project): string {
  const isas: readonly string[] = variants.map(({ target }) => target.name);
  const tables = models.flatMap((name) => isas.map((isa) => `&${isa}::model_${name}`));
  const declared = (isa: string): string[] => [
    `namespace ${isa} {`,
    ...models.map((name) => `extern const Model model_${name};`),
    `}  // namespace ${isa}`,
  ];
  return [
    `#include "addon/c/c-api.h"`,
    `#include "addon/model.h"`,
    "",
    "namespace cnnc {",
    ...isas.flatMap(declared),
    "",
    `const Model* const models[] = {${tables.join(", ")}};`,
    `const int32_t model_count = ${tables.length};`,
    "extern const cnnc_api c_api;",
    "}  // namespace cnnc",
    "",
    `extern "C" __attribute__((visibility("default"))) const cnnc_api* ${entryName(name)}(void) { return &cnnc::c_api; }`,
    "",
  ].join("\n");
}

const kernelLibrary = ({ target }: ProjectVariant): string => `kernels-${target.level}`;

function cpuFiles({ variants, together, flags, profile }: Project): DeviceFiles {
  return {
    text: variants.map((variant) => kernelTarget(variant, { together, flags })).join("\n"),
    headers: variants.map((variant) => ({
      library: kernelLibrary(variant),
      header: "generated.h",
      flags: variantFlags(variant, flags),
    })),
    objects: variants.map((variant) => `$<TARGET_OBJECTS:${kernelLibrary(variant)}>`).join(" "),
    host: ["addon/cpu/*.cc", "parallel/*.cc", ...(profile ? ["profile/*.cc"] : [])],
    flags: hostFlags,
    libraries: [],
  };
}

/** The generated files of one variant: only they are compiled for its processors. */
function kernelTarget(variant: ProjectVariant, { together, flags }: Pick<Project, "together" | "flags">): string {
  const { kernels } = variant;
  const library = kernelLibrary(variant);
  // The longest first, so that the cores end together.
  const sources = [...kernels].sort((a, b) => b.text.length - a.text.length).map((file) => `"${file.name}"`);
  const unity = `set_target_properties(${library} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${together})\n`;
  return `add_library(${library} OBJECT ${sources.join(" ")})
${together ? unity : ""}target_compile_options(${library} PRIVATE ${options(variantFlags(variant, flags))})
`;
}

function variantFlags({ target }: ProjectVariant, more: readonly string[] = []): readonly string[] {
  if (target.device !== "cpu") throw new Error("a variant for another device");
  return [...kernelFlags, ...isaFlags[target.name], `-DCNNC_ISA=${target.name}`, ...more];
}

/**
 * The kernel templates, read once for all models: reading them takes g++ a second for each file. g++ takes a header that does not
 * fit (another compiler, other flags) for one that is not there, so that it is never wrong. clang++ would refuse it.
 */
function headerPart({ library, header, flags }: PrecompiledHeader, { native }: Project): SharedPart {
  const folder = headerFolder(library);
  const at = `"\${${folder}}/precompiled.h"`;
  const text = `  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    file(WRITE ${at} "#include \\"${header}\\"\\n")
    add_custom_command(OUTPUT ${folder}/precompiled.h.gch
      COMMAND \${CMAKE_CXX_COMPILER} -fno-gnu-unique ${options(flags)} "-I${native}" -x c++-header ${at} -o ${folder}/precompiled.h.gch VERBATIM)
    add_custom_target(${folder} DEPENDS ${folder}/precompiled.h.gch)
    add_dependencies(${library} ${folder})
  endif()
`;
  return { folder, text };
}

const useHeader = ({ library }: PrecompiledHeader): string =>
  `  target_compile_options(${library} PRIVATE -include "\${${headerFolder(library)}}/precompiled.h")\n`;

const headerFolder = (library: string): string => `${library}-headers`;

/** The folder is a variable of CMake's too. */
const foundOrMade = ({ folder, text }: SharedPart): string => `set(${folder} "\${CMAKE_SOURCE_DIR}/${folder}")
if(NOT EXISTS "\${${folder}}")
  set(${folder} "\${CMAKE_BINARY_DIR}/${folder}")
${text}endif()
`;

/** The host and the glue are each compiled as one file, since their headers take longer than their code. */
function hostPart(project: Project): SharedPart {
  const { native, nodeAddonApi, profile } = project;
  const { host, flags } = deviceFiles(project);
  const sources = ["addon/*.cc", "addon/c/*.cc", ...host].map((pattern) => `"${native}/${pattern}"`).join(" ");
  const folder = "host";
  const text = `  file(GLOB host_sources ${sources})
  file(GLOB glue_sources "${native}/addon/node/*.cc")
  add_library(host OBJECT \${host_sources})
  add_library(node_glue OBJECT \${glue_sources})
  target_compile_options(host PRIVATE ${options(flags)})
  target_compile_options(node_glue PRIVATE ${options(hostFlags)})
  target_compile_definitions(node_glue PRIVATE NAPI_VERSION=8 NAPI_DISABLE_CPP_EXCEPTIONS${profile ? " CNNC_PROFILE" : ""})
  target_include_directories(node_glue SYSTEM PRIVATE \${CMAKE_JS_INC} "${nodeAddonApi}")
  set_target_properties(host node_glue PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
  foreach(part host node_glue)
    add_custom_command(OUTPUT ${folder}/\${part}.o DEPENDS \${part}
      COMMAND \${CMAKE_COMMAND} -E copy $<TARGET_OBJECTS:\${part}> ${folder}/\${part}.o VERBATIM)
  endforeach()
`;
  return { folder, text };
}

function deviceFiles(project: Project): DeviceFiles {
  return project.variants.some(({ target }) => target.device === "cuda") ? cudaFiles(project) : cpuFiles(project);
}

function cmakeLists(project: Project): string {
  const { name, native } = project;
  const device = deviceFiles(project);
  const kernels = device.objects;
  return `# Made by cnnc: an addon and a static library for ${name}.
cmake_minimum_required(VERSION 3.16)
set(CMAKE_BUILD_TYPE Release)
set(CMAKE_CXX_FLAGS_RELEASE "")
# cmake need not find out what the compiler can do: cnnc has called it. Nothing here asks for sizes of types.
set(CMAKE_CXX_COMPILER_WORKS TRUE)
set(CMAKE_CXX_ABI_COMPILED TRUE)
project(${name} CXX)
include_directories("${native}")

# -fno-gnu-unique is gcc's; clang never makes such symbols.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-fno-gnu-unique)
endif()

${device.text}
# What many models have alike: the cache has put it here, or it is made, and kept for the next build.
${sharedParts(project).map(foundOrMade).join("")}
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
${device.headers.map(useHeader).join("")}endif()

add_library(models OBJECT models.cc)
target_compile_options(models PRIVATE ${options(hostFlags)})

add_library(addon SHARED ${kernels} $<TARGET_OBJECTS:models> "\${host}/host.o" "\${host}/node_glue.o")
set_target_properties(addon PROPERTIES OUTPUT_NAME ${name} PREFIX "" SUFFIX ".node" LINKER_LANGUAGE CXX
  LIBRARY_OUTPUT_DIRECTORY "\${CMAKE_BINARY_DIR}/product")
target_link_libraries(addon PRIVATE \${CMAKE_JS_LIB} ${["pthread", ...device.libraries].join(" ")})
target_link_options(addon PRIVATE -Wl,-z,nodelete -Wl,--gc-sections "-Wl,--version-script=${native}/addon/node/exports.map" -s)

# One object with one name to see: a program can have the libraries of several models, each with a host of its own.
add_custom_command(OUTPUT library.o DEPENDS ${kernels} $<TARGET_OBJECTS:models> "\${host}/host.o"
  COMMAND \${CMAKE_CXX_COMPILER} -r -nostdlib -Wl,--force-group-allocation -o library.o ${kernels} $<TARGET_OBJECTS:models> "\${host}/host.o"
  COMMAND \${CMAKE_OBJCOPY} --keep-global-symbol=${entryName(name)} library.o
  COMMAND_EXPAND_LISTS VERBATIM)
add_library(library STATIC "\${CMAKE_BINARY_DIR}/library.o")
set_target_properties(library PROPERTIES OUTPUT_NAME ${name} LINKER_LANGUAGE CXX
  ARCHIVE_OUTPUT_DIRECTORY "\${CMAKE_BINARY_DIR}/product")
${project.program ? programTarget(project.program, kernels) : ""}`;
}

/** Linked with all that it needs: where it runs there may be no libraries for it. */
function programTarget({ name }: EmittedFile, kernels: string): string {
  return `
add_executable(program ${name} ${kernels} $<TARGET_OBJECTS:models> "\${host}/host.o")
add_dependencies(program addon)
target_compile_options(program PRIVATE ${options(hostFlags)})
target_link_libraries(program PRIVATE -static pthread)
set_target_properties(program PROPERTIES RUNTIME_OUTPUT_DIRECTORY "\${CMAKE_BINARY_DIR}/product")
`;
}
