// The channels of several values one after another.
#pragma once
#include "../simd/simd.h"
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

// Hands over channels first.. of a pixel of the result, which are those of x; returns the channel behind them. Vectors
// that lie within x are read from it at once. A vector that x shares with its neighbours is gathered in `seam`, and
// handed over by the operand that completes it.
template <class V, class X, class Body>
CNNC_INLINE int concat_operand(X x, At at, int first, float* seam, const Body& body) {
  constexpr int lanes = V::lanes;
  const int whole = round_up(first, lanes), end = first + X::channels;
  const float* pixel = x.at(at.n, at.h, at.w);
  for (int c = first; c < min(whole, end); c++) seam[c % lanes] = pixel[c - first];
  if (first < whole && whole <= end) body(V::load(seam), At{at.n, at.h, at.w, whole - lanes});
  int c = whole;
  for (; c + lanes <= end; c += lanes) body(V::load(pixel + c - first), At{at.n, at.h, at.w, c});
  for (; c < end; c++) seam[c % lanes] = pixel[c - first];
  return end;
}

// y[n,h,w,·] = x₁[n,h,w,·], x₂[n,h,w,·], … for rows [h0, h1). Only channels are read, never padding lanes.
template <class V, class Body, class X, class... More>
CNNC_KERNEL void concat(long n, int h0, int h1, Body body, X x, More... more) {
  alignas(64) float seam[V::lanes] = {};
  for (int h = h0; h < h1; h++)
    for (int w = 0; w < X::width; w++) {
      const At at{n, h, w, 0};
      int end = concat_operand<V>(x, at, 0, seam, body);
      ((end = concat_operand<V>(more, at, end, seam, body)), ...);
      if (int rest = end % V::lanes) body(V::load(seam), At{n, h, w, end - rest});
    }
}

}  // namespace cnnc::CNNC_ISA
