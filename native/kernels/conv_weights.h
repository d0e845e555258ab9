// The gradient of a convolution to its weights: a tile of taps × vectors in registers, reduced over pixels and samples.
#pragma once
#include "operand.h"
#include "window.h"

namespace cnnc::CNNC_ISA {

// How many kernel rows, columns and input channels a tile of `results` holds: channels first.
struct Taps {
  int rows, columns, channels;
};

constexpr Taps taps_of(Window k, int in, int results) {
  if (in >= results) return {1, 1, results};
  if (k.kw * in >= results) return {1, results / in, in};
  return {min(k.kh, results / (k.kw * in)), k.kw, in};
}

// Where the tiles of a weight gradient are: blocks of N vectors of outputs, G groups, then taps, channels innermost.
template <Window k, int In, int Vectors, int G, Tile t>
struct WeightTiles {
  static constexpr Taps taps = taps_of(k, In, t.pixels);
  static constexpr int blocks = ceil_div(Vectors, t.vectors), rows = ceil_div(k.kh, taps.rows),
                       columns = ceil_div(k.kw, taps.columns), channels = ceil_div(In, taps.channels),
                       units = G * blocks * rows * columns * channels;
};

// A row of zeros, which stands for rows above and below the image.
template <class X>
alignas(64) inline constexpr typename X::type zero_row[X::row]{};

// The taps that a unit starts with: kernel row, kernel column, input channel of the group and of x, output channel.
struct WeightTile {
  int r, s, c, group, k0;
};

// dw[r,s,c,j] = Σ_{n,p,q} x[n, p·sh + r·dh - ph, q·sw + s·dw - pw, c] · dy[n,p,q,j] for R × S × C taps, N vectors.
// Lanes past `outputs` become zero.
template <class V, class X, class DY, Window k, int In, int R, int S, int C, int N, class Operand>
CNNC_INLINE void conv_weights_tile(X x, DY dy, long n0, long n1, const Operand& operand, WeightTile at, int outputs,
                                   float* dw) {
  constexpr int block = N * V::lanes;
  const int column = at.s * k.dw - k.pw, channel = at.group + at.c;
  V acc[R * S * C][N];
  CNNC_UNROLL for (int i = 0; i < R * S * C; i++)
    CNNC_UNROLL for (int j = 0; j < N; j++) acc[i][j] = V::zero();
  for (long n = n0; n < n1; n++)
    for (int p = 0; p < DY::height; p++) {
      const int h = p * k.sh - k.ph + at.r * k.dh;
      if (h + (R - 1) * k.dh < 0 || h >= X::height) continue;
      const typename X::type* rows[R];
      CNNC_UNROLL for (int i = 0; i < R; i++) {
        bool inside = h + i * k.dh >= 0 && h + i * k.dh < X::height;
        rows[i] = inside ? x.at(n, h + i * k.dh, column, channel)
                         : zero_row<X> + (X::left + column) * X::pixel + channel;
      }
      const auto* d = dy.at(n, p, 0);
      CNNC_ROLLED for (int q = 0; q < DY::width; q++) {
        reload<R * S * C * N>();
        V b[N];
        CNNC_UNROLL for (int j = 0; j < N; j++) b[j] = load_lanes<V, DY>(d + q * DY::pixel, at.k0 + j * V::lanes);
        CNNC_UNROLL for (int i = 0; i < R * S * C; i++) {
          V a = operand(rows[i / (S * C)] + (q * k.sw + i / C % S * k.dw) * X::pixel, i % C);
          CNNC_UNROLL for (int j = 0; j < N; j++) acc[i][j] = fma(a, b[j], acc[i][j]);
        }
      }
    }
  CNNC_UNROLL for (int i = 0; i < R * S * C; i++)
    CNNC_UNROLL for (int j = 0; j < N; j++) {
      int tap = ((at.r + i / (S * C)) * k.kw + at.s + i / C % S) * In + at.c + i % C;
      select(V::first(outputs - j * V::lanes), acc[i][j], V::zero()).store(dw + tap * block + j * V::lanes);
    }
}

// Calls f with the taps of a unit: whole tiles, or what is left at the end of an axis. Only one axis is ever cut.
template <int Full, int Total, class F>
CNNC_INLINE void sized(int begin, const F& f) {
  if constexpr (Total % Full == 0) f(Count<Full>{});
  else if (Total >= Full && begin + Full <= Total) f(Count<min(Full, Total)>{});
  else f(Count<Total % Full>{});
}

template <class V, class X, class DY, Window k, int In, int N, Taps taps, class Operand>
CNNC_INLINE void conv_weights_sized(X x, DY dy, long n0, long n1, const Operand& operand, WeightTile at, int outputs,
                                    float* dw) {
  sized<taps.rows, k.kh>(at.r, [&](auto rows) __attribute__((always_inline)) {
    sized<taps.columns, k.kw>(at.s, [&](auto columns) __attribute__((always_inline)) {
      sized<taps.channels, In>(at.c, [&](auto channels) __attribute__((always_inline)) {
        conv_weights_tile<V, X, DY, k, In, decltype(rows)::value, decltype(columns)::value, decltype(channels)::value, N>(
            x, dy, n0, n1, operand, at, outputs, dw);
      });
    });
  });
}

// The number of independent tiles of dw.
template <class V, class X, class DY, Window k, int K, int G, Tile t>
constexpr int conv_weights_units() {
  return WeightTiles<k, X::channels / G, ceil_div(K / G, V::lanes), G, t>::units;
}

// dw[o,c,r,s] = Σ_{n,p,q} dy[n,p,q,o] · x[n, p·sh + r·dh - ph, q·sw + s·dw - pw, c] over samples [n0, n1), for the taps of
// one unit, which it overwrites in dw. Columns outside x read its halo. Padding lanes of dw become zero.
template <class V, class X, class DY, Window k, int K, int G, Tile t>
CNNC_KERNEL void conv_weights(X x, DY dy, long n0, long n1, int unit, float* dw) {
  constexpr int in = X::channels / G, out = K / G, vectors = ceil_div(out, V::lanes);
  using Tiles = WeightTiles<k, in, vectors, G, t>;
  constexpr Halo halo = conv_halo(k, X::width, DY::width);
  static_assert(X::left >= halo.left && X::right >= halo.right, "x has too narrow a halo");
  static_assert(X::channels % G == 0 && K % G == 0 && DY::channels == K && (G == 1 || out % V::lanes == 0));
  int c = unit % Tiles::channels, s = unit / Tiles::channels % Tiles::columns;
  int r = unit / (Tiles::channels * Tiles::columns) % Tiles::rows;
  int block = unit / (Tiles::channels * Tiles::columns * Tiles::rows) % Tiles::blocks, g = unit / (Tiles::units / G);
  int v = block * t.vectors, k0 = g * out + v * V::lanes;
  WeightTile at{r * Tiles::taps.rows, s * Tiles::taps.columns, c * Tiles::taps.channels, g * in, k0};
  sized<t.vectors, vectors>(v, [&](auto n) __attribute__((always_inline)) {
    conv_weights_sized<V, X, DY, k, in, decltype(n)::value, Tiles::taps>(x, dy, n0, n1, Broadcast<V>{}, at,
                                                                         out - v * V::lanes,
                                                                         dw + long(k0) * k.kh * k.kw * in);
  });
}

}  // namespace cnnc::CNNC_ISA
