// A convolution 3×3 of stride 1 in tiles of m × m outputs: Y = Aᵀ [Σ_c (G g Gᵀ) ⊙ (Bᵀ d B)] A, by winograd.h.
//
// U = G g Gᵀ is made beforehand, in blocks of output channels: [block][point][C][width]. Where pictures are large, a group of
// some rows of tiles goes through all blocks while its transformed inputs V and its products are in the second cache
// (conv_winograd). Where weights are larger, V of the whole picture is made first, and then each block of U is
// read once for several pictures (winograd_inputs, conv_winograd_block).
#pragma once
#include "conv_weights.h"
#include "pack.h"
#include "pooling.h"
#include "winograd.h"

namespace cnnc::CNNC_ISA {

// Results in a row of a tile; rows of tiles, or pictures, in a group; tiles × vectors in registers.
struct WinogradTile {
  int m, group;
  Tile tile;
};

// The tiles of rows [y0, y1) of tiles. Those at the right and lower edges have fewer outputs and use fewer points; in the
// order right | inner | lower | corner the tiles that use a point always stand side by side.
template <int m, int P, int Q>
struct TileGroup {
  static constexpr int columns = Q / m, cut_columns = Q % m > 0, across = columns + cut_columns;
  static constexpr int down = P / m, cut_height = P % m, cut_width = Q % m;
  int full, cut;  // rows of whole tiles, and of cut ones
  CNNC_INLINE TileGroup(int y0, int y1) : full(min(y1, down) - y0), cut(y1 > down) {}
  CNNC_INLINE int inner() const { return full * cut_columns; }
  CNNC_INLINE int lower() const { return full * across; }
  CNNC_INLINE int corner() const { return full * across + cut * columns; }
  CNNC_INLINE int count() const { return (full + cut) * across; }
  // Where tile (y, x) of the group stands.
  CNNC_INLINE int at(int y, int x) const {
    if (y < full) return x < columns ? inner() + y * columns + x : y;
    return x < columns ? lower() + x : corner();
  }
  // The tiles that use a point: past the r + 1 first ones, but for ∞, only whole tiles have it.
  CNNC_INLINE Range with(int row, int column) const {
    constexpr auto beyond = [](int j, int r) { return r > 0 && j > r && j <= m; };
    const bool whole_rows = beyond(row, cut_height), whole_columns = beyond(column, cut_width);
    return {whole_columns ? inner() : 0, whole_rows ? lower() : whole_columns ? corner() : count()};
  }
};

// Floats between points: away from powers of two, where the points of a tile would meet in one set of the cache.
constexpr long apart(long floats) { return floats + 16; }

// How V and the products of `tiles` tiles lie: [point][tile][channels], [point][tile][width of a block].
template <class V, class X, int K, WinogradTile t>
struct WinogradLayout {
  static constexpr int points = (t.m + 2) * (t.m + 2), channels = round_up(X::channels, V::lanes);
  static constexpr int width = min(t.tile.vectors, ceil_div(K, V::lanes)) * V::lanes;
  static constexpr long inputs(int tiles) { return apart(long(tiles) * channels); }
  static constexpr long products(int tiles) { return apart(long(tiles) * width); }
};

// v[point] = (Bᵀ d B)[point] for all channels of one tile; rows are those of the input, at the tile's first column.
template <class V, class X, int m, int R, int S>
CNNC_KERNEL void winograd_tile_input(const float* const* rows, float* v, long points) {
  constexpr int a = m + 2;
  // The points of a cut tile: the finite ones first, ∞ last.
  constexpr auto slot = [](int j, int r) { return j == r + 1 ? m + 1 : j; };
  CNNC_ROLLED for (int c = 0; c < X::channels; c += V::lanes) {
    V d[R + 2], columns[R + 2][S + 2], b[max(R, S) + 2];
    CNNC_UNROLL for (int j = 0; j < S + 2; j++) {
      CNNC_UNROLL for (int i = 0; i < R + 2; i++) d[i] = load_lanes<V, X>(rows[i] + j * X::pixel, c);
      winograd_input<m, R>(d, b);
      CNNC_UNROLL for (int i = 0; i < R + 2; i++) columns[i][j] = b[i];
    }
    CNNC_UNROLL for (int i = 0; i < R + 2; i++) {
      winograd_input<m, S>(columns[i], b);
      CNNC_UNROLL for (int j = 0; j < S + 2; j++) b[j].store(v + (slot(i, R) * a + slot(j, S)) * points + c);
    }
  }
}

// o[i] = Σ_c v[i][c]·u[c] for M tiles by N vectors.
template <class V, int M, int N>
CNNC_INLINE void winograd_products_tile(const float* v, long row, const float* u, int channels, float* o) {
  constexpr int width = N * V::lanes;
  V acc[M][N];
  CNNC_UNROLL for (int i = 0; i < M; i++)
    CNNC_UNROLL for (int j = 0; j < N; j++) acc[i][j] = V::zero();
  CNNC_UNROLL_4 for (int c = 0; c < channels; c++) {
    reload<M * N>();
    V b[N];
    CNNC_UNROLL for (int j = 0; j < N; j++) b[j] = V::load(u + c * width + j * V::lanes);
    CNNC_UNROLL for (int i = 0; i < M; i++) {
      V a{v[i * row + c]};
      CNNC_UNROLL for (int j = 0; j < N; j++) acc[i][j] = fma(a, b[j], acc[i][j]);
    }
  }
  CNNC_UNROLL for (int i = 0; i < M; i++)
    CNNC_UNROLL for (int j = 0; j < N; j++) acc[i][j].store(o + i * width + j * V::lanes);
}

// The same for `count` tiles, cut into as few register tiles of at most M as can be, of about one size.
template <class V, int M, int N>
CNNC_KERNEL void winograd_products(const float* v, long row, const float* u, int channels, float* o, int count) {
  for (int parts = ceil_div(count, M); parts > 0; parts--) {
    const int size = ceil_div(count, parts);
    each<M>([&](auto one_less) __attribute__((always_inline)) {
      constexpr int size_here = decltype(one_less)::value + 1;
      if (size == size_here) winograd_products_tile<V, size_here, N>(v, row, u, channels, o);
    });
    count -= size, v += size * row, o += size * N * V::lanes;
  }
}

// y = Aᵀ M A for lanes of one tile.
template <class V, int m, int R, int S>
CNNC_INLINE void winograd_tile_output(const float* products, long points, V (&y)[R][S]) {
  constexpr int a = m + 2;
  constexpr auto slot = [](int j, int r) { return j == r + 1 ? m + 1 : j; };
  V d[R + 2], columns[R][S + 2];
  CNNC_UNROLL for (int j = 0; j < S + 2; j++) {
    CNNC_UNROLL for (int i = 0; i < R + 2; i++) d[i] = V::load(products + (slot(i, R) * a + slot(j, S)) * points);
    V b[R];
    winograd_output<m, R>(d, b);
    CNNC_UNROLL for (int i = 0; i < R; i++) columns[i][j] = b[i];
  }
  CNNC_UNROLL for (int i = 0; i < R; i++) winograd_output<m, S>(columns[i], y[i]);
}

// What becomes of the outputs of a tile: each goes through the body.
template <class Body>
struct EachOutput {
  Body body;
  template <class V, int R, int S>
  CNNC_INLINE void operator()(V (&y)[R][S], At at) const {
    CNNC_UNROLL for (int i = 0; i < R; i++)
      CNNC_UNROLL for (int j = 0; j < S; j++) body(y[i][j], At{at.n, at.h + i, at.w + j, at.c});
  }
};

// The same, and windows of k × k outputs, which lie within tiles, are pooled in registers. Outputs that no window
// has come at an edge.
template <Pooling how, int k, class Body, class PoolBody, class Index>
struct PooledOutputs {
  Body body;
  PoolBody pool_body;
  Index index;
  template <class V, int R, int S>
  CNNC_INLINE void operator()(V (&y)[R][S], At at) const {
    CNNC_UNROLL for (int i = 0; i < R; i++)
      CNNC_UNROLL for (int j = 0; j < S; j++) y[i][j] = body(y[i][j], At{at.n, at.h + i, at.w + j, at.c});
    CNNC_UNROLL for (int p = 0; p < R / k; p++)
      CNNC_UNROLL for (int q = 0; q < S / k; q++) {
        const At pooled{at.n, at.h / k + p, at.w / k + q, at.c};
        V v = y[p * k][q * k], tap = V::zero();
        CNNC_UNROLL for (int i = 1; i < k * k; i++) {
          V x = y[p * k + i / k][q * k + i % k];
          if constexpr (keeps<Index>) tap = select(x > v, V(float(i)), tap);
          v = how == Pooling::max ? max(v, x) : v + x;
        }
        if constexpr (keeps<Index>) tap.store(index.at(pooled.n, pooled.h, pooled.w, pooled.c));
        if constexpr (how == Pooling::average || how == Pooling::average_with_pad) v = v * V(1.f / (k * k));
        pool_body(v, pooled);
      }
  }
};

// Calls f with the size of tile (y, x): m × m, or what is left at an edge.
template <int m, int P, int Q, class F>
CNNC_INLINE void with_tile_size(int y, int x, const F& f) {
  const auto with_height = [&](auto height) __attribute__((always_inline)) {
    if (Q % m == 0 || x < Q / m) {
      if constexpr (Q >= m) f(height, Count<m>{});
    } else {
      if constexpr (Q % m > 0) f(height, Count<Q % m>{});
    }
  };
  if (P % m == 0 || y < P / m) {
    if constexpr (P >= m) with_height(Count<m>{});
  } else {
    if constexpr (P % m > 0) with_height(Count<P % m>{});
  }
}

// V of the tiles of rows [y0, y1) of tiles of sample n; the group begins with row `first`.
template <class V, class X, Window k, int P, int Q, int m>
CNNC_INLINE void winograd_rows_input(X x, long n, TileGroup<m, P, Q> group, int first, int y0, int y1, float* v, long points) {
  static_assert(k.kh == 3 && k.kw == 3 && k.sh == 1 && k.sw == 1 && k.dh == 1 && k.dw == 1);
  constexpr Halo halo = conv_halo(k, X::width, Q);
  static_assert(X::left >= halo.left && X::right >= halo.right, "x has too narrow a halo");
  constexpr int channels = round_up(X::channels, V::lanes);
  for (int y = y0; y < y1; y++)
    for (int i = 0; i < group.across; i++) {
      const int column = i * m - k.pw;
      const float* rows[m + 2];
      for (int r = 0; r < m + 2; r++) {
        const int h = y * m - k.ph + r;
        rows[r] = h >= 0 && h < X::height ? x.at(n, h, column) : zero_row<X> + (X::left + column) * X::pixel;
      }
      with_tile_size<m, P, Q>(y, i, [&](auto height, auto width) __attribute__((always_inline)) {
        winograd_tile_input<V, X, m, decltype(height)::value, decltype(width)::value>(
            rows, v + group.at(y - first, i) * channels, points);
      });
    }
}

// The products of the group's tiles with N vectors of outputs.
template <class V, class X, int K, int P, int Q, WinogradTile t, int N>
CNNC_INLINE void winograd_group_products(TileGroup<t.m, P, Q> group, const float* v, long inputs, const float* block,
                                         float* o, long products) {
  using L = WinogradLayout<V, X, K, t>;
  constexpr int a = t.m + 2, width = N * V::lanes;
  for (int point = 0; point < L::points; point++) {
    const Range with = group.with(point / a, point % a);
    winograd_products<V, t.tile.pixels, N>(v + point * inputs + with.begin * L::channels, L::channels,
                                           block + long(point) * X::channels * width, X::channels,
                                           o + point * products + with.begin * width, with.end - with.begin);
  }
}

// The outputs of the tiles of rows [y0, y1) from their products, N vectors from channel k0 on, tile by tile to `emit`.
template <class V, int P, int Q, int m, int N, class Emit>
CNNC_INLINE void winograd_rows_output(TileGroup<m, P, Q> group, const float* o, long products, long n, int y0, int y1,
                                      int k0, const Emit& emit) {
  constexpr int width = N * V::lanes;
  for (int y = y0; y < y1; y++)
    for (int i = 0; i < group.across; i++) {
      const float* tile = o + group.at(y - y0, i) * width;
      with_tile_size<m, P, Q>(y, i, [&](auto height, auto columns) __attribute__((always_inline)) {
        CNNC_ROLLED for (int j = 0; j < N; j++) {
          V outputs[decltype(height)::value][decltype(columns)::value];
          winograd_tile_output<V, m>(tile + j * V::lanes, products, outputs);
          emit(outputs, At{n, y * m, i * m, k0 + j * V::lanes});
        }
      });
    }
}

// What the kernels below make of results: bodies for each, and where a pool of windows w follows, one for what is pooled.
template <Pooling how, Window w, class Body, class PoolBody, class Index = NoIndex>
CNNC_INLINE auto pooled_outputs(const Body& body, const PoolBody& pool_body, Index index = {}) {
  static_assert(w.kh == w.kw && w.kh == w.sh && w.kw == w.sw && w.ph == 0 && w.pw == 0 && w.dh == 1 && w.dw == 1);
  return PooledOutputs<how, w.kh, Body, PoolBody, Index>{body, pool_body, index};
}
template <class Body>
CNNC_INLINE auto each_output(const Body& body) {
  return EachOutput<Body>{body};
}

// y[n,p,q,o] = Σ_{r,s,c} x[n, p + r - ph, q + s - pw, c] · w[o,c,r,s] for rows [y0, y1) of tiles.
template <class V, class X, Window k, int K, int P, int Q, WinogradTile t, class Memory, class Emit>
CNNC_KERNEL void conv_winograd(X x, const float* u, long n, int y0, int y1, Memory scratch, Emit emit) {
  using L = WinogradLayout<V, X, K, t>;
  constexpr int m = t.m, tiles = t.group * ceil_div(Q, m);
  constexpr long inputs = L::inputs(tiles), products = L::products(tiles);
  static_assert(Memory::floats >= L::points * (inputs + products), "too little scratch memory");
  float *const v = scratch.data, *const o = v + L::points * inputs;
  for (int first = y0; first < y1; first += t.group) {
    const int last = min(first + t.group, y1);
    const TileGroup<m, P, Q> group(first, last);
    winograd_rows_input<V, X, k, P, Q, m>(x, n, group, first, first, last, v, inputs);
    tiled<t.tile.vectors, ceil_div(K, V::lanes)>([&](auto vectors, int j) __attribute__((always_inline)) {
      constexpr int N = decltype(vectors)::value;
      const float* block = u + long(j) * V::lanes * L::points * X::channels;
      winograd_group_products<V, X, K, P, Q, t, N>(group, v, inputs, block, o, products);
      winograd_rows_output<V, P, Q, m, N>(group, o, products, n, first, last, j * V::lanes, emit);
    });
  }
}

// V of rows [y0, y1) of tiles of sample n, which is at v + n·sample.
template <class V, class X, Window k, int K, int P, int Q, WinogradTile t>
CNNC_KERNEL void winograd_inputs(X x, long n, int y0, int y1, float* v, long sample) {
  constexpr int down = ceil_div(P, t.m), tiles = down * ceil_div(Q, t.m);
  winograd_rows_input<V, X, k, P, Q, t.m>(x, n, {0, down}, 0, y0, y1, v + n * sample,
                                          WinogradLayout<V, X, K, t>::inputs(tiles));
}

// One block of outputs of at most t.group samples [n0, n1).
template <class V, class X, int K, int P, int Q, WinogradTile t, class Memory, class Emit>
CNNC_KERNEL void conv_winograd_block(const float* v, long sample, const float* u, int b, long n0, long n1,
                                     Memory scratch, Emit emit) {
  using L = WinogradLayout<V, X, K, t>;
  constexpr int m = t.m, a = m + 2, down = ceil_div(P, m), tiles = down * ceil_div(Q, m);
  constexpr long inputs = L::inputs(tiles), products = L::products(t.group * tiles);
  static_assert(Memory::floats >= L::points * products, "too little scratch memory");
  const TileGroup<m, P, Q> group(0, down);
  float* const o = scratch.data;
  sized<t.tile.vectors, ceil_div(K, V::lanes)>(b * t.tile.vectors, [&](auto vectors) __attribute__((always_inline)) {
    constexpr int N = decltype(vectors)::value, width = N * V::lanes;
    const int k0 = b * t.tile.vectors * V::lanes;
    const float* block = u + long(k0) * L::points * X::channels;
    for (int point = 0; point < L::points; point++) {
      const Range with = group.with(point / a, point % a);
      for (long n = n0; n < n1; n++)
        winograd_products<V, t.tile.pixels, N>(v + n * sample + point * inputs + with.begin * L::channels, L::channels,
                                               block + long(point) * X::channels * width, X::channels,
                                               o + point * products + ((n - n0) * tiles + with.begin) * width,
                                               with.end - with.begin);
    }
    for (long n = n0; n < n1; n++)
      winograd_rows_output<V, P, Q, m, N>(group, o + (n - n0) * tiles * width, products, n, 0, down, k0, emit);
  });
}

// U = G g Gᵀ from weights as conv_direct packs them, in blocks of Vectors vectors.
template <class V, Tile t, int m, int Vectors, int K, int C>
void winograd_weights(const float* packed, float* u) {
  constexpr int a = m + 2, padded = round_up(K, V::lanes);
  using L = ConvLayout<V::lanes, t, K, C, 3, 3, 1>;
  using To = Blocks<K, V::lanes, Vectors * V::lanes>;
  for (int k = 0; k < padded; k += V::lanes) {
    const int width = To::width(k);
    for (int c = 0; c < C; c++) {
      float* to = u + To::first(k) * long(a * a) * C + long(c) * width + k - To::first(k);
      V rows[a][3];
      CNNC_UNROLL for (int s = 0; s < 3; s++) {
        V g[3];
        CNNC_UNROLL for (int r = 0; r < 3; r++) g[r] = V::load(packed + L::at(k, c, r, s));
        CNNC_UNROLL for (int i = 0; i < a; i++) {
          constexpr auto& w = winograd<m>;
          rows[i][s] = fma(V(w.g[i][0]), g[0], fma(V(w.g[i][1]), g[1], V(w.g[i][2]) * g[2]));
        }
      }
      CNNC_UNROLL for (int i = 0; i < a; i++)
        CNNC_UNROLL for (int j = 0; j < a; j++) {
          constexpr auto& w = winograd<m>;
          V v = fma(V(w.g[j][0]), rows[i][0], fma(V(w.g[j][1]), rows[i][1], V(w.g[j][2]) * rows[i][2]));
          v.store(to + long(i * a + j) * C * width);
        }
    }
  }
}

}  // namespace cnnc::CNNC_ISA
