// Softmax over the channels of every pixel, its logarithm, and their gradients.
#pragma once
#include "../simd/math.h"
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

// The largest channel of a pixel.
template <class V, class X, class T>
CNNC_INLINE float largest_channel(const T* pixel) {
  V m(-__builtin_inff());
  for (int c = 0; c < X::channels; c += V::lanes) m = max(m, masked_lanes<V, X>(pixel, c, V(-__builtin_inff())));
  return largest(m);
}

// Σ_c exp(x[c] - m); every term goes to e, if wanted, which has room for whole vectors.
template <class V, class X, class T>
CNNC_INLINE float sum_of_exp(const T* pixel, float m, float* e) {
  V total = V::zero();
  for (int c = 0; c < X::channels; c += V::lanes) {
    V v = exp(masked_lanes<V, X>(pixel, c, V(-__builtin_inff())) - V(m));
    if (e) v.store(e + c);
    total = total + v;
  }
  return sum(total);
}

CNNC_INLINE float log_of(float x) { return log(f32x1(x)).v; }

// y[n,h,w,c] = exp(x[c] - m) / Σ_j exp(x[j] - m), m = max_j x[j], or the logarithm of that, for rows [h0, h1).
template <class V, bool Log, class X, class Body>
CNNC_KERNEL void softmax(X x, long n, int h0, int h1, Body body) {
  for (int h = h0; h < h1; h++)
    for (int w = 0; w < X::width; w++) {
      const auto* pixel = x.at(n, h, w);
      float m = largest_channel<V, X>(pixel);
      if constexpr (Log) {
        V shift(m), rest(log_of(sum_of_exp<V, X>(pixel, m, nullptr)));
        for (int c = 0; c < X::channels; c += V::lanes)
          body((load_lanes<V, X>(pixel, c) - shift) - rest, At{n, h, w, c});
      } else {
        alignas(64) float e[round_up(X::channels, V::lanes)];
        V scale(1.f / sum_of_exp<V, X>(pixel, m, e));
        for (int c = 0; c < X::channels; c += V::lanes) body(V::load(e + c) * scale, At{n, h, w, c});
      }
    }
}

// dx[c] = y[c]·(dy[c] - Σ_j dy[j]·y[j]) of softmax, dx[c] = dy[c] - exp(y[c])·Σ_j dy[j] of its logarithm, rows [h0, h1).
template <class V, bool Log, class Y, class DY, class Body>
CNNC_KERNEL void softmax_grad(Y y, DY dy, long n, int h0, int h1, Body body) {
  for (int h = h0; h < h1; h++)
    for (int w = 0; w < Y::width; w++) {
      const auto* out = y.at(n, h, w);
      const auto* d = dy.at(n, h, w);
      V total = V::zero();
      for (int c = 0; c < Y::channels; c += V::lanes) {
        V v = masked_lanes<V, DY>(d, c, V::zero());
        total = Log ? total + v : fma(v, masked_lanes<V, Y>(out, c, V::zero()), total);
      }
      V all(sum(total));
      for (int c = 0; c < Y::channels; c += V::lanes) {
        V v = load_lanes<V, Y>(out, c), g = load_lanes<V, DY>(d, c);
        body(Log ? g - exp(v) * all : v * (g - all), At{n, h, w, c});
      }
    }
}

}  // namespace cnnc::CNNC_ISA
