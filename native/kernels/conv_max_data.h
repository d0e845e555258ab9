// The gradient of a convolution to its input where a maximum pools its results: dy is zero but at one place of each window, which the
// index tells. Each number adds its multiple of the weights to the picture. Where windows are small, the numbers of one window are first
// added up in registers, for the patch of the picture that all its pixels together reach: then their weights have zeros around them, and
// are read from where the pixel's weights begin.
#pragma once
#include "../simd/simd.h"
#include "pack.h"
#include "pooling.h"

namespace cnnc::CNNC_ISA {

// What a window of the pooling reaches, or (not Together) one pixel: rows × vectors of S. `down` and `right` are how far the window's last
// pixel is from its first; in a copy of the weights, [output][down + rows][row], as many zero rows and columns stand around the taps.
template <class S, int Pixel, Window k, Window pooled, bool Together>
struct MaxPatch {
  static constexpr int down = Together ? (pooled.kh - 1) * pooled.dh * k.sh : 0, right = Together ? (pooled.kw - 1) * pooled.dw * k.sw : 0,
                       rows = (k.kh - 1) * k.dh + 1 + down, columns = (k.kw - 1) * k.dw + 1 + right,
                       vectors = ceil_div(columns * Pixel, S::lanes), row = right * Pixel + vectors * S::lanes;
  static constexpr long size = long(down + rows) * row;
};

// The weights of output o, from the packing of conv_direct.
template <class Patch, int Lanes, Tile packed, Window k, int K, int C, int Pixel>
void conv_max_data_weights(const float* weights, float* wt, int o) {
  using L = ConvLayout<Lanes, packed, K, C, k.kh, k.kw, 1>;
  wt += long(o) * Patch::size;
  for (long i = 0; i < Patch::size; i++) wt[i] = 0;
  for (int r = 0; r < k.kh; r++)
    for (int s = 0; s < k.kw; s++)
      for (int c = 0; c < C; c++)
        wt[(Patch::down + r * k.dh) * Patch::row + (Patch::right + s * k.dw) * Pixel + c] = weights[L::at(o, c, r, s)];
}

// dx, H × W, in a border so wide that no patch is outside: that of window (p, q) begins at (p·sh·pooled.sh, q·sw·pooled.sw). The last
// vector of a patch may reach beyond it.
template <class S, int Pixel, int H, int W, int PP, int PQ, Window k, Window pooled>
struct MaxPicture {
  using Reach = MaxPatch<S, Pixel, k, pooled, true>;
  static constexpr int top = k.ph + pooled.ph * k.sh, left = k.pw + pooled.pw * k.sw, down = pooled.sh * k.sh, right = pooled.sw * k.sw,
                       height = max(top + H, (PP - 1) * down + Reach::rows), width = max(left + W, (PQ - 1) * right + Reach::columns),
                       row = width * Pixel;
  static constexpr long size = round_up(height * row, S::lanes) + S::lanes;
};

// to[i][j] += Σ d·w[i][j] over what `numbers` calls its function with, R rows × N vectors.
template <class S, int R, int N, int Row, class Numbers>
CNNC_INLINE void add_numbers(float* to, int step, const Numbers& numbers) {
  S acc[R][N];
  CNNC_UNROLL for (int i = 0; i < R; i++)
    CNNC_UNROLL for (int j = 0; j < N; j++) acc[i][j] = S::load(to + long(i) * step + j * S::lanes);
  numbers([&](float d, const float* w) CNNC_ALWAYS_INLINE {
    const S factor(d);
    CNNC_UNROLL for (int i = 0; i < R; i++)
      CNNC_UNROLL for (int j = 0; j < N; j++) acc[i][j] = fma(factor, S::load(w + i * Row + j * S::lanes), acc[i][j]);
  });
  CNNC_UNROLL for (int i = 0; i < R; i++)
    CNNC_UNROLL for (int j = 0; j < N; j++) acc[i][j].store(to + long(i) * step + j * S::lanes);
}

// Vectors from which it pays to look whether a number is 0: a guess that fails costs as much as some of them.
constexpr int worth_a_look = 32;

// dx[n,h,w,c] = Σ_{p,q,o} d[n,p,q,o] · w[o, c, h + ph - y·sh, w + pw - x·sw], where (y, x) is the pixel of the convolution's P × Q results
// that index[n,p,q,o] names in window (p, q) of the pooling; in sums of vectors S, by t.pixels rows × t.vectors of a patch.
template <class V, class S, class DY, Window k, int C, int H, int W, int P, int Q, Window pooled, bool Together, Tile t, class Index,
          class Memory, class Body>
CNNC_KERNEL void conv_max_data(DY dy, Index index, const float* wt, long n, Memory scratch, Body body) {
  constexpr int pixel = round_up(C, V::lanes);
  using Picture = MaxPicture<S, pixel, H, W, DY::height, DY::width, k, pooled>;
  using Patch = MaxPatch<S, pixel, k, pooled, Together>;
  static_assert(Memory::floats >= Picture::size, "too little scratch memory");
  constexpr bool inside = all_windows_inside<pooled, P, Q, DY::height, DY::width>;
  float* const picture = scratch.data;
  for (long i = 0; i < Picture::size; i += S::lanes) S::zero().store(picture + i);
  const auto add = [&](float* to, const auto& numbers) CNNC_ALWAYS_INLINE {
    tiled<t.pixels, Patch::rows>([&](auto rows, int i) CNNC_ALWAYS_INLINE {
      tiled<t.vectors, Patch::vectors>([&](auto vectors, int j) CNNC_ALWAYS_INLINE {
        const auto each = [&](const auto& f) CNNC_ALWAYS_INLINE { numbers(i * Patch::row + j * S::lanes, f); };
        add_numbers<S, decltype(rows)::value, decltype(vectors)::value, Patch::row>(to + long(i) * Picture::row + j * S::lanes,
                                                                                    Picture::row, each);
      });
    });
  };
  for (int p = 0; p < DY::height; p++)
    for (int q = 0; q < DY::width; q++) {
      float* const corner = picture + long(p) * Picture::down * Picture::row + q * Picture::right * pixel;
      const auto outside = [&](int tap) CNNC_ALWAYS_INLINE {
        return !inside && !pixel_of<pooled>(p, q, tap).within(P, Q);
      };
      if constexpr (Together) {
        add(corner, [&](int at, const auto& f) CNNC_ALWAYS_INLINE {
          CNNC_ROLLED for (int o = 0; o < DY::channels; o++) {
            const int tap = int(*index.at(n, p, q, o));
            if (outside(tap)) continue;
            const int y = tap / pooled.kw * pooled.dh * k.sh, x = tap % pooled.kw * pooled.dw * k.sw;
            f(*dy.at(n, p, q, o), wt + o * Patch::size + (Patch::down - y) * Patch::row + (Patch::right - x) * pixel + at);
          }
        });
      } else {
        for (int o = 0; o < DY::channels; o++) {
          const float d = *dy.at(n, p, q, o);
          if constexpr (Patch::rows * Patch::vectors >= worth_a_look)
            if (d == 0) continue;
          const int tap = int(*index.at(n, p, q, o));
          if (outside(tap)) continue;
          const long y = tap / pooled.kw * pooled.dh * k.sh, x = tap % pooled.kw * pooled.dw * k.sw;
          add(corner + y * Picture::row + x * pixel,
              [&](int at, const auto& f) CNNC_ALWAYS_INLINE { f(d, wt + o * Patch::size + at); });
        }
      }
    }
  for (int h = 0; h < H; h++)
    for (int w = 0; w < W; w++)
      for (int c = 0; c < C; c += V::lanes)
        body(V::load(picture + long(h + Picture::top) * Picture::row + (w + Picture::left) * pixel + c), At{n, h, w, c});
}

}  // namespace cnnc::CNNC_ISA
