// The streams of an instance: what computes, and, for calls of several chunks, copies beside it.
#pragma once
#include "device-memory.h"

namespace cnnc {

struct Streams {
  Streams() = default;
  ~Streams();
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;
  [[nodiscard]] Error open();
  // Waits for all of them; what goes wrong meanwhile was told before.
  void settle() const;

  cudaStream_t in = nullptr, compute = nullptr, out = nullptr;
};

}  // namespace cnnc
