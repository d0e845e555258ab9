// Copies of weights in fewer bits.
#pragma once
#include "parameters.h"

namespace cnnc::CNNC_ISA {

template <class T>
struct Narrow {
  static constexpr int threads = threads_of_parameters, shared_bytes = 0;
  const float* x;
  long size;
  T* y;

  long blocks() const { return (size + threads - 1) / threads; }
  CNNC_DEVICE void operator()() const {
    const long i = block_index() * threads + thread_index();
    if (i < size) write(y + i, T(read(x + i)));
  }
};
// y[i] = x[i], rounded to T, for i < size
template <class T>
Narrow<T> narrow(const float* x, long size, T* y) {
  return {x, size, y};
}

}  // namespace cnnc::CNNC_ISA
