// The gradient of a convolution to its input, gathered: lanes run over input channels.
#pragma once
#include "operand.h"
#include "window.h"

namespace cnnc::CNNC_ISA {

// The row p of dy which tap r of row h reads, or -1.
template <Window k, int P>
CNNC_INLINE int data_row(int h, int r) {
  int t = h + k.ph - r * k.dh;
  return t < 0 || t % k.sh != 0 || t / k.sh >= P ? -1 : t / k.sh;
}

// M pixels w = at.w + m·sw: acc[m][j] = Σ_{r,s,o} dy[(h + ph - r·dh)/sh, (at.w + pw - s·dw)/sw + m, o] · wt[r,s,o,j]
// over the taps where both divisions are exact.
template <class V, class DY, Window k, int Out, int M, int N, class Operand, class Body>
CNNC_INLINE void conv_data_tile(DY dy, const float* wt, const Operand& operand, int o0, At at, const Body& body) {
  constexpr int block = N * V::lanes;
  V acc[M][N];
  CNNC_UNROLL for (int m = 0; m < M; m++)
    CNNC_UNROLL for (int j = 0; j < N; j++) acc[m][j] = V::zero();
  CNNC_ROLLED for (int r = 0; r < k.kh; r++) {
    int p = data_row<k, DY::height>(at.h, r);
    if (p < 0) continue;
    CNNC_ROLLED for (int s = 0; s < k.kw; s++) {
      int t = at.w + k.pw - s * k.dw;
      if (t % k.sw != 0) continue;
      const auto* d = dy.at(at.n, p, t / k.sw, o0);
      const float* ws = wt + (r * k.kw + s) * Out * block;
      CNNC_UNROLL_4 for (int o = 0; o < Out; o++) {
        V b[N];
        CNNC_UNROLL for (int j = 0; j < N; j++) b[j] = V::load(ws + o * block + j * V::lanes);
        CNNC_UNROLL for (int m = 0; m < M; m++) {
          V a = operand(d + m * DY::pixel, o);
          CNNC_UNROLL for (int j = 0; j < N; j++) acc[m][j] = fma(a, b[j], acc[m][j]);
        }
      }
    }
  }
  CNNC_UNROLL for (int m = 0; m < M; m++)
    CNNC_UNROLL for (int j = 0; j < N; j++) body(acc[m][j], At{at.n, at.h, at.w + m * k.sw, at.c + j * V::lanes});
}

// A whole row of W pixels in registers, where it fits: each value of dy is read once and nothing outside it counts.
// acc[q·sw + s·dw - pw][j] += dy[(h + ph - r·dh)/sh, q, o] · wt[r,s,o,j]
template <class V, class DY, Window k, int Out, int W, int N, class Operand, class Body>
CNNC_INLINE void conv_data_whole_row(DY dy, const float* wt, const Operand& operand, int o0, At at, const Body& body) {
  constexpr int block = N * V::lanes;
  V acc[W][N];
  CNNC_UNROLL for (int m = 0; m < W; m++)
    CNNC_UNROLL for (int j = 0; j < N; j++) acc[m][j] = V::zero();
  CNNC_ROLLED for (int r = 0; r < k.kh; r++) {
    int p = data_row<k, DY::height>(at.h, r);
    if (p < 0) continue;
    const auto* d = dy.at(at.n, p, 0, o0);
    const float* ws = wt + r * k.kw * Out * block;
    CNNC_ROLLED for (int o = 0; o < Out; o++) {
      V b[k.kw][N];
      CNNC_UNROLL for (int s = 0; s < k.kw; s++)
        CNNC_UNROLL for (int j = 0; j < N; j++) b[s][j] = V::load(ws + (s * Out + o) * block + j * V::lanes);
      CNNC_UNROLL for (int q = 0; q < DY::width; q++) {
        V a = operand(d + q * DY::pixel, o);
        CNNC_UNROLL for (int s = 0; s < k.kw; s++) {
          int w = q * k.sw + s * k.dw - k.pw;
          if (w < 0 || w >= W) continue;
          CNNC_UNROLL for (int j = 0; j < N; j++) acc[w][j] = fma(a, b[s][j], acc[w][j]);
        }
      }
    }
  }
  CNNC_UNROLL for (int m = 0; m < W; m++)
    CNNC_UNROLL for (int j = 0; j < N; j++) body(acc[m][j], At{at.n, at.h, m, at.c + j * V::lanes});
}

// One row h of dx for one block of N vectors of input channels.
template <class V, class DY, Window k, int Out, int W, int M, int N, class Operand, class Body>
CNNC_INLINE void conv_data_row(DY dy, const float* wt, const Operand& operand, int o0, At at, const Body& body) {
  if constexpr (W <= M && k.kw > 1 && k.kw * N <= 12 && k.kw * DY::width * N <= 128) {
    conv_data_whole_row<V, DY, k, Out, W, N>(dy, wt, operand, o0, at, body);
  } else {
    constexpr Halo halo = conv_data_halo(k, W, DY::width);
    static_assert(DY::left >= halo.left && DY::right >= halo.right, "dy has too narrow a halo");
    // Pixels first, first + sw, first + 2·sw, …, of which there are Count.
    const auto phase = [&](auto count, int first) CNNC_ALWAYS_INLINE {
      tiled<M, decltype(count)::value>([&](auto pixels, int m) CNNC_ALWAYS_INLINE {
        conv_data_tile<V, DY, k, Out, decltype(pixels)::value, N>(dy, wt, operand, o0,
                                                                  At{at.n, at.h, first + m * k.sw, at.c}, body);
      });
    };
    if constexpr (k.sw <= 4) {
      each<min(k.sw, W)>([&](auto first) CNNC_ALWAYS_INLINE {
        phase(Count<ceil_div(W - decltype(first)::value, k.sw)>{}, decltype(first)::value);
      });
    } else {
      // Code for each phase would be as long as the stride; the first W mod sw have a pixel more than the others.
      CNNC_ROLLED for (int first = 0; first < W % k.sw; first++) phase(Count<W / k.sw + 1>{}, first);
      if constexpr (W >= k.sw) {
        CNNC_ROLLED for (int first = W % k.sw; first < k.sw; first++) phase(Count<W / k.sw>{}, first);
      }
    }
  }
}

// dx[n,h,w,c] = Σ_{r,s,o} dy[n, (h + ph - r·dh)/sh, (w + pw - s·dw)/sw, o] · w[o,c,r,s] where both divisions are exact,
// for rows [h0, h1). dx is H × W × C; with groups, a group's inputs fill whole vectors.
template <class V, class DY, Window k, int C, int G, int H, int W, Tile t, class Body>
CNNC_KERNEL void conv_data(DY dy, const float* wt, long n, int h0, int h1, Body body) {
  constexpr int in = C / G, out = DY::channels / G;
  static_assert(C % G == 0 && DY::channels % G == 0 && (G == 1 || in % V::lanes == 0));
  static_assert(H > 0, "the number of rows bounds h1");
  for (int g = 0; g < G; g++)
    tiled<t.vectors, ceil_div(in, V::lanes)>([&](auto vectors, int v) CNNC_ALWAYS_INLINE {
      int c0 = g * in + v * V::lanes;
      const float* block = wt + long(c0) * k.kh * k.kw * out;
      for (int h = h0; h < h1; h++)
        conv_data_row<V, DY, k, out, W, t.pixels, decltype(vectors)::value>(dy, block, Broadcast<V>{}, g * out,
                                                                            At{n, h, 0, c0}, body);
    });
}

}  // namespace cnnc::CNNC_ISA
