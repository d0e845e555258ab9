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

// Along one axis of n pixels: the pixel before a point, and how far it is on the way to the next one.
struct Between {
  int first;
  float share;
};

// The point is held within what tells points apart: everything beyond a pixel's distance from the picture looks alike.
template <Fill fill>
CNNC_INLINE Between between(double x, int n) {
  const double low = fill == Fill::zero ? -1 : 0, high = fill == Fill::zero ? n : n - 1;
  x = x > low ? x : low;
  x = x < high ? x : high;
  int first = int(x);
  first -= double(first) > x;
  return {first, float(x - double(first))};
}

// Lanes c.. of pixel (h, w), which may lie outside.
template <class V, Fill fill, int H, int W, class X>
CNNC_INLINE V filled(X x, At at) {
  if constexpr (fill == Fill::edge) at.h = max(0, min(H - 1, at.h)), at.w = max(0, min(W - 1, at.w));
  else if (unsigned(at.h) >= unsigned(H) || unsigned(at.w) >= unsigned(W)) return V::zero();
  return x.template load<V>(at);
}

// y[n,h,w,c] = (1-t)·((1-s)·x[i,j] + s·x[i,j+1]) + t·((1-s)·x[i+1,j] + s·x[i+1,j+1]) for rows [h0, h1), where
// (i + t, j + s) is the point of the picture that `map` gives for (h, w).
template <class V, Fill fill, int H, int W, int C, class X, class Body>
CNNC_KERNEL void affine_sample(X x, Affine map, long n, int h0, int h1, Body body) {
  constexpr double middle_h = (H - 1) / 2., middle_w = (W - 1) / 2.;
  for (int h = h0; h < h1; h++) {
    const double y = h - middle_h;
    const double row_x = map.xy * y + map.x0 + middle_w, row_y = map.yy * y + map.y0 + middle_h;
    for (int w = 0; w < W; w++) {
      const double from_left = w - middle_w;
      const auto [i, t] = between<fill>(map.yx * from_left + row_y, H);
      const auto [j, s] = between<fill>(map.xx * from_left + row_x, W);
      const bool inside = unsigned(i) < unsigned(H - 1) && unsigned(j) < unsigned(W - 1);
      for (int c = 0; c < C; c += V::lanes) {
        const auto blend = [&](const auto& pixel) {
          const V top = V(1 - s) * pixel(At{n, i, j, c}) + V(s) * pixel(At{n, i, j + 1, c});
          const V bottom = V(1 - s) * pixel(At{n, i + 1, j, c}) + V(s) * pixel(At{n, i + 1, j + 1, c});
          return V(1 - t) * top + V(t) * bottom;
        };
        const V value = inside ? blend([&](At at) { return x.template load<V>(at); })
                               : blend([&](At at) { return filled<V, fill, H, W>(x, at); });
        body(value, At{n, h, w, c});
      }
    }
  }
}

}  // namespace cnnc::CNNC_ISA
