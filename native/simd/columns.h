// Numbers of one channel, of pixels side by side.
#pragma once
#include "inline.h"

namespace cnnc::CNNC_ISA {

// A vector of them: what is one number for each channel is the same in all lanes. Results lie apart in memory, so that the kernel
// stores what the body returns.
template <class V>
struct Columns : V {
  using of_columns = V;
  CNNC_INLINE Columns(V v) : V(v) {}
  explicit CNNC_INLINE Columns(float x) : V(x) {}
  static CNNC_INLINE Columns load(const float* p) { return Columns(*p); }
  CNNC_INLINE void store(float*) const {}
};

}  // namespace cnnc::CNNC_ISA
