// Pooling: the maximum, sum or average of every window, clipped to the image.
#pragma once
#include "../simd/simd.h"
#include "pooling.h"

namespace cnnc::CNNC_ISA {

// The rows of one sample of a tensor, as pool_row wants them.
template <class X>
struct SampleRows {
  X x;
  long n;
  CNNC_INLINE auto* operator()(int h) const { return x.at(n, h, 0); }
};

// Sum or maximum over taps r, s of one window, whose first tap is at column w of the rows from h on;
// `tap` becomes r·kw + s of the first maximum. A maximum over no taps is -∞.
template <class V, class X, Pooling how, Window k, bool Index, class Rows>
CNNC_INLINE V pool_window(const Rows& rows, int h, int w, Range r, Range s, int c, V& tap) {
  V acc = how == Pooling::max ? V(-__builtin_inff()) : V::zero();
  tap = V::zero();
  for (int i = r.begin; i < r.end; i++) {
    const auto* row = rows(h + i * k.dh);
    for (int j = s.begin; j < s.end; j++) {
      V v = load_lanes<V, X>(row + long(w + j * k.dw) * X::pixel, c);
      if constexpr (Index) tap = select(v > acc, V(float(i * k.kw + j)), tap);
      acc = how == Pooling::max ? max(acc, v) : acc + v;
    }
  }
  return acc;
}

// Row p of the results over an image X::height × X::width, whose rows `rows` yields. Channel c of X is channel
// first + c of the result.
template <class V, class X, Pooling how, Window k, int P, int Q, class Index, class Rows, class Body>
CNNC_INLINE void pool_row(const Rows& rows, Index index, long n, int p, int first, const Body& body) {
  constexpr bool all_rows = all_inside(k.kh, k.sh, k.ph, k.dh, X::height, P);
  constexpr bool all_columns = all_inside(k.kw, k.sw, k.pw, k.dw, X::width, Q);
  int h = p * k.sh - k.ph;
  Range r = all_rows ? Range{0, k.kh} : taps_inside(h, k.kh, k.dh, X::height);
  for (int q = 0; q < Q; q++) {
    int w = q * k.sw - k.pw;
    Range s = all_columns ? Range{0, k.kw} : taps_inside(w, k.kw, k.dw, X::width);
    float scale = how == Pooling::max ? 1.f : share<how, k, X::height, X::width, P, Q>(p, q);
    for (int c = 0; c < X::channels; c += V::lanes) {
      V tap, v = pool_window<V, X, how, k, keeps<Index>>(rows, h, w, r, s, c, tap);
      if constexpr (keeps<Index>) tap.store(index.at(n, p, q, first + c));
      if constexpr (how != Pooling::max) v = v * V(scale);
      body(v, At{n, p, q, first + c});
    }
  }
}

// y[n,p,q,c] = max, sum or average over r,s of x[n, p·sh + r·dh - ph, q·sw + s·dw - pw, c] for rows p of [p0, p1).
// index, a tensor of bytes (of floats where there are more than 256 taps), receives the tap r·kw + s of the first maximum.
template <class V, class X, Pooling how, Window k, int P, int Q, class Index, class Body>
CNNC_KERNEL void pool(X x, Index index, long n, int p0, int p1, Body body) {
  static_assert(!keeps<Index> || how == Pooling::max, "an index is of a maximum");
  static_assert(!keeps<Index> || fits_index<Index, k.kh * k.kw>, "the taps' numbers must fit the index");
  for (int p = p0; p < p1; p++)
    pool_row<V, X, how, k, P, Q>(SampleRows<X>{x, n}, index, n, p, 0, body);
}

}  // namespace cnnc::CNNC_ISA
