// The gradient of a convolution of stride 1 to its weights in tiles, the adjoint of Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A to g:
//   dg = Gᵀ [Σ_tiles (Bᵀ d B) ⊙ (A dY Aᵀ)] G.
//
// A unit takes a block of the input's channels and one of the outputs. For a group of tiles after another it transforms both, and adds
// their products to the sums of each point, S [point][channel][width], which stay in the second cache; in the end it transforms these.
#pragma once
#include "conv_winograd.h"

namespace cnnc::CNNC_ISA {

// Blocks of input channels × vectors of outputs.
struct WeightBlocks {
  int channels, vectors;
};

// The tiles of a group, about t.group: a part of a row of tiles, some rows, or some pictures.
template <Window k, int P, int Q, WinogradTile t>
struct WeightGroup {
  using Picture = TileGroup<k, P, Q, t>;
  static constexpr int across() {
    int part = min(Picture::across, t.group);
    while (Picture::across % part != 0) part--;
    return Picture::cut_width > 0 ? Picture::across : part;
  }
  static constexpr int columns = across() == Picture::across ? Q : across() * t.columns, parts = Picture::across / across(),
                       rows = max(1, min(Picture::down, t.group / across())),
                       pictures = rows == Picture::down && parts == 1 ? max(1, t.group / (rows * across())) : 1,
                       tiles = rows * across();
};

// How transformed inputs and gradients, [point][picture][tile][channels], and sums lie in a unit's memory.
template <class V, int C, int K, Window k, int P, int Q, WinogradTile t, WeightBlocks blocks>
struct WeightsLayout {
  using Group = WeightGroup<k, P, Q, t>;
  static constexpr int points = points_of(t.rows, k.kh) * points_of(t.columns, k.kw), tiles = Group::pictures * Group::tiles,
                       channels = min(blocks.channels, round_up(C, V::lanes)),
                       width = min(blocks.vectors, ceil_div(K, V::lanes)) * V::lanes;
  static constexpr long inputs = apart(long(tiles) * channels), gradients = apart(long(tiles) * width),
                        sums = apart(long(round_up(channels, t.tile.pixels)) * width),
                        size = points * (inputs + gradients + sums);
};

// z[point] = (A dY Aᵀ)[point] for `width` channels from k0 on of one tile of R × S outputs, which begins at dy.
template <class V, class DY, Window k, WinogradTile t, int R, int S>
CNNC_KERNEL void winograd_tile_gradient(const float* dy, int k0, int width, float* z, long points) {
  constexpr int high = points_of(R, k.kh), wide = points_of(S, k.kw);
  CNNC_ROLLED for (int j = 0; j < width; j += V::lanes) {
    V d[R], column[high], row[wide], columns[high][S];
    CNNC_UNROLL for (int s = 0; s < S; s++) {
      CNNC_UNROLL for (int r = 0; r < R; r++) d[r] = load_lanes<V, DY>(dy + r * DY::row + s * DY::pixel, k0 + j);
      winograd_gradient<t.rows, k.kh, R>(d, column);
      CNNC_UNROLL for (int i = 0; i < high; i++) columns[i][s] = column[i];
    }
    CNNC_UNROLL for (int i = 0; i < high; i++) {
      winograd_gradient<t.columns, k.kw, S>(columns[i], row);
      CNNC_UNROLL for (int p = 0; p < wide; p++) row[p].store(z + point_at<k, t, R, S>(i, p) * points + j);
    }
  }
}

// The same for rows [y0, y1) of tiles of sample n.
template <class V, class DY, Window k, int P, int Q, WinogradTile t>
CNNC_INLINE void winograd_rows_gradient(DY dy, long n, TileGroup<k, P, Q, t> group, int y0, int y1, int column, int k0, int width,
                                        float* z, long points) {
  for (int y = y0; y < y1; y++)
    for (int i = 0; i < group.across; i++)
      with_tile_size<P, Q, t>(y, i, [&](auto height, auto columns) CNNC_ALWAYS_INLINE {
        winograd_tile_gradient<V, DY, k, t, decltype(height)::value, decltype(columns)::value>(
            dy.at(n, y * t.rows, column + i * t.columns), k0, width, z + group.at(y - y0, i) * width, points);
      });
}

// s[c][j] (+)= Σ_t v[t][c]·z[t][j] for `channels` channels, N vectors, and a range of the tiles of each picture.
template <class V, int M, int N>
CNNC_KERNEL void winograd_weights_products(const float* v, int row, const float* z, int width, Range range, int tiles, int pictures,
                                           int channels, bool more, float* s) {
  for (int c = 0; c < channels; c += M) {
    V acc[M][N];
    CNNC_UNROLL for (int i = 0; i < M; i++)
      CNNC_UNROLL for (int j = 0; j < N; j++) acc[i][j] = more ? V::load(s + (c + i) * width + j * V::lanes) : V::zero();
    for (int picture = 0; picture < pictures; picture++)
      CNNC_ROLLED for (int t = picture * tiles + range.begin; t < picture * tiles + range.end; t++) {
        reload<M * N>();
        V b[N];
        CNNC_UNROLL for (int j = 0; j < N; j++) b[j] = V::load(z + t * width + j * V::lanes);
        CNNC_UNROLL for (int i = 0; i < M; i++) {
          V a{v[t * row + c + i]};
          CNNC_UNROLL for (int j = 0; j < N; j++) acc[i][j] = fma(a, b[j], acc[i][j]);
        }
      }
    CNNC_UNROLL for (int i = 0; i < M; i++)
      CNNC_UNROLL for (int j = 0; j < N; j++) acc[i][j].store(s + (c + i) * width + j * V::lanes);
  }
}

// Gᵀ S G for one channel and one vector of outputs, to put(r, s, value).
template <class V, Window k, WinogradTile t, class Put>
CNNC_INLINE void winograd_weights_output(const float* s, long points, const Put& put) {
  constexpr int high = points_of(t.rows, k.kh), wide = points_of(t.columns, k.kw);
  V d[high], taps[max(k.kh, k.kw)], rows[k.kh][wide];
  CNNC_UNROLL for (int p = 0; p < wide; p++) {
    CNNC_UNROLL for (int i = 0; i < high; i++) d[i] = V::load(s + (i * wide + p) * points);
    winograd_weights_gradient<t.rows, k.kh>(d, taps);
    CNNC_UNROLL for (int r = 0; r < k.kh; r++) rows[r][p] = taps[r];
  }
  CNNC_UNROLL for (int r = 0; r < k.kh; r++) {
    winograd_weights_gradient<t.columns, k.kw>(rows[r], taps);
    CNNC_UNROLL for (int c = 0; c < k.kw; c++) put(r, c, taps[c]);
  }
}

// The number of independent blocks of dw.
template <class V, int C, int K, WeightBlocks blocks>
constexpr int conv_winograd_weights_units() {
  return ceil_div(C, blocks.channels) * ceil_div(ceil_div(K, V::lanes), blocks.vectors);
}

// dw[o,c,r,s] = Σ_{n,p,q} dy[n,p,q,o] · x[n, p + r - ph, q + s - pw, c] over samples [n0, n1), for the channels and outputs of one unit,
// which it overwrites in dw, packed in blocks of `packed.vectors` vectors; with zeros if there are no samples.
template <class V, class X, class DY, Window k, int K, Tile packed, WinogradTile t, WeightBlocks blocks, class Memory>
CNNC_KERNEL void conv_winograd_weights(X x, DY dy, long n0, long n1, int unit, float* dw, Memory scratch) {
  constexpr int P = DY::height, Q = DY::width, C = X::channels, M = t.tile.pixels;
  constexpr Halo halo = conv_halo(k, X::width, Q);
  static_assert(X::left >= halo.left && X::right >= halo.right, "x has too narrow a halo");
  using L = WeightsLayout<V, C, K, k, P, Q, t, blocks>;
  using G = typename L::Group;
  using Group = TileGroup<k, P, G::columns, t>;
  static_assert(Memory::floats >= L::size, "too little scratch memory");
  constexpr int channel_blocks = ceil_div(C, blocks.channels);
  const int c0 = unit % channel_blocks * blocks.channels, c1 = min(C, c0 + blocks.channels), row = round_up(c1 - c0, V::lanes);
  const int k0 = unit / channel_blocks * blocks.vectors * V::lanes, width = min(blocks.vectors * V::lanes, round_up(K - k0, V::lanes));
  float *const v = scratch.data, *const z = v + L::points * L::inputs, *const s = z + L::points * L::gradients;
  bool more = false;
  for (long n = n0; n == n0 || n < n1; n += G::pictures) {
    const int pictures = int(n1 - n < G::pictures ? n1 - n : G::pictures);
    for (int y = 0; y < Group::down; y += G::rows)
      for (int column = 0; column < Q; column += G::columns, more = true) {
        const Group group(y, min(Group::down, y + G::rows));
        for (int i = 0; i < pictures; i++) {
          const int last = min(Group::down, y + G::rows);
          winograd_rows_input<V, X, k, P, G::columns, t>(x, n + i, group, y, y, last, Part{column, c0, c1}, v + i * G::tiles * row,
                                                         L::inputs);
          winograd_rows_gradient<V, DY, k, P, G::columns, t>(dy, n + i, group, y, last, column, k0, width,
                                                             z + i * G::tiles * width, L::gradients);
        }
        for (int point = 0; point < L::points; point++)
          halving<t.tile.vectors>(0, width / V::lanes, [&](auto vectors, int j) CNNC_ALWAYS_INLINE {
            winograd_weights_products<V, M, decltype(vectors)::value>(
                v + point * L::inputs, row, z + point * L::gradients + j * V::lanes, width, group.with(point), G::tiles, pictures,
                c1 - c0, more, s + point * L::sums + j * V::lanes);
          });
      }
  }
  using Packed = ConvLayout<V::lanes, packed, K, C, k.kh, k.kw, 1>;
  for (int c = 0; c < c1 - c0; c++)
    for (int j = 0; j < width; j += V::lanes)
      winograd_weights_output<V, k, t>(s + long(c) * width + j, L::sums, [&](int r, int q, V g) CNNC_ALWAYS_INLINE {
        select(V::first(K - k0 - j), g, V::zero()).store(dw + Packed::at(k0 + j, c0 + c, r, q));
      });
}

}  // namespace cnnc::CNNC_ISA
