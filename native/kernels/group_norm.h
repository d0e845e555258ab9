// Values less their mean, over their deviation, by the moments of groups of channels of one sample; and the gradient.
#pragma once
#include "moments.h"

namespace cnnc::CNNC_ISA {

// For every channel of sample n the mean of its group and 1/√(variance + eps). Moments of a channel are taken twice: a
// first pixel far from the others costs digits of the first variance, but hardly any of the mean, about which the second is.
template <class V, int Groups, class X>
CNNC_INLINE void group_moments(X x, long n, float eps, float* mean, float* inv_std) {
  constexpr int size = X::channels / Groups;
  constexpr double pixels = double(X::height) * X::width;
  Moments own[V::lanes], group{0, 0};
  alignas(64) float first[V::lanes];
  for (int c = 0; c < X::channels; c += V::lanes) {
    sample_moments<V>(x, n, c, load_lanes<V, X>(x.at(n, 0, 0), c), own);
    for (int i = 0; i < V::lanes; i++) first[i] = float(own[i].mean);
    sample_moments<V>(x, n, c, V::load(first), own);
    for (int k = c; k < min(c + V::lanes, X::channels); k++) {
      const int before = k % size;
      group = before == 0 ? own[k - c] : merge(group, before * pixels, own[k - c], pixels);
      if (before < size - 1) continue;
      const float s = float(1 / __builtin_sqrt(group.squares / (size * pixels) + eps));
      for (int j = k - before; j <= k; j++) mean[j] = float(group.mean), inv_std[j] = s;
    }
  }
}

// y[n,h,w,c] = (x[n,h,w,c] - mean)·inv_std with the moments of the channel's group over sample n (Wu & He 2018). Where
// the gradient needs it, inv_std of every channel is kept in Scale.
template <class V, int Groups, class X, class Scale, class Body>
CNNC_KERNEL void group_norm(X x, long n, float eps, Scale scale, Body body) {
  alignas(64) float mean[round_up(X::channels, V::lanes)] = {}, inv_std[round_up(X::channels, V::lanes)] = {};
  group_moments<V, Groups>(x, n, eps, mean, inv_std);
  for (int c = 0; c < X::channels; c += V::lanes)
    if constexpr (keeps_scale<Scale>) V::load(inv_std + c).store(scale.at(n, 0, 0, c));
  for (int h = 0; h < X::height; h++)
    for (int w = 0; w < X::width; w++)
      for (int c = 0; c < X::channels; c += V::lanes)
        body((load_lanes<V, X>(x.at(n, h, w), c) - V::load(mean + c)) * V::load(inv_std + c), At{n, h, w, c});
}

// Σ dy and Σ dy·y over the pixels of sample n, for V::lanes channels from c on.
template <class V, class Y, class DY>
CNNC_INLINE void plane_sums(Y y, DY dy, long n, int c, double* plain, double* scaled) {
  constexpr int rows = rows_in_float<Y>;
  alignas(64) float a[V::lanes], b[V::lanes];
  for (int i = 0; i < V::lanes; i++) plain[i] = scaled[i] = 0;
  for (int h0 = 0; h0 < Y::height; h0 += rows) {
    V sum = V::zero(), product = V::zero();
    for (int h = h0; h < min(h0 + rows, Y::height); h++)
      for (int w = 0; w < Y::width; w++) {
        V d = load_lanes<V, DY>(dy.at(n, h, w), c);
        sum = sum + d;
        product = fma(d, load_lanes<V, Y>(y.at(n, h, w), c), product);
      }
    sum.store(a), product.store(b);
    for (int i = 0; i < V::lanes; i++) plain[i] += a[i], scaled[i] += b[i];
  }
}

// dx = inv_std·(dy - Σdy/M - y·Σ(dy·y)/M), the sums over the M elements of the group.
template <class V, int Groups, class Y, class DY, class Scale, class Body>
CNNC_KERNEL void group_norm_grad(Y y, DY dy, Scale scale, long n, Body body) {
  constexpr int size = Y::channels / Groups;
  constexpr double count = double(size) * Y::height * Y::width;
  alignas(64) float plain[round_up(Y::channels, V::lanes)] = {}, scaled[round_up(Y::channels, V::lanes)] = {};
  double sum = 0, product = 0, a[V::lanes], b[V::lanes];
  for (int c = 0; c < Y::channels; c += V::lanes) {
    plane_sums<V>(y, dy, n, c, a, b);
    for (int k = c; k < min(c + V::lanes, Y::channels); k++) {
      const int before = k % size;
      sum = (before == 0 ? 0 : sum) + a[k - c], product = (before == 0 ? 0 : product) + b[k - c];
      if (before < size - 1) continue;
      for (int j = k - before; j <= k; j++) plain[j] = float(sum / count), scaled[j] = float(product / count);
    }
  }
  for (int h = 0; h < Y::height; h++)
    for (int w = 0; w < Y::width; w++)
      for (int c = 0; c < Y::channels; c += V::lanes) {
        V own = load_lanes<V, Y>(y.at(n, h, w), c) * V::load(scaled + c);
        V d = load_lanes<V, DY>(dy.at(n, h, w), c) - V::load(plain + c);
        body((d - own) * load_lanes<V, Scale>(scale.at(n, 0, 0), c), At{n, h, w, c});
      }
}

}  // namespace cnnc::CNNC_ISA
