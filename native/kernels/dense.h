// Dense layers: tiles of samples × vectors of outputs. The kernel of a dense layer is its whole input.
#pragma once
#include "conv_weights.h"

namespace cnnc::CNNC_ISA {

// A tensor without gaps within a sample can be read as one pixel.
template <class X>
constexpr bool gapless = X::pixel == X::channels && X::left == 0 && X::right == 0;

template <class X>
CNNC_INLINE auto as_one_pixel(X x) {
  constexpr int size = X::height * X::width * X::channels;
  if constexpr (gapless<X>) return Tensor<1, 1, size, size, 0, 0, typename X::type, X::sample>{x.data};
  else return x;
}

// Σ_{h,w,c} x[n + m, h, w, c] · w[h,w,c,j]. The sum is that of parts, which are added up in order: as many neighbouring ranges of
// channels as keep eight multiplications of one sample in flight. A tile has as many of them at a time as it has room for, so a
// sample's result does not depend on the samples beside it.
template <class V, class X, int M, int N, class Emit>
CNNC_INLINE void dense_tile(X x, const float* w, long n, const Emit& emit) {
  constexpr int block = N * V::lanes, parts = max(1, 8 / N), together = max(1, 8 / (M * N)), part = X::channels / parts;
  static_assert(parts % together == 0);
  V total[M][N];
  CNNC_UNROLL for (int m = 0; m < M; m++)
    CNNC_UNROLL for (int j = 0; j < N; j++) total[m][j] = V::zero();
  CNNC_ROLLED for (int first = 0; first < parts; first += together) {
    V acc[together][M][N];
    CNNC_UNROLL for (int u = 0; u < together; u++)
      CNNC_UNROLL for (int m = 0; m < M; m++)
        CNNC_UNROLL for (int j = 0; j < N; j++) acc[u][m][j] = V::zero();
    auto step = [&](const auto* pixel, const float* row, int u, int c) CNNC_ALWAYS_INLINE {
      V b[N];
      CNNC_UNROLL for (int j = 0; j < N; j++) b[j] = V::load(row + long(c) * block + j * V::lanes);
      CNNC_UNROLL for (int m = 0; m < M; m++) {
        V a{float(pixel[m * X::sample + c])};
        CNNC_UNROLL for (int j = 0; j < N; j++) acc[u][m][j] = fma(a, b[j], acc[u][m][j]);
      }
    };
    for (int i = 0; i < X::height * X::width; i++) {
      const auto* pixel = x.at(n, i / X::width, i % X::width);
      const float* row = w + long(i) * X::channels * block;
      CNNC_UNROLL_4 for (int c = 0; c < part; c++) {
        CNNC_UNROLL for (int u = 0; u < together; u++) step(pixel, row, u, (first + u) * part + c);
      }
      // The last part has what is left.
      if (first + together == parts)
        CNNC_UNROLL for (int c = parts * part; c < X::channels; c++) step(pixel, row, together - 1, c);
    }
    CNNC_UNROLL for (int u = 0; u < together; u++)
      CNNC_UNROLL for (int m = 0; m < M; m++)
        CNNC_UNROLL for (int j = 0; j < N; j++) total[m][j] = total[m][j] + acc[u][m][j];
  }
  CNNC_UNROLL for (int m = 0; m < M; m++)
    CNNC_UNROLL for (int j = 0; j < N; j++) emit(total[m][j], n + m, j * V::lanes);
}

// The blocks of t.vectors vectors (the last one with what is left) of K outputs.
template <class V, int K, Tile t>
constexpr int dense_blocks = ceil_div(ceil_div(K, V::lanes), t.vectors);

// y[n,o] = Σ_{h,w,c} x[n,h,w,c] · w[o,h,w,c] for samples [n0, n1) and blocks [b0, b1) of outputs, at At{n,0,0,o}.
template <class V, class X, int K, Tile t, class Body>
CNNC_KERNEL void dense(X x, const float* w, long n0, long n1, int b0, int b1, Body body) {
  constexpr int vectors = ceil_div(K, V::lanes);
  auto flat = as_one_pixel(x);
  for (int b = b0; b < b1; b++)
    sized<t.vectors, vectors>(b * t.vectors, [&](auto count) CNNC_ALWAYS_INLINE {
      int k0 = b * t.vectors * V::lanes;
      const float* block = w + long(k0) * X::height * X::width * X::channels;
      halving<t.pixels>(n0, n1, [&](auto samples, long n) CNNC_ALWAYS_INLINE {
        dense_tile<V, decltype(flat), decltype(samples)::value, decltype(count)::value>(
            flat, block, n, [&](V v, long sample, int j) CNNC_ALWAYS_INLINE { body(v, At{sample, 0, 0, k0 + j}); });
      });
    });
}

// How dense_data goes through dx: blocks of t.vectors vectors of a pixel's channels, and of these a few inputs at a time.
template <class V, class X, Tile t>
struct DataBlocks {
  static constexpr int vectors = ceil_div(X::channels, V::lanes), per_pixel = ceil_div(vectors, t.vectors),
                       count = X::height * X::width * per_pixel, inputs = min(4, V::lanes);
};
template <class V, class X, Tile t>
constexpr int dense_data_blocks = DataBlocks<V, X, t>::count;

// sums[m][i] = Σ_k dy[n + m, k·lanes + lane] · w[k·lanes + lane, input + i], lane by lane, of K outputs in blocks of Block vectors. Meanwhile the
// next inputs' weights are fetched, which lie behind these.
template <class W, int K, int Block, int M, int I, class DY>
CNNC_INLINE void dense_data_sums(DY dy, const float* w, long n, const long (&input)[I], long inputs, W (&sums)[M][I]) {
  CNNC_UNROLL for (int m = 0; m < M; m++)
    CNNC_UNROLL for (int i = 0; i < I; i++) sums[m][i] = W::zero();
  tiled<Block, ceil_div(K, W::lanes)>([&](auto count, int v) CNNC_ALWAYS_INLINE {
    constexpr int N = decltype(count)::value, width = N * W::lanes;
    const float* const block = w + long(v) * W::lanes * inputs;
    CNNC_ROLLED for (int j = 0; j < width; j += W::lanes) {
      W b[I];
      CNNC_UNROLL for (int i = 0; i < I; i++) {
        b[i] = W::load(block + input[i] * width + j);
        __builtin_prefetch(block + (input[i] + I) * width + j);
      }
      CNNC_UNROLL for (int m = 0; m < M; m++) {
        // Lanes without an output may hold anything.
        W d = masked_lanes<W, DY>(dy.at(n + m, 0, 0), v * W::lanes + j, W::zero());
        CNNC_UNROLL for (int i = 0; i < I; i++) sums[m][i] = fma(d, b[i], sums[m][i]);
      }
    }
  });
}

// Sums of the lanes of each of V::lanes vectors.
template <class V, class W>
CNNC_INLINE V lane_sums(W* vectors) {
  float sums[V::lanes];
  if constexpr (V::lanes % W::lanes == 0)
    for (int i = 0; i < V::lanes; i += W::lanes) sums_of_lanes(vectors + i).store(sums + i);
  else
    for (int i = 0; i < V::lanes; i++) sums[i] = sum(vectors[i]);
  return V::load(sums);
}

// dx[n,h,w,c] = Σ_o dy[n,o] · w[o,h,w,c] for samples [n0, n1) and blocks [b0, b1) of inputs; X gives the geometry of dx. It reads weights as
// they are packed for `dense`, vectors W of outputs in blocks of Block: so it sums by lanes, and these in the end.
template <class V, class X, class W, int K, int Block, Tile t, class DY, class Body>
CNNC_KERNEL void dense_data(DY dy, const float* w, long n0, long n1, int b0, int b1, Body body) {
  static_assert(DY::channels == K && DY::height == 1 && DY::width == 1);
  using B = DataBlocks<V, X, t>;
  constexpr int C = X::channels, I = B::inputs;
  constexpr long inputs = long(X::height) * X::width * C;
  for (int b = b0; b < b1; b++) {
    const int pixel = b / B::per_pixel, v0 = b % B::per_pixel * t.vectors;
    for (int c0 = v0 * V::lanes; c0 < min(C, (v0 + t.vectors) * V::lanes); c0 += V::lanes)
      halving<t.pixels>(n0, n1, [&](auto samples, long n) CNNC_ALWAYS_INLINE {
        constexpr int M = decltype(samples)::value;
        W all[M][V::lanes];
        for (int first = 0; first < V::lanes; first += I) {
          long input[I];
          CNNC_UNROLL for (int i = 0; i < I; i++) input[i] = long(pixel) * C + min(c0 + first + i, C - 1);
          W sums[M][I];
          dense_data_sums<W, K, Block>(dy, w, n, input, inputs, sums);
          CNNC_UNROLL for (int m = 0; m < M; m++)
            CNNC_UNROLL for (int i = 0; i < I; i++) all[m][first + i] = sums[m][i];
        }
        for (int m = 0; m < M; m++) {
          V dx = select(V::first(C - c0), lane_sums<V>(all[m]), V::zero());
          body(dx, At{n + m, pixel / X::width, pixel % X::width, c0});
        }
      });
  }
}

// The gradient of a dense layer to its weights is that of a convolution with a kernel as large as its input.
template <class X>
constexpr Window whole_input{X::height, X::width, 1, 1, 0, 0, 1, 1};

// x as the convolution sees it: the halo is none of its business.
template <class X>
using OnePixel = decltype(as_one_pixel(X{}));

template <class V, class X, int K, Tile t>
constexpr int dense_weights_units() {
  using F = OnePixel<X>;
  return conv_weights_units<V, F, F, whole_input<F>, K, 1, t>();
}

// dw[o,h,w,c] = Σ_n dy[n,o] · x[n,h,w,c] over the whole batch, for the taps of one unit, which it overwrites in dw.
template <class V, class X, int K, Tile t, class DY, class Sink>
void dense_weights(X x, DY dy, long batch, int unit, Sink dw) {
  using F = OnePixel<X>;
  conv_weights<V, F, DY, whole_input<F>, K, 1, t>(as_one_pixel(x), dy, 0, batch, unit, dw);
}

}  // namespace cnnc::CNNC_ISA
