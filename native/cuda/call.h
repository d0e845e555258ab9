// One execution of one program on a device: addresses are those of the device, and stay the same from call to call, so that
// a program can be recorded once and replayed.
#pragma once
#include "../addon/model.h"
#ifdef CNNC_EMULATED
#include "emulator/cuda_runtime_api.h"
#else
#include <cuda_runtime_api.h>
#endif

namespace cnnc {

// What differs from step to step; kernels read it in the memory of the device.
struct StepNumbers {
  uint64_t seed, step;
  double total_steps;
  int64_t first;  // Call::first
  double share;   // of the samples of the batch: those of this part
};

// What an optimiser computes of them, once a step.
constexpr int most_step_scalars = 1024;

struct DeviceCall : Call {
  cudaStream_t stream;
  const StepNumbers* numbers;  // on the device, as is all below
  float* scalars;              // most_step_scalars
};

}  // namespace cnnc
