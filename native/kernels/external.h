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

  CNNC_INLINE const T* pixel(long n, int h, int w) const { return data + n * sample + h * row + w * column; }

  // Lanes c.. of a pixel.
  template <class V>
  CNNC_INLINE V lanes(const T* pixel, int c) const {
    if constexpr (V::lanes == 1) {
      return V::load(pixel + c * channel);
    } else {
      alignas(64) float lane[V::lanes] = {};
      for (int i = 0; i < V::lanes && c + i < C; i++) lane[i] = float(pixel[(c + i) * channel]);
      return V::load(lane);
    }
  }

  template <class V>
  CNNC_INLINE V load(At at) const {
    const T* from = pixel(at.n, at.h, at.w);
    if constexpr (requires { typename V::of_columns; }) return columns<typename V::of_columns>(from + at.c * channel);
    else return lanes<V>(from, at.c);
  }

  // Of one channel, pixels that are side by side.
  template <class V>
  CNNC_INLINE V columns(const T* first) const {
    if (column == 1) return V::load(first);
    alignas(64) float lane[V::lanes];
    for (int i = 0; i < V::lanes; i++) lane[i] = float(first[i * column]);
    return V::load(lane);
  }
};

// Tokens in the caller's memory: whole numbers that name rows of a table, one for each place.
struct Tokens {
  const int32_t* data;
  long sample, place;
  CNNC_INLINE explicit Tokens(const InputView& v)
      : data(static_cast<const int32_t*>(v.data)), sample(v.sample), place(v.channel) {}
  CNNC_INLINE int32_t operator()(long n, int l) const { return read(data + n * sample + l * place); }
};

// The number of each lane's element in the order c, h, w: what random draws are counted by.
template <class V, int H, int W>
CNNC_INLINE typename V::u32 element(At at) {
  using U = typename V::u32;
  return (U::iota() + U(uint32_t(at.c))) * U(uint32_t(H * W)) + U(uint32_t(at.h * W + at.w));
}

}  // namespace cnnc::CNNC_ISA
