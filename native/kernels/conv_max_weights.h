// The gradient of a convolution to its weights where a maximum pools its results: dy is zero but at one place of each window, which the
// index tells. The sum over these places, for some rows of the weights of some outputs, stays in registers: vectors run over the columns and
// channels of x, which lie beside each other.
#pragma once
#include "../simd/simd.h"
#include "pack.h"
#include "pooling.h"
#include "window.h"

namespace cnnc::CNNC_ISA {

// Where the tiles of such a gradient are. t.pixels counts rows of weights: those of several outputs, where one output has fewer.
// A row has `reach` columns, whose taps may be apart.
template <class V, class X, Window k, int K, Tile t>
struct MaxTiles {
  static constexpr int reach = (k.kw - 1) * k.dw + 1, run = (reach - 1) * X::pixel + X::channels, vectors = ceil_div(run, V::lanes),
                       rows = min(t.pixels, k.kh), outputs = max(1, t.pixels / k.kh), down = ceil_div(k.kh, rows),
                       across = ceil_div(vectors, t.vectors), units = ceil_div(K, outputs) * down * across;
};

// The first output, row of the weights and vector of a row of a tile.
struct MaxTile {
  int o, r, j;
};

// sums[o,r,j] = Σ_{n,p,q} d[n,p,q,o] · x[n, y·sh + r·dh - ph, x·sw - pw, j] for O outputs, R rows and N vectors of them, where (y, x) is
// the pixel of the P × Q results that index[n,p,q,o] names in window (p, q).
template <class V, class X, class DY, Window k, int P, int Q, Window pooled, int O, int R, int N, class Index>
CNNC_INLINE void conv_max_weights_tile(X x, DY dy, Index index, long n0, long n1, MaxTile tile, float* sums) {
  constexpr bool inside = all_windows_inside<pooled, P, Q, DY::height, DY::width>;
  constexpr bool whole_rows = inside && all_inside(k.kh, k.sh, k.ph, k.dh, X::height, P);
  V acc[O][R][N];
  CNNC_UNROLL for (int u = 0; u < O; u++)
    CNNC_UNROLL for (int i = 0; i < R; i++)
      CNNC_UNROLL for (int j = 0; j < N; j++) acc[u][i][j] = V::zero();
  for (long n = n0; n < n1; n++)
    for (int p = 0; p < DY::height; p++) {
      // With a test for each row where some are above or below the picture.
      const auto windows = [&](auto clipped) CNNC_ALWAYS_INLINE {
        CNNC_ROLLED for (int q = 0; q < DY::width; q++)
          CNNC_UNROLL for (int u = 0; u < O; u++) {
            const Pixel at = pixel_of<pooled>(p, q, int(*index.at(n, p, q, tile.o + u)));
            if (!inside && !at.within(P, Q)) continue;
            const V d(*dy.at(n, p, q, tile.o + u));
            const int h = at.h * k.sh - k.ph + tile.r * k.dh;
            const float* from = x.at(n, h, at.w * k.sw - k.pw) + tile.j * V::lanes;
            CNNC_UNROLL for (int i = 0; i < R; i++) {
              if (decltype(clipped)::value && (h + i * k.dh < 0 || h + i * k.dh >= X::height)) continue;
              CNNC_UNROLL for (int j = 0; j < N; j++)
                acc[u][i][j] = fma(d, V::load(from + long(i) * k.dh * X::row + j * V::lanes), acc[u][i][j]);
            }
          }
      };
      const int first = (p * pooled.sh - pooled.ph) * k.sh - k.ph + tile.r * k.dh;
      if (whole_rows || (first >= 0 && first + (pooled.kh - 1) * pooled.dh * k.sh + (R - 1) * k.dh < X::height)) windows(Count<0>{});
      else if constexpr (!whole_rows) windows(Count<1>{});
    }
  CNNC_UNROLL for (int u = 0; u < O; u++)
    CNNC_UNROLL for (int i = 0; i < R; i++)
      CNNC_UNROLL for (int j = 0; j < N; j++) acc[u][i][j].store(sums + ((u * R + i) * N + j) * V::lanes);
}

// The number of independent tiles of dw.
template <class V, class X, Window k, int K, Tile t>
constexpr int conv_max_weights_units() {
  return MaxTiles<V, X, k, K, t>::units;
}

// The gradient of conv_weights over samples [n0, n1), for the weights of one unit, which it overwrites in dw, packed by blocks of Lanes ·
// packed.vectors outputs; with zeros if there are no samples. Columns outside x read its halo; vectors may read past a row. Padding lanes of
// dw become zero.
template <class V, class X, class DY, Window k, int K, Tile t, int P, int Q, Window pooled, int Lanes, Tile packed, class Index>
CNNC_KERNEL void conv_max_weights(X x, DY dy, Index index, long n0, long n1, int unit, float* dw) {
  using Tiles = MaxTiles<V, X, k, K, t>;
  using Packed = ConvLayout<Lanes, packed, K, X::channels, k.kh, k.kw, 1>;
  constexpr Halo halo = conv_halo(k, X::width, Q);
  static_assert(X::left >= halo.left && X::right >= halo.right, "x has too narrow a halo");
  const MaxTile tile{unit / (Tiles::down * Tiles::across) * Tiles::outputs, unit / Tiles::across % Tiles::down * Tiles::rows,
                     unit % Tiles::across * t.vectors};
  sized<Tiles::outputs, K>(tile.o, [&](auto outputs) CNNC_ALWAYS_INLINE {
    sized<Tiles::rows, k.kh>(tile.r, [&](auto rows) CNNC_ALWAYS_INLINE {
      sized<t.vectors, Tiles::vectors>(tile.j, [&](auto vectors) CNNC_ALWAYS_INLINE {
        constexpr int O = decltype(outputs)::value, R = decltype(rows)::value, N = decltype(vectors)::value;
        alignas(64) float sums[O * R * N * V::lanes];
        conv_max_weights_tile<V, X, DY, k, P, Q, pooled, O, R, N>(x, dy, index, n0, n1, tile, sums);
        for (int line = 0; line < O * R; line++) {
          const int o = tile.o + line / R, r = tile.r + line % R, last = o == K - 1 ? Packed::B::padded - K : 0;
          for (int s = 0; s < k.kw; s++) {
            // Where the column begins within the tile, which may have a part of it.
            const int column = s * k.dw * X::pixel - tile.j * V::lanes;
            const float* from = sums + line * N * V::lanes + column;
            float* to = dw + Packed::B::at(o, Packed::positions, (long(r) * k.kw + s) * X::channels);
            for (int c = max(0, -column); c < min(X::channels, N * V::lanes - column); c++)
              for (int j = 0; j <= last; j++) to[c * Packed::B::width(o) + j] = j == 0 ? from[c] : 0;
          }
        }
      });
    });
  });
}

}  // namespace cnnc::CNNC_ISA
