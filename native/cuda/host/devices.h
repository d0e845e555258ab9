// Which CUDA device an instance computes on.
#pragma once
#include "../../addon/instance.h"

namespace cnnc {

struct Device {
  int number = 0;
  const char* name = "";  // `cuda:0 NVIDIA H200`, a text that lives forever
};

// The device of this number; of `any_device` that which CNNC_CUDA_DEVICE names, else the first.
[[nodiscard]] Error choose_device(int wanted, Device* device);

}  // namespace cnnc
