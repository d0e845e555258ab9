// The results of a warp as fragments of tensor cores, added up in f32.
#pragma once
#include "block-tile.h"

namespace cnnc::CNNC_ISA {

// c[row][column] += Σ_k a[row][k]·b[k][column], by products of 16×8 results over 32 bytes of depth (device.h tells which lane
// has what).
template <class T, BlockTile t, bool TransposedA, bool TransposedB>
struct MmaTile {
  using A = TileOfA<T, t, TransposedA>;
  using B = TileOfB<T, t, TransposedB>;
  static constexpr int depth = 32 / int(sizeof(T)), chunk = A::chunk;
  static constexpr int rows = t.rows_of_warp() / 16, columns = t.columns_of_warp() / 8;
  static_assert(t.rows_of_warp() % 16 == 0 && columns % 2 == 0 && t.depth % depth == 0);

  int lane = thread_index() % 32, warp = thread_index() / 32;
  int first_row = warp / t.warp_columns * t.rows_of_warp(), first_column = warp % t.warp_columns * t.columns_of_warp();
  float c[rows][columns][4] = {};

  template <class Memory>
  CNNC_DEVICE void multiply(Memory a, Memory b) {
    CNNC_UNROLL for (int k = 0; k < t.depth; k += depth) {
      uint32_t x[rows][4], y[columns / 2][4];
      CNNC_UNROLL for (int i = 0; i < rows; i++) load_rows(a, first_row + 16 * i, k, x[i]);
      CNNC_UNROLL for (int j = 0; j < columns / 2; j++) load_columns(b, first_column + 16 * j, k, y[j]);
      CNNC_UNROLL for (int i = 0; i < rows; i++)
        CNNC_UNROLL for (int j = 0; j < columns; j++) {
          const uint32_t pair[2] = {y[j / 2][j % 2 * 2], y[j / 2][j % 2 * 2 + 1]};
          multiply_add<T>(c[i][j], x[i], pair);
        }
    }
  }

  // f(row, column, value) for the results of this thread.
  template <class F>
  CNNC_DEVICE void each(const F& f) const {
    CNNC_UNROLL for (int i = 0; i < rows; i++)
      CNNC_UNROLL for (int j = 0; j < columns; j++)
        CNNC_UNROLL for (int r = 0; r < 4; r++)
          f(first_row + 16 * i + lane / 4 + 8 * (r / 2), first_column + 8 * j + lane % 4 * 2 + r % 2, c[i][j][r]);
  }

 private:
  // Register r: rows lane / 4 + 8·(r % 2) from `row` on, 4 bytes of depth from k + chunk·(r / 2) on.
  template <class Memory>
  CNNC_DEVICE void load_rows(Memory a, int row, int k, uint32_t (&x)[4]) const {
    load<A, TransposedA>(a, row, k, x, [](int r) { return r % 2; }, [](int r) { return r / 2; });
  }
  // Register r: columns lane / 4 + 8·(r / 2), depth from k + chunk·(r % 2) on.
  template <class Memory>
  CNNC_DEVICE void load_columns(Memory b, int column, int k, uint32_t (&y)[4]) const {
    load<B, TransposedB>(b, column, k, y, [](int r) { return r / 2; }, [](int r) { return r % 2; });
  }

  template <class Tile, bool Transposed, class Memory, class Across, class Along>
  CNNC_DEVICE void load(Memory s, int across, int k, uint32_t (&x)[4], const Across& part, const Along& half) const {
    const int matrix = lane / 8, line = lane % 8;
    if constexpr (!Transposed) {
      load_matrices(x, s, Tile::at(across + 8 * part(matrix) + line, k + chunk * half(matrix)));
    } else if constexpr (sizeof(T) == 2) {
      load_matrices_transposed(x, s, Tile::at(k + 8 * half(matrix) + line, across + 8 * part(matrix)));
    } else {
      CNNC_UNROLL for (int r = 0; r < 4; r++)
        x[r] = __builtin_bit_cast(uint32_t, s.load(Tile::at(k + 4 * half(r) + lane % 4, across + 8 * part(r) + lane / 4)));
    }
    if constexpr (sizeof(T) == 4)
      CNNC_UNROLL for (int r = 0; r < 4; r++) x[r] = to_tf32(__builtin_bit_cast(float, x[r]));
  }
};

}  // namespace cnnc::CNNC_ISA
