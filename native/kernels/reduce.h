// Sums in a fixed order.
#pragma once
#include "../simd/simd.h"
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

// out[c] = Σ_{n,h,w} x[n,h,w,c] over samples [n0, n1). Whole vectors are written; lanes past the channels become zero.
// Column w goes to the sum w % 4, to have four additions in flight.
template <class V, class X>
CNNC_KERNEL void channel_sum(X x, long n0, long n1, float* out) {
  constexpr int chains = min(4, X::width);
  for (int c = 0; c < X::channels; c += V::lanes) {
    V acc[chains];
    CNNC_UNROLL for (int u = 0; u < chains; u++) acc[u] = V::zero();
    for (long n = n0; n < n1; n++)
      for (int h = 0; h < X::height; h++) {
        const auto* row = x.at(n, h, 0);
        int w = 0;
        for (; w + chains <= X::width; w += chains) {
          CNNC_UNROLL for (int u = 0; u < chains; u++) acc[u] = acc[u] + load_lanes<V, X>(row + (w + u) * X::pixel, c);
        }
        CNNC_UNROLL for (int u = 0; u < X::width % chains; u++) acc[u] = acc[u] + load_lanes<V, X>(row + (w + u) * X::pixel, c);
      }
    CNNC_UNROLL for (int u = 1; u < chains; u++) acc[0] = acc[0] + acc[u];
    select(V::first(X::channels - c), acc[0], V::zero()).store(out + c);
  }
}

// out[n] = Σ_{h,w,c} x[n,h,w,c]; rows are summed in vectors, their sums in double precision.
template <class V, class X>
CNNC_KERNEL void sample_sum(X x, long n, float* out) {
  double total = 0;
  for (int h = 0; h < X::height; h++) {
    V row = V::zero();
    for (int w = 0; w < X::width; w++)
      for (int c = 0; c < X::channels; c += V::lanes)
        row = row + select(V::first(X::channels - c), load_lanes<V, X>(x.at(n, h, w), c), V::zero());
    total += sum(row);
  }
  out[n] = float(total);
}

// out[i] = Σ_{j < count} partials[j·stride + i], j ascending, for i in [i0, i1), both multiples of the lanes; count > 0.
template <class V>
CNNC_KERNEL void sum_partials(const float* partials, int count, long stride, long i0, long i1, float* out) {
  for (long i = i0; i < i1; i += V::lanes) {
    V acc = V::load(partials + i);
    for (int j = 1; j < count; j++) acc = acc + V::load(partials + j * stride + i);
    acc.store(out + i);
  }
}

// Σ x[i]² over [i0, i1), a multiple of 8 floats, in double: i goes to the sum i % 8, to have additions in flight.
inline double sum_of_squares(const float* x, long i0, long i1) {
  double acc[8] = {};
  for (long i = i0; i < i1; i += 8)
    CNNC_UNROLL for (int u = 0; u < 8; u++) acc[u] += double(x[i + u]) * x[i + u];
  return ((acc[0] + acc[1]) + (acc[2] + acc[3])) + ((acc[4] + acc[5]) + (acc[6] + acc[7]));
}

// The mean of v[0] … v[n - 1], summed in double precision from first to last; 0 of nothing.
inline double batch_mean(const float* v, long n) {
  double total = 0;
  for (long i = 0; i < n; i++) total += v[i];
  return n > 0 ? total / double(n) : 0;
}

}  // namespace cnnc::CNNC_ISA
