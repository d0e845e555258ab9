// Values less their mean, over their deviation, by the moments over the channels of each pixel; and the gradient.
#pragma once
#include "moments.h"

namespace cnnc::CNNC_ISA {

// Σ over lanes, in double.
template <class V>
CNNC_INLINE double sum_in_double(V v) {
  alignas(64) float lane[V::lanes];
  double sums[V::lanes];
  v.store(lane);
  for (int i = 0; i < V::lanes; i++) sums[i] = lane[i];
  for (int half = V::lanes / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) sums[i] += sums[i + half];
  return sums[0];
}

// Σ f(c) over whole vectors of C channels; lanes past them must be 0. Runs of 32 in float, then in double.
template <class V, int C, class F>
CNNC_INLINE double over_channels(const F& f) {
  constexpr int run = 32 * V::lanes;
  double total = 0;
  for (int c0 = 0; c0 < C; c0 += run) {
    V sum = V::zero();
    for (int c = c0; c < min(c0 + run, C); c += V::lanes) sum = sum + f(c);
    total += sum_in_double(sum);
  }
  return total;
}

// y[n,h,w,c] = (x[n,h,w,c] - mean)·inv_std with the moments of the pixel's channels, for rows [h0, h1) (Ba et al. 2016;
// over channels alone as in Liu et al. 2022). The mean is taken about the first channel, the variance about the mean. Where
// the gradient needs it, inv_std of every pixel is kept in Scale.
template <class V, class X, class Scale, class Body>
CNNC_KERNEL void channel_norm(X x, long n, int h0, int h1, float eps, Scale scale, Body body) {
  constexpr int C = X::channels;
  for (int h = h0; h < h1; h++)
    for (int w = 0; w < X::width; w++) {
      const float* pixel = x.at(n, h, w);
      const V shift(pixel[0]);
      const double offset = over_channels<V, C>([&](int c) { return masked_lanes<V, X>(pixel, c, shift) - shift; });
      const V mean(float(pixel[0] + offset / C));
      const double squares = over_channels<V, C>([&](int c) {
        V d = masked_lanes<V, X>(pixel, c, mean) - mean;
        return d * d;
      });
      const float inv_std = float(1 / __builtin_sqrt(squares / C + eps));
      if constexpr (keeps_scale<Scale>) *scale.at(n, h, w) = inv_std;
      for (int c = 0; c < C; c += V::lanes)
        body((load_lanes<V, X>(pixel, c) - mean) * V(inv_std), At{n, h, w, c});
    }
}

// dx = inv_std·(dy - Σdy/C - y·Σ(dy·y)/C), the sums over the C channels of the pixel, for rows [h0, h1).
template <class V, class Y, class DY, class Scale, class Body>
CNNC_KERNEL void channel_norm_grad(Y y, DY dy, Scale scale, long n, int h0, int h1, Body body) {
  constexpr int C = Y::channels;
  for (int h = h0; h < h1; h++)
    for (int w = 0; w < Y::width; w++) {
      const float *out = y.at(n, h, w), *d = dy.at(n, h, w);
      const double sum = over_channels<V, C>([&](int c) { return masked_lanes<V, DY>(d, c, V::zero()); });
      const double product = over_channels<V, C>(
          [&](int c) { return masked_lanes<V, DY>(d, c, V::zero()) * masked_lanes<V, Y>(out, c, V::zero()); });
      const V plain(float(sum / C)), scaled(float(product / C)), s(*scale.at(n, h, w));
      for (int c = 0; c < C; c += V::lanes)
        body(((load_lanes<V, DY>(d, c) - plain) - load_lanes<V, Y>(out, c) * scaled) * s, At{n, h, w, c});
    }
}

}  // namespace cnnc::CNNC_ISA
