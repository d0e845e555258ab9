// Convolutions whose groups do not fill vectors, depthwise ones included: a vector of outputs spans several groups, and
// every lane reads the input channels of its own group. Weights are packed [vector of outputs][kh][kw][ic per group][lanes].
#pragma once
#include "conv_data.h"
#include "conv_direct.h"
#include "conv_weights.h"

namespace cnnc::CNNC_ISA {

// y[n,p,q,o] = Σ_{r,s,i} x[n, p·sh + r·dh - ph, q·sw + s·dw - pw, g(o)·In + i] · w[o,i,r,s], g(o) = o / (K/G), rows [p0, p1).
template <class V, class X, Window k, int K, int G, int P, int Q, Tile t, class Body>
CNNC_KERNEL void conv_grouped(X x, const float* w, long n, int p0, int p1, Body body) {
  constexpr int in = X::channels / G;
  static_assert(X::channels % G == 0 && K % G == 0 && t.vectors == 1 && P > 0);
  for (int k0 = 0; k0 < K; k0 += V::lanes) {
    auto operand = group_operand<V, X, K, K / G, in>(k0);
    for (int p = p0; p < p1; p++)
      conv_row<V, X, k, in, Q, t.pixels, 1>(x, w + long(k0) * k.kh * k.kw * in, operand, 0, At{n, p, 0, k0}, body);
  }
}

// dx[n,h,w,c] = Σ_{r,s,i} dy[n, (h + ph - r·dh)/sh, (w + pw - s·dw)/sw, g(c)·Out + i] · w[g(c)·Out + i, c, r, s],
// g(c) = c / (C/G), rows [h0, h1). wt is packed [vector of inputs][kh][kw][oc per group][lanes].
template <class V, class DY, Window k, int C, int G, int H, int W, Tile t, class Body>
CNNC_KERNEL void conv_grouped_data(DY dy, const float* wt, long n, int h0, int h1, Body body) {
  constexpr int out = DY::channels / G;
  static_assert(DY::channels % G == 0 && C % G == 0 && t.vectors == 1 && H > 0);
  for (int c0 = 0; c0 < C; c0 += V::lanes) {
    auto operand = group_operand<V, DY, C, C / G, out>(c0);
    for (int h = h0; h < h1; h++)
      conv_data_row<V, DY, k, out, W, t.pixels, 1>(dy, wt + long(c0) * k.kh * k.kw * out, operand, 0, At{n, h, 0, c0},
                                                   body);
  }
}

template <class V, class X, class DY, Window k, int K, int G, Tile t>
constexpr int conv_grouped_weights_units() {
  return WeightTiles<DY, k, X::channels / G, ceil_div(K, V::lanes), 1, t>::units;
}

// dw[o,i,r,s] = Σ_{n,p,q} dy[n,p,q,o] · x[n, p·sh + r·dh - ph, q·sw + s·dw - pw, g(o)·In + i] over samples [n0, n1), for the
// taps of one unit, which it overwrites in dw. Padding lanes of dw become zero.
template <class V, class X, class DY, Window k, int K, int G, Tile t>
CNNC_KERNEL void conv_grouped_weights(X x, DY dy, long n0, long n1, int unit, float* dw) {
  constexpr int in = X::channels / G;
  constexpr Halo halo = conv_halo(k, X::width, DY::width);
  static_assert(X::left >= halo.left && X::right >= halo.right, "x has too narrow a halo");
  static_assert(X::channels % G == 0 && K % G == 0 && DY::channels == K && t.vectors == 1);
  using Tiles = WeightTiles<DY, k, in, ceil_div(K, V::lanes), 1, t>;
  int k0 = unit / (Tiles::channels * Tiles::columns * Tiles::rows) * V::lanes;
  WeightTile at = first_tile<Tiles>(unit, 0, k0, K - k0);
  conv_weights_unit<V, X, DY, k, in, 1, Tiles>(x, dy, n0, n1, group_operand<V, X, K, K / G, in>(k0), at,
                                               Stored{dw}, long(k0) * k.kh * k.kw * in);
}

}  // namespace cnnc::CNNC_ISA
