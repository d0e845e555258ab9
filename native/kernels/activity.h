// Which units fire. A unit is a channel: its weights are what dies.
#pragma once
#include "../simd/simd.h"
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

// fired[c] becomes 1 where some x[n,h,w,c] > 0, and stays 1. Channels that have fired are not looked at again, so that
// watching costs next to nothing once all are awake.
template <class V, class X>
CNNC_KERNEL void activity(X x, long batch, uint8_t* fired) {
  for (int c = 0; c < X::channels; c += V::lanes) {
    const int lanes = min(V::lanes, X::channels - c);
    int asleep = 0;
    for (int i = 0; i < lanes; i++) asleep += !fired[c + i];
    for (long n = 0; n < batch && asleep > 0; n++) {
      V most = V::zero();
      for (int h = 0; h < X::height; h++)
        for (int w = 0; w < X::width; w++) most = max(most, load_lanes<V, X>(x.at(n, h, w), c));
      alignas(64) float lane[V::lanes];
      most.store(lane);
      asleep = 0;
      for (int i = 0; i < lanes; i++) {
        fired[c + i] |= lane[i] > 0;
        asleep += !fired[c + i];
      }
    }
  }
}

}  // namespace cnnc::CNNC_ISA
