// Average pooling whose windows share the image among a given number of results, and its gradient.
#pragma once
#include "../simd/simd.h"
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

// The pixels, of `size` along one axis, that window p of `count` covers: ⌊p·size/count⌋ … ⌈(p + 1)·size/count⌉ - 1.
// The windows that cover pixel h follow by the same formula with `size` and `count` exchanged:
// ⌊p·size/count⌋ <= h < ⌈(p + 1)·size/count⌉ holds just where ⌊h·count/size⌋ <= p < ⌈(h + 1)·count/size⌉ does.
constexpr Range adaptive_window(int p, int count, int size) {
  return {int(long(p) * size / count), int((long(p + 1) * size + count - 1) / count)};
}

// One over the pixels of a window.
constexpr float adaptive_share(Range rows, Range columns) {
  return 1.f / float((rows.end - rows.begin) * (columns.end - columns.begin));
}

// y[n,p,q,c] = mean of x[n,h,w,c] over rows h of window p of P and columns w of window q of Q, for p of [p0, p1).
template <class V, class X, int P, int Q, class Body>
CNNC_KERNEL void adaptive_pool(X x, long n, int p0, int p1, Body body) {
  for (int p = p0; p < p1; p++) {
    const Range rows = adaptive_window(p, P, X::height);
    for (int q = 0; q < Q; q++) {
      const Range columns = adaptive_window(q, Q, X::width);
      const V share(adaptive_share(rows, columns));
      for (int c = 0; c < X::channels; c += V::lanes) {
        V sum = V::zero();
        for (int h = rows.begin; h < rows.end; h++)
          for (int w = columns.begin; w < columns.end; w++) sum = sum + load_lanes<V, X>(x.at(n, h, w), c);
        body(sum * share, At{n, p, q, c});
      }
    }
  }
}

// dx[n,h,w,c] = Σ dy[n,p,q,c]/(pixels of window (p,q)) over the windows that cover (h,w), for rows h of [h0, h1).
// dx is H × W.
template <class V, class DY, int H, int W, class Body>
CNNC_KERNEL void adaptive_pool_grad(DY dy, long n, int h0, int h1, Body body) {
  const auto share = [](int p, int q) {
    return adaptive_share(adaptive_window(p, DY::height, H), adaptive_window(q, DY::width, W));
  };
  for (int h = h0; h < h1; h++) {
    const Range rows = adaptive_window(h, H, DY::height);
    for (int w = 0; w < W; w++) {
      const Range columns = adaptive_window(w, W, DY::width);
      for (int c = 0; c < DY::channels; c += V::lanes) {
        V sum = V::zero();
        for (int p = rows.begin; p < rows.end; p++)
          for (int q = columns.begin; q < columns.end; q++)
            sum = sum + load_lanes<V, DY>(dy.at(n, p, q), c) * V(share(p, q));
        body(sum, At{n, h, w, c});
      }
    }
  }
}

}  // namespace cnnc::CNNC_ISA
