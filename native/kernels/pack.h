// Weights between the order of their names (row-major, [output][input][row][column]) and the order kernels read them in.
// All packings are bijections but for padding, which is zero.
//
// What packs takes elements [begin, end) of the first order, rows of the first axis: from a multiple of pack_step of them on
// (addon/model.h) to another, or to the end. Such parts share no vector, so threads may pack them at the same time.
#pragma once
#include "../addon/model.h"
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

// Where channel k of `Channels` lies in a packing by blocks of `Block` channels, the last one as wide as whole vectors
// need: index (k, position i of `Positions`) is at first(k)·Positions + i·width(k) + k - first(k).
template <int Channels, int Lanes, int Block>
struct Blocks {
  static constexpr int padded = round_up(Channels, Lanes);
  static constexpr int first(int k) { return k / Block * Block; }
  static constexpr int width(int k) { return min(Block, padded - first(k)); }
  static constexpr long at(int k, long positions, long i) { return first(k) * positions + i * width(k) + k - first(k); }
};

// A table of R rows of C values, each padded with zeros to whole vectors.
template <int Lanes, int R, int C>
void pack_rows(const float* logical, float* packed, long begin, long end) {
  constexpr int row = round_up(C, Lanes);
  for (long r = begin / C; r < end / C; r++, logical += C)
    for (int c = 0; c < row; c++) packed[r * row + c] = c < C ? logical[c] : 0;
}
template <int Lanes, int R, int C>
void unpack_rows(const float* packed, float* logical) {
  constexpr int row = round_up(C, Lanes);
  for (long r = 0; r < R; r++)
    for (int c = 0; c < C; c++) logical[r * C + c] = packed[r * row + c];
}

// A vector of C values, padded with zeros to whole vectors.
template <int Lanes, int C>
constexpr long packed_vector_size = round_up(C, Lanes);

template <int Lanes, int C>
void pack_vector(const float* logical, float* packed, long begin, long end) {
  for (long c = begin; c < end; c++) packed[c] = logical[c - begin];
  for (long c = end; end == C && c < round_up(C, Lanes); c++) packed[c] = 0;
}
template <int Lanes, int C>
void unpack_vector(const float* packed, float* logical) {
  for (int c = 0; c < C; c++) logical[c] = packed[c];
}

// The layouts of a convolution with K outputs in G groups, Cg inputs to a group. Forward: blocks of t.vectors vectors
// of a group's outputs, within a block [kh][kw][Cg][width]. With Spanning, groups do not fill vectors: blocks of one
// vector of outputs, whichever group they belong to.
template <int Lanes, Tile t, int K, int Cg, int KH, int KW, int G, bool Spanning = false>
struct ConvLayout {
  static constexpr int outer = Spanning ? 1 : G, out = K / outer;
  using B = Blocks<out, Lanes, Spanning ? Lanes : t.vectors * Lanes>;
  static_assert(K % G == 0 && (outer == 1 || out % Lanes == 0));
  static constexpr long positions = long(KH) * KW * Cg, size = outer * B::padded * positions;
  static constexpr long at(int k, int c, int r, int s) {
    return k / out * out * positions + B::at(k % out, positions, (long(r) * KW + s) * Cg + c);
  }
};

// The layout for the gradient to the input: blocks of vectors of a group's inputs, within one [kh][kw][K / G][width].
template <int Lanes, Tile t, int K, int Cg, int KH, int KW, int G, bool Spanning = false>
struct ConvDataLayout {
  using Swapped = ConvLayout<Lanes, t, Cg * G, K / G, KH, KW, G, Spanning>;
  static constexpr long size = Swapped::size;
  // c counts within the group of output k.
  static constexpr long at(int k, int c, int r, int s) { return Swapped::at(k / (K / G) * Cg + c, k % (K / G), r, s); }
};

template <int K, int Cg, int KH, int KW, class F>
CNNC_INLINE void each_conv_weight(const F& f) {
  long i = 0;
  for (int k = 0; k < K; k++)
    for (int c = 0; c < Cg; c++)
      for (int r = 0; r < KH; r++)
        for (int s = 0; s < KW; s++) f(i++, k, c, r, s);
}

// Columns of a square that is turned: its lines stay in the first cache from the first of its columns to the last.
constexpr int square_side = 16;
constexpr long shorter(long a, long b) { return a < b ? a : b; }

// Element [j][p] of `high` rows of `wide` elements, `step` apart, to lane j of the vector at to(p); lanes without a row are zero.
template <int Lanes, class To>
CNNC_INLINE void turn_square(const float* rows, long step, int high, int wide, const To& to) {
  for (int p = 0; p < wide; p++) {
    float* vector = to(p);
    for (int j = 0; j < Lanes; j++) vector[j] = j < high ? rows[j * step + p] : 0;
  }
}

template <int Lanes, Tile t, int K, int Cg, int KH, int KW, int G>
constexpr long packed_conv_size = ConvLayout<Lanes, t, K, Cg, KH, KW, G>::size;
template <int Lanes, Tile t, int K, int Cg, int KH, int KW, int G>
constexpr long packed_conv_data_size = ConvDataLayout<Lanes, t, K, Cg, KH, KW, G>::size;

template <int Lanes, Tile t, int K, int Cg, int KH, int KW, int G, bool Spanning = false>
void pack_conv(const float* logical, float* packed, long begin, long end) {
  using L = ConvLayout<Lanes, t, K, Cg, KH, KW, G, Spanning>;
  constexpr long row = L::positions;
  static_assert(pack_step % Lanes == 0);
  for (long k = begin / row; k < end / row; k += Lanes, logical += Lanes * row)
    for (long i = 0; i < row; i += square_side)
      turn_square<Lanes>(logical + i, row, int(shorter(Lanes, end / row - k)), int(shorter(square_side, row - i)),
                         [&](int p) CNNC_ALWAYS_INLINE {
                           constexpr int taps = KH * KW;
                           return packed + L::at(int(k), int((i + p) / taps), 0, int((i + p) % taps));
                         });
}
template <int Lanes, Tile t, int K, int Cg, int KH, int KW, int G, bool Spanning = false>
void unpack_conv(const float* packed, float* logical) {
  using L = ConvLayout<Lanes, t, K, Cg, KH, KW, G, Spanning>;
  each_conv_weight<K, Cg, KH, KW>([&](long i, int k, int c, int r, int s) { logical[i] = packed[L::at(k, c, r, s)]; });
}
// From the packing of conv_direct (Lanes, t) to block b of that of conv_data (DataLanes, dt).
template <int Lanes, Tile t, int DataLanes, Tile dt, int K, int Cg, int KH, int KW, int G, bool Spanning = false>
void transpose_conv(const float* packed, float* wt, int b) {
  using L = ConvLayout<Lanes, t, K, Cg, KH, KW, G, Spanning>;
  using D = ConvDataLayout<DataLanes, dt, K, Cg, KH, KW, G, Spanning>;
  constexpr int in = Spanning ? Cg * G : Cg, width = Spanning ? DataLanes : dt.vectors * DataLanes, out = K / G;
  constexpr int blocks = ceil_div(in, width);
  const int group = b / blocks, first = b % blocks * width;
  for (int c0 = first; c0 < min(in, first + width); c0 += DataLanes)
    for (int r = 0; r < KH; r++)
      for (int s = 0; s < KW; s++)
        for (int k = 0; k < out; k++) {
          float* to = wt + D::at(c0 / Cg * out + group * out + k, c0 % Cg, r, s);
          if constexpr (Spanning) {
            for (int c = c0; c < c0 + DataLanes; c++) *to++ = c < in ? packed[L::at(c / Cg * out + k, c % Cg, r, s)] : 0;
          } else {
            const float* from = packed + L::at(group * out + k, c0, r, s);
            const int step = L::B::width(k);
            for (int j = 0; j < DataLanes; j++) to[j] = c0 + j < in ? from[j * step] : 0;
          }
        }
}

// The same for conv_grouped.
constexpr Tile one_vector{1, 1};
template <int Lanes, int K, int Cg, int KH, int KW, int G>
constexpr long packed_grouped_size = ConvLayout<Lanes, one_vector, K, Cg, KH, KW, G, true>::size;
template <int Lanes, int K, int Cg, int KH, int KW, int G>
constexpr long packed_grouped_data_size = ConvDataLayout<Lanes, one_vector, K, Cg, KH, KW, G, true>::size;
template <int Lanes, int K, int Cg, int KH, int KW, int G>
void pack_grouped(const float* logical, float* packed, long begin, long end) {
  pack_conv<Lanes, one_vector, K, Cg, KH, KW, G, true>(logical, packed, begin, end);
}
template <int Lanes, int K, int Cg, int KH, int KW, int G>
void unpack_grouped(const float* packed, float* logical) {
  unpack_conv<Lanes, one_vector, K, Cg, KH, KW, G, true>(packed, logical);
}
template <int Lanes, int DataLanes, int K, int Cg, int KH, int KW, int G>
void transpose_grouped(const float* packed, float* wt, int b) {
  transpose_conv<Lanes, one_vector, DataLanes, one_vector, K, Cg, KH, KW, G, true>(packed, wt, b);
}

// A dense layer: logical [K][C·H·W], that is [k][c][h][w]; packed like a convolution whose kernel is the whole input.
template <int Lanes, Tile t, int K, int C, int H, int W>
constexpr long packed_dense_size = packed_conv_size<Lanes, t, K, C, H, W, 1>;

template <int Lanes, Tile t, int K, int C, int H, int W>
void pack_dense(const float* logical, float* packed, long begin, long end) {
  pack_conv<Lanes, t, K, C, H, W, 1>(logical, packed, begin, end);
}
template <int Lanes, Tile t, int K, int C, int H, int W>
void unpack_dense(const float* packed, float* logical) {
  unpack_conv<Lanes, t, K, C, H, W, 1>(packed, logical);
}

}  // namespace cnnc::CNNC_ISA
