import { cudaDefinitions, emulatedFlags, nvccFlags } from "../addon/cuda-files.ts";
import type { EmittedFile } from "../emitted-file.ts";
import { literal } from "../cpp/names.ts";
import type { Precision } from "../../ir/plan.ts";

export interface BundleFacts {
  readonly model: string;
  readonly precision: Precision;
  /** Multiply-accumulates of one sample, in inference. */
  readonly macs: number;
}

/**
 * The largest difference by the largest value that a whole network may have: ten times that of one operator, since errors
 * add up from layer to layer; more in a step, which goes through all layers twice.
 */
const tolerances: { readonly [P in Precision]: readonly [outputs: number, step: number] } = {
  f32: [1e-4, 1e-3],
  tf32: [2e-2, 5e-2],
  f16: [1e-1, 2e-1],
  bf16: [1e-1, 2e-1],
};

/** What a bundle has beside kernels, native sources and numbers. */
export function emitBundle(facts: BundleFacts): readonly EmittedFile[] {
  return [
    { name: "models.cc", text: modelsFile(facts) },
    { name: "Makefile", text: makefile },
    { name: "README.md", text: readme(facts) },
  ];
}

function modelsFile({ model, precision, macs }: BundleFacts): string {
  const [outputs, step] = tolerances[precision];
  return `#include "addon/model.h"
#include "cuda/bundle/bundle.h"

namespace cnnc {
namespace cuda {
extern const Model model_${model};
}
const Model* const models[] = {&cuda::model_${model}};
const int32_t model_count = 1;

const bundle::Facts bundle::facts = {${literal(precision)}, ${macs}, ${outputs}, ${step}};
}  // namespace cnnc
`;
}

const makefile = `# make builds, with nvcc alone; check and bench need a GPU, check-emulated needs g++ alone.
NVCC ?= nvcc
NVCC_FLAGS = ${[...nvccFlags, ...cudaDefinitions].join(" ")}
EMULATED_FLAGS = ${emulatedFlags.join(" ")}

kernels := $(wildcard kernels/*.cu)
host := models.cc $(addprefix native/,addon/instance.cc addon/c/safetensors.cc addon/c/json-reader.cc cuda/bundle/bundle.cc) \\
  $(wildcard native/cuda/host/*.cc)
emulator := $(wildcard native/cuda/emulator/*.cc)
objects := $(kernels:%.cu=build/%.o) $(host:%.cc=build/%.o)
emulated := $(kernels:%.cu=emulated/%.o) $(host:%.cc=emulated/%.o) $(emulator:%.cc=emulated/%.o)

.PHONY: all check bench check-emulated sanitize compare clean
all: build/check build/bench

check: build/check
	./build/check
bench: build/bench
	./build/bench
check-emulated: emulated/check
	./emulated/check
sanitize: build/check
	compute-sanitizer --error-exitcode 1 ./build/check
compare:
	python3 native/cuda/bundle/compare-pytorch.py

build/check build/bench: build/%: $(objects) build/native/cuda/bundle/%.o
	$(NVCC) $^ -o $@
build/%.o: %.cu
	@mkdir -p $(@D)
	$(NVCC) $(NVCC_FLAGS) -Inative -c $< -o $@
build/%.o: %.cc
	@mkdir -p $(@D)
	$(NVCC) -std=c++20 -O2 -Inative -c $< -o $@

emulated/check: $(emulated) emulated/native/cuda/bundle/check.o
	$(CXX) $^ -ldl -o $@
emulated/%.o: %.cu
	@mkdir -p $(@D)
	$(CXX) $(EMULATED_FLAGS) -Inative -xc++ -c $< -o $@
emulated/%.o: %.cc
	@mkdir -p $(@D)
	$(CXX) -std=c++20 -O2 -DCNNC_EMULATED -Inative -c $< -o $@

clean:
	rm -rf build emulated
`;

function readme({ model, precision }: BundleFacts): string {
  const [outputs, step] = tolerances[precision];
  return `# ${model} for CUDA, products in ${precision}

Made by \`cnnc bundle\`: all that is needed to check and to measure the network on a machine with a GPU, without Node.

| Command               | What it does                                                                                        |
| --------------------- | --------------------------------------------------------------------------------------------------- |
| \`make -j\`             | builds; needs nvcc of CUDA 12 or later, no GPU                                                      |
| \`make check\`          | predicts, trains for a step, compares with \`data.safetensors\`, prints the largest relative errors   |
| \`make bench\`          | times predictions and steps of 1, 32 and 128 samples: medians, TFLOP/s, percent of the roofline     |
| \`make sanitize\`       | \`check\` under NVIDIA's compute-sanitizer                                                            |
| \`make compare\`        | the same by PyTorch and cuDNN: differences and times; needs Python with torch and numpy              |
| \`make check-emulated\` | \`check\` on the emulated device; needs g++, no CUDA                                                  |

Weights and inputs are random but fixed. Outputs were computed in float64 by the operators' references, the step by the same
network on processors, in f32. Outputs may be off by ${outputs} of the largest, a step by ${step}. \`CNNC_CUDA_DEVICE\` chooses the device.
`;
}
