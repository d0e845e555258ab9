// The results of a warp as register tiles of its threads, in f32 exactly.
#pragma once
#include "block-tile.h"

namespace cnnc::CNNC_ISA {

CNNC_DEVICE float word(const Words& words, int i) { return __builtin_bit_cast(float, words.word[i]); }

// c[row][column] += Σ_k a[row][k]·b[k][column], k in order. Lanes are 4 rows of 8. Along lines a thread has every fourth row and
// every eighth column; of transposed tiles it has groups of four that lie side by side, to read 16 bytes at a time.
template <class T, BlockTile t, bool TransposedA, bool TransposedB>
struct FmaTile {
  using A = TileOfA<T, t, TransposedA>;
  using B = TileOfB<T, t, TransposedB>;
  static constexpr int lane_rows = 4, lane_columns = 8;
  static constexpr int rows = t.rows_of_warp() / lane_rows, columns = t.columns_of_warp() / lane_columns;
  static_assert(rows % 4 == 0 && columns % 4 == 0 && t.depth % 4 == 0 && sizeof(T) == 4);

  int lane = thread_index() % 32, warp = thread_index() / 32;
  int first_row = warp / t.warp_columns * t.rows_of_warp(), first_column = warp % t.warp_columns * t.columns_of_warp();
  float c[rows][columns] = {};

  CNNC_DEVICE int row(int i) const {
    const int l = lane / lane_columns;
    return first_row + (TransposedA ? i / 4 * (4 * lane_rows) + 4 * l + i % 4 : i * lane_rows + l);
  }
  CNNC_DEVICE int column(int j) const {
    const int l = lane % lane_columns;
    return first_column + (TransposedB ? j / 4 * (4 * lane_columns) + 4 * l + j % 4 : j * lane_columns + l);
  }

  template <class Memory>
  CNNC_DEVICE void multiply(Memory a, Memory b) {
    CNNC_ROLLED for (int k = 0; k < t.depth; k += 4) {
      float x[rows][4];
      load_rows(a, k, x);
      CNNC_UNROLL for (int j = 0; j < columns; j += 4) {
        float y[4][4];
        load_columns(b, k, j, y);
        CNNC_UNROLL for (int i = 0; i < rows; i++)
          CNNC_UNROLL for (int m = 0; m < 4; m++)
            CNNC_UNROLL for (int d = 0; d < 4; d++) c[i][j + m] = __builtin_fmaf(x[i][d], y[m][d], c[i][j + m]);
      }
    }
  }

  // f(row, column, value) for the results of this thread.
  template <class F>
  CNNC_DEVICE void each(const F& f) const {
    CNNC_UNROLL for (int i = 0; i < rows; i++)
      CNNC_UNROLL for (int j = 0; j < columns; j++) f(row(i), column(j), c[i][j]);
  }

 private:
  template <class Memory>
  CNNC_DEVICE void load_rows(Memory a, int k, float (&x)[rows][4]) const {
    if constexpr (TransposedA) {
      CNNC_UNROLL for (int i = 0; i < rows; i += 4)
        CNNC_UNROLL for (int d = 0; d < 4; d++) {
          const Words words = a.load_words(A::at(k + d, row(i)));
          CNNC_UNROLL for (int m = 0; m < 4; m++) x[i + m][d] = word(words, m);
        }
    } else {
      CNNC_UNROLL for (int i = 0; i < rows; i++) {
        const Words words = a.load_words(A::at(row(i), k));
        CNNC_UNROLL for (int d = 0; d < 4; d++) x[i][d] = word(words, d);
      }
    }
  }
  template <class Memory>
  CNNC_DEVICE void load_columns(Memory b, int k, int j, float (&y)[4][4]) const {
    CNNC_UNROLL for (int i = 0; i < 4; i++) {
      const Words words = b.load_words(TransposedB ? B::at(k + i, column(j)) : B::at(column(j + i), k));
      CNNC_UNROLL for (int m = 0; m < 4; m++) (TransposedB ? y[m][i] : y[i][m]) = word(words, m);
    }
  }
};

}  // namespace cnnc::CNNC_ISA
