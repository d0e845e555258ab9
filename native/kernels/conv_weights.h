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

// Where the tiles of a weight gradient are: G groups, blocks of t.vectors vectors of outputs, then taps, channels
// innermost. Tiles of a single tap would each read the whole image again: where it is large, one unit takes all taps in
// turn over a band of rows that stays in the first caches, and keeps its sums in dw between bands.
template <class DY, Window k, int In, int Vectors, int G, Tile t>
struct WeightTiles {
  static constexpr Taps taps = taps_of(k, In, t.pixels);
  static constexpr int band = max(1, 224 / DY::width);
  static constexpr bool banded = taps.rows * taps.columns == 1 && k.kh * k.kw > 1 && DY::height > band;
  static constexpr int blocks = ceil_div(Vectors, t.vectors), rows = banded ? 1 : ceil_div(k.kh, taps.rows),
                       columns = banded ? 1 : ceil_div(k.kw, taps.columns), channels = ceil_div(In, taps.channels),
                       units = G * blocks * rows * columns * channels;
};

// A row of zeros, which stands for rows above and below the image.
template <class X>
alignas(64) inline constexpr typename X::type zero_row[X::row]{};

// The taps that a tile starts with: kernel row, kernel column, input channel within its group, first channel of the
// group, output channel, outputs from there on to the end of the group.
struct WeightTile {
  int r, s, c, group, k0, outputs;
};

// What a tile reduces over: rows [p0, p1) of samples [n0, n1), on top of what dw holds already or not.
struct Pixels {
  long n0, n1;
  int p0, p1;
  bool more;
};

// What becomes of the sums: they are stored,
struct Stored {
  float* dw;
  template <class V>
  CNNC_INLINE V load(long i) const { return V::load(dw + i); }
  template <class V>
  CNNC_INLINE void operator()(long i, V sum) const { sum.store(dw + i); }
};
// or move their parameter at once, and are kept only where somebody wants them. So they are whole when they come.
template <class Update>
struct Moving {
  Update update;
  float* kept;
  template <class V>
  CNNC_INLINE V load(long) const { return V::zero(); }
  template <class V>
  CNNC_INLINE void operator()(long i, V sum) const {
    update.move(sum, i);
    if (kept) sum.store(kept + i);
  }
};
template <class Update>
CNNC_INLINE Moving<Update> moving(Update update, float* kept) { return {update, kept}; }

CNNC_INLINE Stored sink(float* dw) { return {dw}; }
template <class Sink>
CNNC_INLINE Sink sink(Sink moves) { return moves; }

// dw[r,s,c,j] = Σ_{n,p,q} x[n, p·sh + r·dh - ph, q·sw + s·dw - pw, c] · dy[n,p,q,j] for R × S × C taps, N vectors.
// Lanes past the outputs become zero. The block of the outputs begins at dw[first].
template <class V, class X, class DY, Window k, int In, int R, int S, int C, int N, class Operand, class Sink>
CNNC_INLINE void conv_weights_tile(X x, DY dy, Pixels pixels, const Operand& operand, WeightTile at, const Sink& dw, long first) {
  constexpr int block = N * V::lanes;
  const int column = at.s * k.dw - k.pw, channel = at.group + at.c;
  // Where in dw tap i of the tile is.
  const auto tap = [&](int i) CNNC_ALWAYS_INLINE {
    return first + (((at.r + i / (S * C)) * k.kw + at.s + i / C % S) * In + at.c + i % C) * block;
  };
  V acc[R * S * C][N];
  CNNC_UNROLL for (int i = 0; i < R * S * C; i++)
    CNNC_UNROLL for (int j = 0; j < N; j++) acc[i][j] = pixels.more ? dw.template load<V>(tap(i) + j * V::lanes) : V::zero();
  for (long n = pixels.n0; n < pixels.n1; n++)
    for (int p = pixels.p0; p < pixels.p1; p++) {
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
    CNNC_UNROLL for (int j = 0; j < N; j++)
      dw(tap(i) + j * V::lanes, select(V::first(at.outputs - j * V::lanes), acc[i][j], V::zero()));
}

template <class V, class X, class DY, Window k, int In, int N, class Tiles, class Operand, class Sink>
CNNC_INLINE void conv_weights_unit(X x, DY dy, long n0, long n1, const Operand& operand, WeightTile at, const Sink& dw, long first) {
  constexpr Taps taps = Tiles::taps;
  sized<taps.channels, In>(at.c, [&](auto channels) CNNC_ALWAYS_INLINE {
    constexpr int C = decltype(channels)::value;
    if constexpr (Tiles::banded) {
      // Without samples, too, dw is overwritten: once, by sums over nothing.
      for (long n = n0; n == n0 || n < n1; n++)
        for (int p = 0; p < DY::height; p += Tiles::band)
          for (at.r = 0; at.r < k.kh; at.r++)
            for (at.s = 0; at.s < k.kw; at.s++) {
              Pixels band{n, n < n1 ? n + 1 : n, p, min(p + Tiles::band, DY::height), n > n0 || p > 0};
              conv_weights_tile<V, X, DY, k, In, 1, 1, C, N>(x, dy, band, operand, at, dw, first);
            }
    } else {
      sized<taps.rows, k.kh>(at.r, [&](auto rows) CNNC_ALWAYS_INLINE {
        sized<taps.columns, k.kw>(at.s, [&](auto columns) CNNC_ALWAYS_INLINE {
          conv_weights_tile<V, X, DY, k, In, decltype(rows)::value, decltype(columns)::value, C, N>(
              x, dy, Pixels{n0, n1, 0, DY::height, false}, operand, at, dw, first);
        });
      });
    }
  });
}

// The tile that a unit starts with; the first output channel is that of the unit's block and group.
template <class Tiles>
CNNC_INLINE WeightTile first_tile(int unit, int group, int k0, int outputs) {
  int c = unit % Tiles::channels, s = unit / Tiles::channels % Tiles::columns;
  int r = unit / (Tiles::channels * Tiles::columns) % Tiles::rows;
  return {r * Tiles::taps.rows, s * Tiles::taps.columns, c * Tiles::taps.channels, group, k0, outputs};
}

// The number of independent tiles of dw.
template <class V, class X, class DY, Window k, int K, int G, Tile t>
constexpr int conv_weights_units() {
  return WeightTiles<DY, k, X::channels / G, ceil_div(K / G, V::lanes), G, t>::units;
}

// dw[o,c,r,s] = Σ_{n,p,q} dy[n,p,q,o] · x[n, p·sh + r·dh - ph, q·sw + s·dw - pw, c] over samples [n0, n1), for the
// taps of one unit, which it overwrites in dw, with zeros if there are no samples. Columns outside x read its halo.
// Padding lanes of dw become zero.
template <class V, class X, class DY, Window k, int K, int G, Tile t, class Sink>
CNNC_KERNEL void conv_weights(X x, DY dy, long n0, long n1, int unit, Sink dw) {
  constexpr int in = X::channels / G, out = K / G, vectors = ceil_div(out, V::lanes);
  using Tiles = WeightTiles<DY, k, in, vectors, G, t>;
  constexpr Halo halo = conv_halo(k, X::width, DY::width);
  static_assert(X::left >= halo.left && X::right >= halo.right, "x has too narrow a halo");
  static_assert(X::channels % G == 0 && K % G == 0 && DY::channels == K && (G == 1 || out % V::lanes == 0));
  int block = unit / (Tiles::channels * Tiles::columns * Tiles::rows) % Tiles::blocks, g = unit / (Tiles::units / G);
  int v = block * t.vectors, k0 = g * out + v * V::lanes;
  WeightTile at = first_tile<Tiles>(unit, g * in, k0, out - v * V::lanes);
  sized<t.vectors, vectors>(v, [&](auto n) CNNC_ALWAYS_INLINE {
    conv_weights_unit<V, X, DY, k, in, decltype(n)::value, Tiles>(x, dy, n0, n1, Broadcast<V>{}, at, sink(dw),
                                                                  long(k0) * k.kh * k.kw * in);
  });
}

}  // namespace cnnc::CNNC_ISA
