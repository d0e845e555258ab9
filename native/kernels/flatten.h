// Between h × w × c in memory and the order c, h, w that the language's flat vectors have.
#pragma once
#include "../simd/simd.h"
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

// y[(c·H + h)·W + w] = x[n,h,w,c]; y is the memory of that one sample.
template <class X>
CNNC_KERNEL void flatten(X x, long n, float* y) {
  for (int h = 0; h < X::height; h++)
    for (int w = 0; w < X::width; w++) {
      const auto* pixel = x.at(n, h, w);
      for (int c = 0; c < X::channels; c++) y[(c * X::height + h) * X::width + w] = float(pixel[c]);
    }
}

// dx[n,h,w,c] = dy[(c·H + h)·W + w] for rows [h0, h1); dy is the memory of sample n.
template <class V, class X, class Body>
void unflatten(const float* dy, long n, int h0, int h1, const Body& body) {
  for (int h = h0; h < h1; h++)
    for (int w = 0; w < X::width; w++)
      for (int c = 0; c < X::channels; c += V::lanes) {
        alignas(64) float lane[V::lanes] = {};
        for (int i = 0; i < V::lanes && c + i < X::channels; i++) lane[i] = dy[((c + i) * X::height + h) * X::width + w];
        body(V::load(lane), At{n, h, w, c});
      }
}

}  // namespace cnnc::CNNC_ISA
