// The same numbers, counted in the order c, h, w, under another shape.
#pragma once
#include "../simd/simd.h"
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

// y[i] = x[i], i = (c·H + h)·W + w in either shape, for rows [h0, h1) of y.
template <class V, class Y, class X, class Body>
CNNC_KERNEL void reshape(X x, long n, int h0, int h1, Body body) {
  constexpr int plane = X::height * X::width;
  for (int h = h0; h < h1; h++)
    for (int w = 0; w < Y::width; w++)
      for (int c = 0; c < Y::channels; c += V::lanes) {
        alignas(64) float lane[V::lanes] = {};
        for (int l = 0; l < V::lanes && c + l < Y::channels; l++) {
          int i = ((c + l) * Y::height + h) * Y::width + w;
          lane[l] = *x.at(n, i % plane / X::width, i % X::width, i / plane);
        }
        body(V::load(lane), At{n, h, w, c});
      }
}

}  // namespace cnnc::CNNC_ISA
