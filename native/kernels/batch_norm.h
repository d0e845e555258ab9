// Statistics over a batch, per channel, and the sums of their gradient. Parts of the batch are reduced apart and merged
// in order, in double: the same bits for any number of threads.
#pragma once
#include "moments.h"

namespace cnnc::CNNC_ISA {

// part[c], for the channels of x, over samples [n0, n1), each shifted by its first pixel.
template <class V, class X>
CNNC_KERNEL void batch_moments(X x, long n0, long n1, Moments* part) {
  constexpr double pixels = double(X::height) * X::width;
  for (int c = 0; c < X::channels; c += V::lanes) {
    Moments sample[V::lanes];
    for (int i = 0; i < V::lanes; i++) part[c + i] = {0, 0};
    for (long n = n0; n < n1; n++) {
      sample_moments<V>(x, n, c, load_lanes<V, X>(x.at(n, 0, 0), c), sample);
      for (int i = 0; i < V::lanes; i++) part[c + i] = merge(part[c + i], double(n - n0) * pixels, sample[i], pixels);
    }
  }
}

// Parts in order → mean and 1/√(variance + eps) of the batch (biased variance); the running values move by `momentum`
// (unbiased variance).
template <class V, class X>
CNNC_KERNEL void finish_moments(const Moments* parts, long count, long stride, long batch, float eps, float momentum,
                                float* mean, float* inv_std, float* running_mean, float* running_variance) {
  constexpr double pixels = double(X::height) * X::width;
  for (int c = 0; c < X::channels; c++) {
    Moments all{0, 0};
    double seen = 0;
    for (long j = 0; j < count; j++) {
      double own = double(batch * (j + 1) / count - batch * j / count) * pixels;
      all = merge(all, seen, parts[j * stride + c], own);
      seen += own;
    }
    double variance = seen > 0 ? all.squares / seen : 0, unbiased = seen > 1 ? all.squares / (seen - 1) : 0;
    mean[c] = float(all.mean);
    inv_std[c] = float(1 / __builtin_sqrt(variance + eps));
    if (!running_mean) continue;
    running_mean[c] = float(running_mean[c] + momentum * (all.mean - running_mean[c]));
    running_variance[c] = float(running_variance[c] + momentum * (unbiased - running_variance[c]));
  }
}

struct GradientSums {
  double plain, scaled;
};

// part[c] = Σ dy, Σ dy·(x - mean)·inv_std over samples [n0, n1).
template <class V, class DY, class X>
CNNC_KERNEL void batch_norm_sums(DY dy, X x, const float* mean, const float* inv_std, long n0, long n1, GradientSums* part) {
  for (int c = 0; c < X::channels; c += V::lanes) {
    const V m = V::load(mean + c), s = V::load(inv_std + c);
    for (int i = 0; i < V::lanes; i++) part[c + i] = {0, 0};
    for (long n = n0; n < n1; n++) {
      V plain = V::zero(), scaled = V::zero();
      for (int h = 0; h < X::height; h++)
        for (int w = 0; w < X::width; w++) {
          V d = load_lanes<V, DY>(dy.at(n, h, w), c);
          plain = plain + d;
          scaled = fma(d, (load_lanes<V, X>(x.at(n, h, w), c) - m) * s, scaled);
        }
      alignas(64) float a[V::lanes], b[V::lanes];
      plain.store(a), scaled.store(b);
      for (int i = 0; i < V::lanes; i++) part[c + i].plain += a[i], part[c + i].scaled += b[i];
    }
  }
}

// Parts in order. Whole vectors are written; lanes past the channels become zero.
template <class V>
CNNC_KERNEL void finish_sums(const GradientSums* parts, long count, long stride, int channels, float* plain, float* scaled) {
  for (int c = 0; c < round_up(channels, V::lanes); c++) {
    double a = 0, b = 0;
    for (long j = 0; j < count && c < channels; j++) a += parts[j * stride + c].plain, b += parts[j * stride + c].scaled;
    plain[c] = float(a), scaled[c] = float(b);
  }
}

}  // namespace cnnc::CNNC_ISA
