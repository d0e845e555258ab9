// Values in the caller's memory, in the caller's order.
#pragma once
#include "../addon/model.h"
#include "../simd/simd.h"
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

template <class T, int C>
struct External {
  const T* data;
  long sample, channel, row, column;
  CNNC_INLINE explicit External(const InputView& v)
      : data(static_cast<const T*>(v.data)), sample(v.sample), channel(v.channel), row(v.row), column(v.column) {}
  // Dense in the order n, c, h, w.
  CNNC_INLINE External(const void* p, int h, int w)
      : data(static_cast<const T*>(p)), sample(long(C) * h * w), channel(long(h) * w), row(w), column(1) {}

  template <class V>
  CNNC_INLINE V load(At at) const {
    const T* p = data + at.n * sample + at.h * row + at.w * column;
    if constexpr (V::lanes == 1) {
      return V(float(p[at.c * channel]));
    } else {
      alignas(64) float lane[V::lanes] = {};
      for (int i = 0; i < V::lanes && at.c + i < C; i++) lane[i] = float(p[(at.c + i) * channel]);
      return V::load(lane);
    }
  }
};

// The number of each lane's element in the order c, h, w: what random draws are counted by.
template <class V, int H, int W>
CNNC_INLINE typename V::u32 element(At at) {
  using U = typename V::u32;
  return (U::iota() + U(uint32_t(at.c))) * U(uint32_t(H * W)) + U(uint32_t(at.h * W + at.w));
}

}  // namespace cnnc::CNNC_ISA
