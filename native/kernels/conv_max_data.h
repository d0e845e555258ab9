// The gradient of a convolution to its input where a maximum pools its results: dy is zero but at one place of each window, which the
// index tells. Each of these adds its multiple of the weights to the picture.
#pragma once
#include "../simd/simd.h"
#include "pooling.h"

namespace cnnc::CNNC_ISA {

// dx, H × W × C, within a border so wide that no tap is outside: of a convolution with P × Q results. `reach` columns have all taps of a row.
template <class V, Window k, int C, int H, int W, int P, int Q>
struct BorderedPicture {
  static constexpr int pixel = round_up(C, V::lanes), reach = (k.kw - 1) * k.dw + 1,
                       height = max(k.ph + H, (P - 1) * k.sh + (k.kh - 1) * k.dh + 1), width = max(k.pw + W, (Q - 1) * k.sw + reach),
                       row = width * pixel, run = reach * pixel;
  static constexpr long size = long(height) * row;
};

// to[r·dh, j] += d·w[r, j] for rows r of the weights and the `run` floats j of each. Row step and run are whole vectors.
template <class V, int Rows, int Step, int Run>
CNNC_INLINE void add_multiple(float d, const float* w, float* to) {
  const V factor(d);
  CNNC_ROLLED for (int r = 0; r < Rows; r++)
    tiled<8, Run / V::lanes>([&](auto count, int first) __attribute__((always_inline)) {
      CNNC_UNROLL for (int j = 0; j < decltype(count)::value; j++) {
        const int i = (first + j) * V::lanes;
        fma(factor, V::load(w + r * Run + i), V::load(to + r * Step + i)).store(to + r * Step + i);
      }
    });
}

// Vectors from which it pays to look whether there is anything to add: a guess that fails costs as much as some of them.
constexpr int worth_a_look = 32;

// dx[n,h,w,c] = Σ_{p,q,o} d[n,p,q,o] · wt[o, h + ph - y·sh, w + pw - x·sw, c], where (y, x) is the pixel of the convolution's P × Q
// results that index[n,p,q,o] names in window (p, q) of the pooling. wt [o][kh][reach][pixel] has zeros between taps that are apart.
template <class V, class DY, Window k, int C, int H, int W, int P, int Q, Window pooled, class Index, class Memory, class Body>
CNNC_KERNEL void conv_max_data(DY dy, Index index, const float* wt, long n, Memory scratch, Body body) {
  using Picture = BorderedPicture<V, k, C, H, W, P, Q>;
  static_assert(Memory::floats >= Picture::size, "too little scratch memory");
  constexpr bool inside = all_windows_inside<pooled, P, Q, DY::height, DY::width>;
  float* const picture = scratch.data;
  for (long i = 0; i < Picture::size; i += V::lanes) V::zero().store(picture + i);
  for (int p = 0; p < DY::height; p++)
    for (int q = 0; q < DY::width; q++)
      for (int o = 0; o < DY::channels; o++) {
        const float d = *dy.at(n, p, q, o);
        if constexpr (k.kh * Picture::run / V::lanes >= worth_a_look)
          if (d == 0) continue;
        const Pixel at = pixel_of<pooled>(p, q, int(*index.at(n, p, q, o)));
        if (!inside && !at.within(P, Q)) continue;
        add_multiple<V, k.kh, k.dh * Picture::row, Picture::run>(
            d, wt + long(o) * k.kh * Picture::run, picture + long(at.h) * k.sh * Picture::row + at.w * k.sw * Picture::pixel);
      }
  for (int h = 0; h < H; h++)
    for (int w = 0; w < W; w++)
      for (int c = 0; c < C; c += V::lanes)
        body(V::load(picture + long(h + k.ph) * Picture::row + (w + k.pw) * Picture::pixel + c), At{n, h, w, c});
}

}  // namespace cnnc::CNNC_ISA
