// Kernels with a thread for each element of a value.
#pragma once
#include "../../kernels/external.h"
#include "../device.h"

namespace cnnc::CNNC_ISA {

constexpr int threads_of_elements = 256;

// The element that a thread has: channels lie side by side, so that a warp's accesses do.
template <class Y>
struct Elements {
  static constexpr int threads = threads_of_elements, shared_bytes = 0;
  static constexpr long size = long(Y::height) * Y::width * Y::channels;
  long batch;

  long blocks() const { return (batch * size + threads - 1) / threads; }
  // False past the last.
  CNNC_DEVICE bool find(At& at) const {
    const long i = block_index() * threads + thread_index();
    if (i >= batch * size) return false;
    const int rest = int(i % size);
    at = {i / size, rest / (Y::width * Y::channels), rest / Y::channels % Y::width, rest % Y::channels};
    return true;
  }
};

}  // namespace cnnc::CNNC_ISA
