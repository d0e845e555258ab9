import type { Isa } from "../../ir/plan.ts";
import { entryName } from "../c/header.ts";
import type { EmittedFile } from "../emitted-file.ts";

/** What a CMake project of an addon is made from. */
export interface Project {
  /** Base name of the products: `lenet.node`, `liblenet.a`. */
  readonly name: string;
  readonly isa: Isa;
  readonly models: readonly string[];
  /** Generated C++, compiled for the instruction set. */
  readonly kernels: readonly EmittedFile[];
  /** Absolute folder of cnnc's native sources, and of node-addon-api's headers. */
  readonly native: string;
  readonly nodeAddonApi: string;
}

/** Flags that the kernels' contract rests on: explicit FMA only, no shared inline statics, no process-wide state. */
export const kernelFlags: readonly string[] = [
  "-O3",
  "-ffp-contract=off",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-fno-exceptions",
  "-fno-rtti",
];

export const isaFlags: { readonly [name in Isa]: readonly string[] } = {
  avx512: ["-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mavx2", "-mfma", "-mprefer-vector-width=512"],
  avx2: ["-mavx2", "-mfma"],
  scalar: [],
};

const hostFlags = ["-O2"];

/** Two addons must never share an object of the linker's choosing. */
const everywhere = ["-std=c++20", "-fPIC", "-fvisibility=hidden", "-fvisibility-inlines-hidden"];

/** The project that cmake-js configures and builds. */
export function emitProject(project: Project): readonly EmittedFile[] {
  return [
    { name: "CMakeLists.txt", text: cmakeLists(project) },
    { name: "package.json", text: packageJson(project) },
    { name: "models.cc", text: modelList(project) },
    ...project.kernels,
  ];
}

/** cmake-js needs a package of its own that names the N-API version, or it looks for one above and downloads headers. */
function packageJson({ name }: Project): string {
  return `${JSON.stringify({ name: `cnnc-build-${name}`, version: "0.0.0", private: true, binary: { napi_versions: [8] } }, null, 2)}\n`;
}

function modelList({ models }: Project): string {
  return [
    `#include "addon/model.h"`,
    "",
    ...models.map((name) => `extern const cnnc::Model model_${name};`),
    "",
    "namespace cnnc {",
    `const Model* const models[] = {${models.map((name) => `&model_${name}`).join(", ")}};`,
    `const int32_t model_count = ${models.length};`,
    "}  // namespace cnnc",
    "",
  ].join("\n");
}

function cmakeLists({ name, isa, kernels, native, nodeAddonApi }: Project): string {
  const quoted = (paths: readonly string[]): string => paths.map((path) => `"${path}"`).join(" ");
  const kernelOptions = [...everywhere, ...kernelFlags, ...isaFlags[isa], `-DCNNC_ISA=${isa}`];
  return `# Made by cnnc: one addon and one static library for ${name}.
cmake_minimum_required(VERSION 3.15)
project(${name} CXX)
set(CMAKE_BUILD_TYPE Release)
set(CMAKE_CXX_FLAGS_RELEASE "")
include_directories("${native}")

# -fno-gnu-unique is gcc's; clang never makes such symbols.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-fno-gnu-unique)
endif()

add_library(kernels OBJECT ${quoted(kernels.map((file) => file.name))})
target_compile_options(kernels PRIVATE ${kernelOptions.join(" ")})

file(GLOB host CONFIGURE_DEPENDS "${native}/addon/*.cc" "${native}/parallel/*.cc")
file(GLOB glue CONFIGURE_DEPENDS "${native}/addon/node/*.cc")
file(GLOB c_api CONFIGURE_DEPENDS "${native}/addon/c/*.cc")

add_library(host OBJECT models.cc \${host})
target_compile_options(host PRIVATE ${[...everywhere, ...hostFlags].join(" ")})

add_library(${name} SHARED \${glue} $<TARGET_OBJECTS:host> $<TARGET_OBJECTS:kernels>)
target_compile_options(${name} PRIVATE ${[...everywhere, ...hostFlags].join(" ")} -DNAPI_DISABLE_CPP_EXCEPTIONS)
target_compile_definitions(${name} PRIVATE NAPI_VERSION=8)
target_include_directories(${name} SYSTEM PRIVATE \${CMAKE_JS_INC} "${nodeAddonApi}")
set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".node" LIBRARY_OUTPUT_DIRECTORY "\${CMAKE_BINARY_DIR}/product")
target_link_libraries(${name} PRIVATE \${CMAKE_JS_LIB} pthread)
target_link_options(${name} PRIVATE -Wl,-z,nodelete "-Wl,--version-script=${native}/addon/node/exports.map" -s)

add_library(${name}_c STATIC \${c_api} $<TARGET_OBJECTS:host> $<TARGET_OBJECTS:kernels>)
target_compile_options(${name}_c PRIVATE ${[...everywhere, ...hostFlags].join(" ")})
target_compile_definitions(${name}_c PRIVATE CNNC_C_ENTRY=${entryName(name)})
set_target_properties(${name}_c PROPERTIES OUTPUT_NAME ${name} ARCHIVE_OUTPUT_DIRECTORY "\${CMAKE_BINARY_DIR}/product")
`;
}
