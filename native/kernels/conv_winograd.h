// A convolution of stride 1 in tiles of a few rows × columns of outputs: Y = Aᵀ [Σ_c (G g Gᵀ) ⊙ (Bᵀ d B)] A, by winograd.h.
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

// Rows × columns of results in a tile; rows of tiles, or pictures, in a group; tiles × vectors in registers.
struct WinogradTile {
  int rows, columns, group;
  Tile tile;
};

// How many products a row of a tile's results takes, of all columns and of all rows.
constexpr int points_of(int results, int taps) { return results + taps - 1; }

// The points of a cut tile with r results are the first finite ones, and ∞, which is the last.
constexpr int point_slot(int j, int r, int m, int taps) { return j == points_of(r, taps) - 1 ? points_of(m, taps) - 1 : j; }
constexpr bool point_unused(int j, int r, int m, int taps) {
  return r > 0 && j >= points_of(r, taps) - 1 && j < points_of(m, taps) - 1;
}

// The tiles of rows [y0, y1) of tiles. Those at the right and lower edges have fewer outputs and use fewer points; in the
// order right | inner | lower | corner the tiles that use a point always stand side by side.
template <Window k, int P, int Q, WinogradTile t>
struct TileGroup {
  static constexpr int columns = Q / t.columns, cut_width = Q % t.columns, cut_columns = cut_width > 0, across = columns + cut_columns;
  static constexpr int rows = P / t.rows, cut_height = P % t.rows, down = rows + (cut_height > 0);
  int full, cut;  // rows of whole tiles, and of cut ones
  CNNC_INLINE TileGroup(int y0, int y1) : full(min(y1, rows) - y0), cut(y1 > rows) {}
  CNNC_INLINE int inner() const { return full * cut_columns; }
  CNNC_INLINE int lower() const { return full * across; }
  CNNC_INLINE int corner() const { return full * across + cut * columns; }
  CNNC_INLINE int count() const { return (full + cut) * across; }
  // Where tile (y, x) of the group stands.
  CNNC_INLINE int at(int y, int x) const {
    if (y < full) return x < columns ? inner() + y * columns + x : y;
    return x < columns ? lower() + x : corner();
  }
  // The tiles that use a point.
  CNNC_INLINE Range with(int point) const {
    constexpr int wide = points_of(t.columns, k.kw);
    const bool whole_rows = point_unused(point / wide, cut_height, t.rows, k.kh);
    const bool whole_columns = point_unused(point % wide, cut_width, t.columns, k.kw);
    return {whole_columns ? inner() : 0, whole_rows ? lower() : whole_columns ? corner() : count()};
  }
};

// Floats between points: away from powers of two, where the points of a tile would meet in one set of the cache.
constexpr long apart(long floats) { return floats + 16; }

// Where the point (i, j) of a tile of R × S outputs is among those of a whole one.
template <Window k, WinogradTile t, int R, int S>
constexpr int point_at(int i, int j) {
  return point_slot(i, R, t.rows, k.kh) * points_of(t.columns, k.kw) + point_slot(j, S, t.columns, k.kw);
}

// How V and the products of `tiles` tiles lie: [point][tile][channels], [point][tile][width of a block].
template <class V, class X, Window k, int K, WinogradTile t>
struct WinogradLayout {
  static constexpr int points = points_of(t.rows, k.kh) * points_of(t.columns, k.kw), channels = round_up(X::channels, V::lanes);
  static constexpr int width = min(t.tile.vectors, ceil_div(K, V::lanes)) * V::lanes;
  static constexpr long inputs(int tiles) { return apart(long(tiles) * channels); }
  static constexpr long products(int tiles) { return apart(long(tiles) * width); }
};

// v[point] = (Bᵀ d B)[point] for channels [c0, c1) of one tile of R × S outputs; rows are those of the input, at the tile's first column.
template <class V, class X, Window k, WinogradTile t, int R, int S>
CNNC_KERNEL void winograd_tile_input(const float* const* rows, int c0, int c1, float* v, long points) {
  constexpr int high = points_of(R, k.kh), wide = points_of(S, k.kw);
  CNNC_ROLLED for (int c = c0; c < c1; c += V::lanes) {
    V d[max(high, wide)], b[max(high, wide)], columns[high][wide];
    CNNC_UNROLL for (int j = 0; j < wide; j++) {
      CNNC_UNROLL for (int i = 0; i < high; i++) d[i] = load_lanes<V, X>(rows[i] + j * X::pixel, c);
      winograd_input<t.rows, k.kh, R>(d, b);
      CNNC_UNROLL for (int i = 0; i < high; i++) columns[i][j] = b[i];
    }
    CNNC_UNROLL for (int i = 0; i < high; i++) {
      winograd_input<t.columns, k.kw, S>(columns[i], b);
      CNNC_UNROLL for (int j = 0; j < wide; j++) b[j].store(v + point_at<k, t, R, S>(i, j) * points + c - c0);
    }
  }
}

// o[i] = Σ_c v[i][c]·u[c] for M tiles by N vectors. Meanwhile `step` floats for each channel are fetched from `ahead` on.
template <class V, int M, int N>
CNNC_INLINE void winograd_products_tile(const float* v, long row, const float* u, int channels, const float* ahead, long step,
                                        float* o) {
  constexpr int width = N * V::lanes;
  V acc[M][N];
  CNNC_UNROLL for (int i = 0; i < M; i++)
    CNNC_UNROLL for (int j = 0; j < N; j++) acc[i][j] = V::zero();
  CNNC_UNROLL_4 for (int c = 0; c < channels; c++) {
    reload<M * N>();
    __builtin_prefetch(ahead + c * step, 0, 3);
    __builtin_prefetch(ahead + c * step + step / 2, 0, 3);
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

// One of `count` equal shares.
struct Share {
  int index, count;
};

// The same for `count` tiles, cut into as few register tiles of at most M as can be, of about one size. Each fetches its part
// of this share of the next point's weights, which lie behind those of this one, into the near caches: reading and multiplying
// go side by side.
template <class V, int M, int N>
CNNC_KERNEL void winograd_products(const float* v, long row, const float* u, int channels, float* o, int count, Share next) {
  constexpr int width = N * V::lanes;
  const int all = ceil_div(count, M);
  const long step = width / max(1, all * next.count);
  const float* ahead = u + long(channels) * (width + next.index * all * step);
  for (int parts = all; parts > 0; parts--, ahead += channels * step) {
    const int size = ceil_div(count, parts);
    each<M>([&](auto one_less) CNNC_ALWAYS_INLINE {
      constexpr int size_here = decltype(one_less)::value + 1;
      if (size == size_here) winograd_products_tile<V, size_here, N>(v, row, u, channels, ahead, step, o);
    });
    count -= size, v += size * row, o += size * width;
  }
}

// y = Aᵀ M A for lanes of one tile.
template <class V, Window k, WinogradTile t, int R, int S>
CNNC_INLINE void winograd_tile_output(const float* products, long points, V (&y)[R][S]) {
  constexpr int high = points_of(R, k.kh), wide = points_of(S, k.kw);
  V d[high], b[R], columns[R][wide];
  CNNC_UNROLL for (int j = 0; j < wide; j++) {
    CNNC_UNROLL for (int i = 0; i < high; i++) d[i] = V::load(products + point_at<k, t, R, S>(i, j) * points);
    winograd_output<t.rows, k.kh, R>(d, b);
    CNNC_UNROLL for (int i = 0; i < R; i++) columns[i][j] = b[i];
  }
  CNNC_UNROLL for (int i = 0; i < R; i++) winograd_output<t.columns, k.kw, S>(columns[i], y[i]);
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

// The same, and windows w of outputs, which lie within tiles, are pooled in registers. Outputs that no window has come at an edge.
template <Pooling how, Window w, class Body, class PoolBody, class Index>
struct PooledOutputs {
  Body body;
  PoolBody pool_body;
  Index index;
  template <class V, int R, int S>
  CNNC_INLINE void operator()(V (&y)[R][S], At at) const {
    CNNC_UNROLL for (int i = 0; i < R; i++)
      CNNC_UNROLL for (int j = 0; j < S; j++) y[i][j] = body(y[i][j], At{at.n, at.h + i, at.w + j, at.c});
    each<(R / w.kh) * (S / w.kw)>([&](auto window) CNNC_ALWAYS_INLINE {
      constexpr int p = decltype(window)::value / (S / w.kw), q = decltype(window)::value % (S / w.kw);
      V v = y[p * w.kh][q * w.kw], tap = V::zero();
      CNNC_UNROLL for (int i = 1; i < w.kh * w.kw; i++) {
        V x = y[p * w.kh + i / w.kw][q * w.kw + i % w.kw];
        if constexpr (keeps<Index>) tap = select(x > v, V(float(i)), tap);
        v = how == Pooling::max ? max(v, x) : v + x;
      }
      const At pooled{at.n, at.h / w.kh + p, at.w / w.kw + q, at.c};
      if constexpr (keeps<Index>) tap.store(index.at(pooled.n, pooled.h, pooled.w, pooled.c));
      if constexpr (how == Pooling::average || how == Pooling::average_with_pad) v = v * V(1.f / (w.kh * w.kw));
      pool_body(v, pooled);
    });
  }
};

// Calls f with the rows and columns of tile (y, x): those of a whole one, or what is left at an edge.
template <int P, int Q, WinogradTile t, class F>
CNNC_INLINE void with_tile_size(int y, int x, const F& f) {
  const auto with_height = [&](auto height) CNNC_ALWAYS_INLINE {
    if (Q % t.columns == 0 || x < Q / t.columns) {
      if constexpr (Q >= t.columns) f(height, Count<t.columns>{});
    } else {
      if constexpr (Q % t.columns > 0) f(height, Count<Q % t.columns>{});
    }
  };
  if (P % t.rows == 0 || y < P / t.rows) {
    if constexpr (P >= t.rows) with_height(Count<t.rows>{});
  } else {
    if constexpr (P % t.rows > 0) with_height(Count<P % t.rows>{});
  }
}

// A part of a picture's channels, from a column of its results on.
struct Part {
  int column, c0, c1;
};

// V of the tiles of rows [y0, y1) of tiles of sample n; the group begins with row `first`, and is as wide as Q columns of results.
template <class V, class X, Window k, int P, int Q, WinogradTile t>
CNNC_INLINE void winograd_rows_input(X x, long n, TileGroup<k, P, Q, t> group, int first, int y0, int y1, Part part, float* v,
                                     long points) {
  static_assert(k.sh == 1 && k.sw == 1 && k.dh == 1 && k.dw == 1);
  constexpr Halo halo = conv_halo(k, X::width, Q);
  static_assert(X::left >= halo.left && X::right >= halo.right, "x has too narrow a halo");
  const int channels = round_up(part.c1 - part.c0, V::lanes);
  for (int y = y0; y < y1; y++)
    for (int i = 0; i < group.across; i++) {
      const int column = part.column + i * t.columns - k.pw;
      constexpr int high = points_of(t.rows, k.kh);
      const float* rows[high];
      for (int r = 0; r < high; r++) {
        const int h = y * t.rows - k.ph + r;
        rows[r] = h >= 0 && h < X::height ? x.at(n, h, column) : zero_row<X> + (X::left + column) * X::pixel;
      }
      with_tile_size<P, Q, t>(y, i, [&](auto height, auto width) CNNC_ALWAYS_INLINE {
        winograd_tile_input<V, X, k, t, decltype(height)::value, decltype(width)::value>(
            rows, part.c0, part.c1, v + group.at(y - first, i) * channels, points);
      });
    }
}

// The products of the group's tiles with N vectors of outputs.
template <class V, class X, Window k, int K, int P, int Q, WinogradTile t, int N>
CNNC_INLINE void winograd_group_products(TileGroup<k, P, Q, t> group, const float* v, long inputs, const float* block,
                                         float* o, long products) {
  using L = WinogradLayout<V, X, k, K, t>;
  constexpr int width = N * V::lanes;
  for (int point = 0; point < L::points; point++) {
    const Range with = group.with(point);
    winograd_products<V, t.tile.pixels, N>(v + point * inputs + with.begin * L::channels, L::channels,
                                           block + long(point) * X::channels * width, X::channels,
                                           o + point * products + with.begin * width, with.end - with.begin, Share{0, 1});
  }
}

// The outputs of the tiles of rows [y0, y1) from their products, N vectors from channel k0 on, tile by tile to `emit`.
template <class V, Window k, int P, int Q, WinogradTile t, int N, class Emit>
CNNC_INLINE void winograd_rows_output(TileGroup<k, P, Q, t> group, const float* o, long products, long n, int y0, int y1,
                                      int k0, const Emit& emit) {
  constexpr int width = N * V::lanes;
  for (int y = y0; y < y1; y++)
    for (int i = 0; i < group.across; i++) {
      const float* tile = o + group.at(y - y0, i) * width;
      with_tile_size<P, Q, t>(y, i, [&](auto height, auto columns) CNNC_ALWAYS_INLINE {
        CNNC_ROLLED for (int j = 0; j < N; j++) {
          V outputs[decltype(height)::value][decltype(columns)::value];
          winograd_tile_output<V, k, t>(tile + j * V::lanes, products, outputs);
          emit(outputs, At{n, y * t.rows, i * t.columns, k0 + j * V::lanes});
        }
      });
    }
}

// What the kernels below make of results: bodies for each, and where a pool of windows w follows, one for what is pooled.
template <Pooling how, Window w, class Body, class PoolBody, class Index = NoIndex>
CNNC_INLINE auto pooled_outputs(const Body& body, const PoolBody& pool_body, Index index = {}) {
  static_assert(w.kh == w.sh && w.kw == w.sw && w.ph == 0 && w.pw == 0 && w.dh == 1 && w.dw == 1);
  return PooledOutputs<how, w, Body, PoolBody, Index>{body, pool_body, index};
}
template <class Body>
CNNC_INLINE auto each_output(const Body& body) {
  return EachOutput<Body>{body};
}

// y[n,p,q,o] = Σ_{r,s,c} x[n, p + r - ph, q + s - pw, c] · w[o,c,r,s] for rows [y0, y1) of tiles.
template <class V, class X, Window k, int K, int P, int Q, WinogradTile t, class Memory, class Emit>
CNNC_KERNEL void conv_winograd(X x, const float* u, long n, int y0, int y1, Memory scratch, Emit emit) {
  using L = WinogradLayout<V, X, k, K, t>;
  constexpr int tiles = t.group * TileGroup<k, P, Q, t>::across;
  constexpr long inputs = L::inputs(tiles), products = L::products(tiles);
  static_assert(Memory::floats >= L::points * (inputs + products), "too little scratch memory");
  float *const v = scratch.data, *const o = v + L::points * inputs;
  for (int first = y0; first < y1; first += t.group) {
    const int last = min(first + t.group, y1);
    const TileGroup<k, P, Q, t> group(first, last);
    winograd_rows_input<V, X, k, P, Q, t>(x, n, group, first, first, last, Part{0, 0, X::channels}, v, inputs);
    tiled<t.tile.vectors, ceil_div(K, V::lanes)>([&](auto vectors, int j) CNNC_ALWAYS_INLINE {
      constexpr int N = decltype(vectors)::value;
      const float* block = u + long(j) * V::lanes * L::points * X::channels;
      winograd_group_products<V, X, k, K, P, Q, t, N>(group, v, inputs, block, o, products);
      winograd_rows_output<V, k, P, Q, t, N>(group, o, products, n, first, last, j * V::lanes, emit);
    });
  }
}

// V of rows [y0, y1) of tiles of sample n, which is at v + n·sample.
template <class V, class X, Window k, int K, int P, int Q, WinogradTile t>
CNNC_KERNEL void winograd_inputs(X x, long n, int y0, int y1, float* v, long sample) {
  using Group = TileGroup<k, P, Q, t>;
  winograd_rows_input<V, X, k, P, Q, t>(x, n, Group(0, Group::down), 0, y0, y1, Part{0, 0, X::channels}, v + n * sample,
                                        WinogradLayout<V, X, k, K, t>::inputs(Group::down * Group::across));
}

// One block of outputs of at most t.group samples [n0, n1).
template <class V, class X, Window k, int K, int P, int Q, WinogradTile t, class Memory, class Emit>
CNNC_KERNEL void conv_winograd_block(const float* v, long sample, const float* u, int b, long n0, long n1,
                                     Memory scratch, Emit emit) {
  using L = WinogradLayout<V, X, k, K, t>;
  using Group = TileGroup<k, P, Q, t>;
  constexpr int tiles = Group::down * Group::across;
  constexpr long inputs = L::inputs(tiles), products = L::products(t.group * tiles);
  static_assert(Memory::floats >= L::points * products, "too little scratch memory");
  const Group group(0, Group::down);
  float* const o = scratch.data;
  sized<t.tile.vectors, ceil_div(K, V::lanes)>(b * t.tile.vectors, [&](auto vectors) CNNC_ALWAYS_INLINE {
    constexpr int N = decltype(vectors)::value, width = N * V::lanes;
    const int k0 = b * t.tile.vectors * V::lanes;
    const float* block = u + long(k0) * L::points * X::channels;
    for (int point = 0; point < L::points; point++) {
      const Range with = group.with(point);
      for (long n = n0; n < n1; n++)
        winograd_products<V, t.tile.pixels, N>(v + n * sample + point * inputs + with.begin * L::channels, L::channels,
                                               block + long(point) * X::channels * width, X::channels,
                                               o + point * products + ((n - n0) * tiles + with.begin) * width,
                                               with.end - with.begin, Share{int(n - n0), int(n1 - n0)});
    }
    for (long n = n0; n < n1; n++)
      winograd_rows_output<V, k, P, Q, t, N>(group, o + (n - n0) * tiles * width, products, n, 0, Group::down, k0, emit);
  });
}

// Block b of U = G g Gᵀ for K outputs of C inputs; g(k, c, r, s) is a vector of weights of outputs k...
template <class V, Window k, WinogradTile to, int K, int C, class Weights>
CNNC_INLINE void winograd_transform(const Weights& g, float* u, int b) {
  constexpr int high = points_of(to.rows, k.kh), wide = points_of(to.columns, k.kw), lanes = V::lanes;
  using To = Blocks<K, lanes, to.tile.vectors * lanes>;
  const int first = b * to.tile.vectors * lanes, width = To::width(first);
  float* const block = u + long(first) * high * wide * C;
  for (int j = 0; j < width; j += lanes)
    for (int c = 0; c < C; c++) {
      V rows[high][k.kw];
      CNNC_UNROLL for (int s = 0; s < k.kw; s++) {
        V column[k.kh];
        CNNC_UNROLL for (int r = 0; r < k.kh; r++) column[r] = g(first + j, c, r, s);
        CNNC_UNROLL for (int i = 0; i < high; i++) {
          V sum = V::zero();
          CNNC_UNROLL for (int r = 0; r < k.kh; r++) sum = fma(V(winograd<to.rows, k.kh>.g[i][r]), column[r], sum);
          rows[i][s] = sum;
        }
      }
      CNNC_UNROLL for (int i = 0; i < high; i++)
        CNNC_UNROLL for (int p = 0; p < wide; p++) {
          V sum = V::zero();
          CNNC_UNROLL for (int s = 0; s < k.kw; s++) sum = fma(V(winograd<to.columns, k.kw>.g[p][s]), rows[i][s], sum);
          sum.store(block + (long(i * wide + p) * C + c) * width + j);
        }
    }
}

// From weights as conv_direct packs them in blocks of t.vectors vectors.
template <class V, Tile t, Window k, WinogradTile to, int K, int C>
void winograd_weights(const float* packed, float* u, int b) {
  using L = ConvLayout<V::lanes, t, K, C, k.kh, k.kw, 1>;
  const auto weights = [&](int o, int c, int r, int s) { return V::load(packed + L::at(o, c, r, s)); };
  winograd_transform<V, k, to, K, C>(weights, u, b);
}

// The same for the gradient of the convolution to its input, of stride 1: that is a convolution of dy with K channels by the
// weights turned by half a turn, which has the input's C channels as outputs. Weights are packed with PackedLanes.
template <class V, int PackedLanes, Tile t, Window k, WinogradTile to, int K, int C>
void winograd_data_weights(const float* packed, float* u, int b) {
  using L = ConvLayout<PackedLanes, t, K, C, k.kh, k.kw, 1>;
  const auto weights = [&](int c, int o, int r, int s) {
    alignas(64) float lane[V::lanes] = {};
    for (int i = 0; i < V::lanes && c + i < C; i++) lane[i] = packed[L::at(o, c + i, k.kh - 1 - r, k.kw - 1 - s)];
    return V::load(lane);
  };
  winograd_transform<V, k, to, C, K>(weights, u, b);
}

}  // namespace cnnc::CNNC_ISA
