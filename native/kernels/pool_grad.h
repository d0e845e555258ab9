// The gradient of pooling, gathered: every pixel of the image sums what the windows over it send back.
#pragma once
#include "../simd/simd.h"
#include "pooling.h"

namespace cnnc::CNNC_ISA {

// What window (p, q) sends to its tap, for channels c.. of sample n.
template <class V, class DY, Pooling how, Window k, int H, int W, class Index>
CNNC_INLINE V pool_share(DY dy, Index index, long n, int p, int q, int tap, int c) {
  V d = load_lanes<V, DY>(dy.at(n, p, q), c);
  if constexpr (how == Pooling::max) {
    V chosen = V::load(index.at(n, p, q, c));
    return select(chosen == V(float(tap)), d, V::zero());
  } else {
    return d * V(share<how, k, H, W, DY::height, DY::width>(p, q));
  }
}

// Row h where the windows tile the image: one window over a pixel, or none past the last.
template <class V, class DY, Pooling how, Window k, int H, int W, class Index, class Body>
CNNC_INLINE void pool_grad_tiling(DY dy, Index index, long n, int h, const Body& body) {
  constexpr int covered = min(W, DY::width * k.kw);
  int p = h / k.kh, r = h % k.kh;
  bool inside = p < DY::height;
  if (inside)
    for (int q = 0; q < DY::width; q++)
      for (int c = 0; c < DY::channels; c += V::lanes)
        for (int s = 0; s < k.kw; s++) {
          int w = q * k.kw + s;
          if (w >= W) break;
          body(pool_share<V, DY, how, k, H, W>(dy, index, n, p, q, r * k.kw + s, c), At{n, h, w, c});
        }
  for (int w = inside ? covered : 0; w < W; w++)
    for (int c = 0; c < DY::channels; c += V::lanes) body(V::zero(), At{n, h, w, c});
}

// Pixel (h, w): windows p of `rows` and q of `columns` may hold it.
template <class V, class DY, Pooling how, Window k, int H, int W, class Index>
CNNC_INLINE V pool_grad_pixel(DY dy, Index index, Range rows, Range columns, At at) {
  V acc = V::zero();
  for (int p = rows.begin; p < rows.end; p++) {
    int r = at.h + k.ph - p * k.sh;
    if (r % k.dh != 0) continue;
    for (int q = columns.begin; q < columns.end; q++) {
      int s = at.w + k.pw - q * k.sw;
      if (s % k.dw != 0) continue;
      acc = acc + pool_share<V, DY, how, k, H, W>(dy, index, at.n, p, q, r / k.dh * k.kw + s / k.dw, at.c);
    }
  }
  return acc;
}

// dx[n,h,w,c] = Σ dy[n,p,q,c]·(share of pixel (h,w) in window (p,q)) for rows h of [h0, h1): of a maximum, 1 where
// index[n,p,q,c] is the pixel's tap; of an average, one over the pixels counted. dx is H × W.
template <class V, class DY, Pooling how, Window k, int H, int W, class Index, class Body>
CNNC_KERNEL void pool_grad(DY dy, Index index, long n, int h0, int h1, Body body) {
  constexpr bool tiling = k.sh == k.kh && k.sw == k.kw && k.ph == 0 && k.pw == 0 && k.dh == 1 && k.dw == 1;
  for (int h = h0; h < h1; h++) {
    if constexpr (tiling) {
      pool_grad_tiling<V, DY, how, k, H, W>(dy, index, n, h, body);
    } else {
      Range rows = windows_over(h, (k.kh - 1) * k.dh + 1, k.sh, k.ph, DY::height);
      for (int w = 0; w < W; w++) {
        Range columns = windows_over(w, (k.kw - 1) * k.dw + 1, k.sw, k.pw, DY::width);
        for (int c = 0; c < DY::channels; c += V::lanes) {
          At at{n, h, w, c};
          body(pool_grad_pixel<V, DY, how, k, H, W>(dy, index, rows, columns, at), at);
        }
      }
    }
  }
}

}  // namespace cnnc::CNNC_ISA
