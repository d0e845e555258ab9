// Sums of neighbouring channels.
#pragma once
#include "../simd/simd.h"
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

// y[n,h,w,c] = Σ x[n,h,w,c + j] over j of -Before … After and channels that there are, for rows [h0, h1). The gradient
// is the same with the sides exchanged.
template <class V, int Before, int After, class X, class Body>
CNNC_KERNEL void channel_window(X x, long n, int h0, int h1, Body body) {
  // A pixel with zeros on both sides.
  alignas(64) float channels[Before + round_up(X::channels, V::lanes) + After] = {};
  for (int h = h0; h < h1; h++)
    for (int w = 0; w < X::width; w++) {
      const float* pixel = x.at(n, h, w);
      for (int c = 0; c < X::channels; c += V::lanes)
        masked_lanes<V, X>(pixel, c, V::zero()).store(channels + Before + c);
      for (int c = 0; c < X::channels; c += V::lanes) {
        V sum = V::load(channels + c);
        for (int j = 1; j <= Before + After; j++) sum = sum + V::load(channels + c + j);
        body(sum, At{n, h, w, c});
      }
    }
}

}  // namespace cnnc::CNNC_ISA
