// Direct convolution: a tile of pixels × vectors of output channels in registers, reduced over the window.
#pragma once
#include "operand.h"
#include "window.h"

namespace cnnc::CNNC_ISA {

// Channels (or columns and channels) of a kernel row that lie side by side in x, and how many such runs a row has.
template <class X, Window k, int In, bool Shared>
struct KernelRow {
  static constexpr bool merged = Shared && X::pixel == In && k.dw == 1;
  static constexpr int run = merged ? k.kw * In : In, runs = merged ? 1 : k.kw;
};

// Fetches weights while others are multiplied, `step` floats with each step of a reduction: those of the next block, which come
// from far away, arrive while this one is computed. They find room in the second cache, but what is asked for the first comes sooner.
struct WeightsAhead {
  const float* at;
  long step;
  CNNC_INLINE void operator()() {
    __builtin_prefetch(at, 0, 3);
    at += step;
  }
};
struct NoneAhead {
  CNNC_INLINE void operator()() const {}
};
// Of a layer with fewer weights, all blocks stay in a near cache.
constexpr long far_floats = 16 * 1024;

// acc[m][j] = Σ_{r0<=r<r1, s, c} x[r·dh, m·sw + s·dw, c] · w[r, s, c, j], then through the body.
// x points to the window of the first pixel, w to the block of output channels.
template <class V, class X, Window k, int In, int M, int N, class Operand, class T, class Body, class Ahead>
CNNC_INLINE void conv_tile(const T* x, const float* w, Range r, const Operand& operand, At at, const Body& body, Ahead& ahead) {
  using Row = KernelRow<X, k, In, __is_same(Operand, Broadcast<V>)>;
  constexpr int block = N * V::lanes;
  V acc[M][N];
  CNNC_UNROLL for (int m = 0; m < M; m++)
    CNNC_UNROLL for (int j = 0; j < N; j++) acc[m][j] = V::zero();
  CNNC_ROLLED for (int i = r.begin; i < r.end; i++)
    for (int s = 0; s < Row::runs; s++) {
      const T* xs = x + long(i) * k.dh * X::row + s * k.dw * X::pixel;
      const float* ws = w + (i * Row::runs + s) * Row::run * block;
      CNNC_UNROLL_4 for (int c = 0; c < Row::run; c++) {
        reload<M * N>();
        ahead();
        V b[N];
        CNNC_UNROLL for (int j = 0; j < N; j++) b[j] = V::load(ws + c * block + j * V::lanes);
        CNNC_UNROLL for (int m = 0; m < M; m++) {
          V a = operand(xs + m * k.sw * X::pixel, c);
          CNNC_UNROLL for (int j = 0; j < N; j++) acc[m][j] = fma(a, b[j], acc[m][j]);
        }
      }
    }
  CNNC_UNROLL for (int m = 0; m < M; m++)
    CNNC_UNROLL for (int j = 0; j < N; j++) body(acc[m][j], At{at.n, at.h, at.w + m, at.c + j * V::lanes});
}

#ifdef CNNC_PAIRS
// The same for pictures of one channel and vectors of eight outputs, with two pixels that lie side by side in a vector of sixteen.
template <class X, Window k, int M, class Body>
CNNC_INLINE void conv_pairs(const float* x, const float* w, Range r, At at, const Body& body) {
  f32x16 acc[M / 2];
  CNNC_UNROLL for (int m = 0; m < M / 2; m++) acc[m] = f32x16::zero();
  CNNC_ROLLED for (int i = r.begin; i < r.end; i++)
    CNNC_UNROLL for (int s = 0; s < k.kw; s++) {
      const float* xs = x + i * k.dh * X::row + s * k.dw;
      const f32x16 b = for_both(f32x8::load(w + (i * k.kw + s) * 8));
      CNNC_UNROLL for (int m = 0; m < M / 2; m++) acc[m] = fma(in_turn(xs + 2 * m), b, acc[m]);
    }
  CNNC_UNROLL for (int m = 0; m < M / 2; m++) {
    f32x8 first, second;
    split(acc[m], first, second);
    body(first, At{at.n, at.h, at.w + 2 * m, at.c});
    body(second, At{at.n, at.h, at.w + 2 * m + 1, at.c});
  }
}
#endif

// Whether it can be used.
template <class V, class X, Window k, int In, int N, class Operand>
constexpr bool in_pairs = false;
#ifdef CNNC_PAIRS
template <class X, Window k>
constexpr bool in_pairs<f32x8, X, k, 1, 1, Broadcast<f32x8>> = X::pixel == 1 && k.sw == 1 && __is_same(typename X::type, float);
#endif

// One row p of the outputs of one block of N vectors.
template <class V, class X, Window k, int In, int Q, int M, int N, class Operand, class Body, class Ahead = NoneAhead>
CNNC_INLINE void conv_row(X x, const float* w, const Operand& operand, int c0, At at, const Body& body, Ahead&& ahead = {}) {
  constexpr Halo halo = conv_halo(k, X::width, Q);
  static_assert(X::left >= halo.left && X::right >= halo.right, "x has too narrow a halo");
  int h = at.h * k.sh - k.ph;
  Range r = taps_inside(h, k.kh, k.dh, X::height);
  constexpr bool pairs = in_pairs<V, X, k, In, N, Operand>;
  tiled<pairs ? 2 * M : M, Q>([&](auto pixels, int q) CNNC_ALWAYS_INLINE {
    constexpr int size = decltype(pixels)::value;
    const auto* window = x.at(at.n, h, q * k.sw - k.pw, c0);
    const At first{at.n, at.h, q, at.c};
    if constexpr (pairs && size % 2 == 0) conv_pairs<X, k, size>(window, w, r, first, body);
    else conv_tile<V, X, k, In, size, N>(window, w, r, operand, first, body, ahead);
  });
}

// y[n,p,q,o] = Σ_{r,s,c} x[n, p·sh + r·dh - ph, q·sw + s·dw - pw, c] · w[o,c,r,s] for rows p of [p0, p1).
// Columns outside x read its halo, rows outside are skipped. With groups, a group's outputs fill whole vectors.
template <class V, class X, Window k, int K, int G, int P, int Q, Tile t, class Body>
CNNC_KERNEL void conv_direct(X x, const float* w, long n, int p0, int p1, Body body) {
  constexpr int in = X::channels / G, out = K / G;
  static_assert(X::channels % G == 0 && K % G == 0 && (G == 1 || out % V::lanes == 0));
  static_assert(P > 0, "the number of output rows bounds p1");
  for (int g = 0; g < G; g++)
    tiled<t.vectors, ceil_div(out, V::lanes)>([&](auto vectors, int v) CNNC_ALWAYS_INLINE {
      int k0 = g * out + v * V::lanes;
      constexpr int N = decltype(vectors)::value, size = k.kh * k.kw * in * N * V::lanes;
      const float* block = w + long(k0) * k.kh * k.kw * in;
      auto rows = [&](auto ahead) CNNC_ALWAYS_INLINE {
        for (int p = p0; p < p1; p++)
          conv_row<V, X, k, in, Q, t.pixels, N>(x, block, Broadcast<V>{}, g * in, At{n, p, 0, k0}, body, ahead);
      };
      if constexpr (long(k.kh) * k.kw * in * out >= far_floats)
        rows(WeightsAhead{block + size, ceil_div(N * V::lanes, (p1 - p0) * ceil_div(Q, t.pixels))});
      else
        rows(NoneAhead{});
    });
}

// The same for rows [p0, p1) of block b of t.vectors vectors of outputs of samples [n0, n1), without groups: the weights of a block
// are read for all of them.
template <class V, class X, Window k, int K, int P, int Q, Tile t, class Body>
CNNC_KERNEL void conv_direct_block(X x, const float* w, int b, long n0, long n1, int p0, int p1, Body body) {
  sized<t.vectors, ceil_div(K, V::lanes)>(b * t.vectors, [&](auto vectors) CNNC_ALWAYS_INLINE {
    const int k0 = b * t.vectors * V::lanes;
    constexpr int N = decltype(vectors)::value, size = k.kh * k.kw * X::channels * N * V::lanes;
    const float* block = w + long(k0) * k.kh * k.kw * X::channels;
    WeightsAhead ahead{block + size + long(size) * p0 / P, ceil_div(N * V::lanes, P * ceil_div(Q, t.pixels))};
    for (long n = n0; n < n1; n++)
      for (int p = p0; p < p1; p++)
        conv_row<V, X, k, X::channels, Q, t.pixels, N>(x, block, Broadcast<V>{}, 0, At{n, p, 0, k0}, body, ahead);
  });
}

}  // namespace cnnc::CNNC_ISA
