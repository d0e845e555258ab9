// A picture seen through an affine map: what training makes of the caller's pictures before the network sees them.
#pragma once
#include "../random/philox.h"
#include "external.h"

namespace cnnc::CNNC_ISA {

// From a point (x, y) of the result to the point (xx·x + xy·y + x0, yx·x + yy·y + y0) of the picture, in pixels from the
// picture's centre, x to the right and y downwards; a pixel is its centre.
struct Affine {
  double xx = 1, xy = 0, x0 = 0, yx = 0, yy = 1, y0 = 0;

  // This map of what `first` gives.
  CNNC_INLINE Affine after(const Affine& first) const {
    const auto& [a, b, x, c, d, y] = first;
    return {xx * a + xy * c, xx * b + xy * d, xx * x + xy * y + x0,
            yx * a + yy * c, yx * b + yy * d, yx * x + yy * y + y0};
  }
};

// A number of [0, 1) for a whole sample.
CNNC_INLINE double draw(uint64_t seed, uint32_t stream, uint64_t step, long sample) {
  return double(uniform<f32x1>(seed, stream, step, sample, f32x1::u32(0)).v);
}

// What a picture is beyond its edges: 0, or the nearest pixel.
enum class Fill { zero, edge };

// Along one axis of the picture, for neighbouring pixels of the result: the pixel before each one's point, and how far
// the point is on the way to the next.
template <class P>
struct Between {
  uint32_t first[P::lanes];
  float share[P::lanes];
};

// The points start + slope·w on an axis of n pixels, w from w0 on. They are held within what tells points apart:
// everything beyond a pixel's distance from the picture looks alike.
template <class P, Fill fill>
CNNC_INLINE Between<P> between(double start, double slope, int w0, int n) {
  const float low = fill == Fill::zero ? -1 : 0, high = fill == Fill::zero ? n : n - 1;
  const P along = fma(P(float(slope)), P::iota() + P(float(w0)), P(float(start)));
  const P point = min(max(along, P(low)), P(high)), before = floor(point);
  Between<P> result;
  to_u32(before).store(result.first);
  (point - before).store(result.share);
  return result;
}

// Lanes c.. of pixel (h, w), which may lie outside.
template <class V, Fill fill, int H, int W, class X>
CNNC_INLINE V filled(X x, At at) {
  if constexpr (fill == Fill::edge) at.h = max(0, min(H - 1, at.h)), at.w = max(0, min(W - 1, at.w));
  else if (unsigned(at.h) >= unsigned(H) || unsigned(at.w) >= unsigned(W)) return V::zero();
  return x.template load<V>(at);
}

// Between a and b by s, between c and d by s, and between these by t.
template <class V>
CNNC_INLINE V blend(V a, V b, V c, V d, V s, V t) {
  const V above = fma(s, b - a, a), below = fma(s, d - c, c);
  return fma(t, below - above, above);
}

// y[n,h,w,c] = (1-t)·((1-s)·x[i,j] + s·x[i,j+1]) + t·((1-s)·x[i+1,j] + s·x[i+1,j+1]) for rows [h0, h1), where
// (i + t, j + s) is the point of the picture that `map` gives for (h, w). Points are placed in vectors P, side by side.
template <class P, class V, Fill fill, int H, int W, int C, class X, class Body>
CNNC_KERNEL void affine_sample(X x, Affine map, long n, int h0, int h1, Body body) {
  constexpr double middle_h = (H - 1) / 2., middle_w = (W - 1) / 2.;
  for (int h = h0; h < h1; h++) {
    const double y = h - middle_h;
    const double first_h = map.yy * y + map.y0 + middle_h - map.yx * middle_w;
    const double first_w = map.xy * y + map.x0 + middle_w - map.xx * middle_w;
    for (int w0 = 0; w0 < W; w0 += P::lanes) {
      const Between<P> rows = between<P, fill>(first_h, map.yx, w0, H);
      const Between<P> columns = between<P, fill>(first_w, map.xx, w0, W);
      for (int w = w0; w < min(w0 + P::lanes, W); w++) {
        const int i = int(rows.first[w - w0]), j = int(columns.first[w - w0]);
        const V t(rows.share[w - w0]), s(columns.share[w - w0]);
        const bool inside = unsigned(i) < unsigned(H - 1) && unsigned(j) < unsigned(W - 1);
        const auto* above = x.pixel(n, i, j);
        const auto* below = above + x.row;
        for (int c = 0; c < C; c += V::lanes) {
          const auto within = [&](const auto* pixel) { return x.template lanes<V>(pixel, c); };
          const auto around = [&](int h, int w) { return filled<V, fill, H, W>(x, At{n, h, w, c}); };
          const V value = inside
              ? blend(within(above), within(above + x.column), within(below), within(below + x.column), s, t)
              : blend(around(i, j), around(i, j + 1), around(i + 1, j), around(i + 1, j + 1), s, t);
          body(value, At{n, h, w, c});
        }
      }
    }
  }
}

}  // namespace cnnc::CNNC_ISA
