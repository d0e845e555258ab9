// How a block of threads shares a product.
#pragma once
#include "shared-tile.h"

namespace cnnc::CNNC_ISA {

// A block has rows × columns results, over `depth` terms at a time; its warps are warp_rows × warp_columns.
struct BlockTile {
  int rows, columns, depth, warp_rows, warp_columns;
  constexpr int warps() const { return warp_rows * warp_columns; }
  constexpr int rows_of_warp() const { return rows / warp_rows; }
  constexpr int columns_of_warp() const { return columns / warp_columns; }
};

// What multiplies: fma, exactly, or tensor cores, that take floats as tf32.
enum class Unit { fma, mma };

// The tiles of a[row][depth] and b[depth][column], each with lines in the order of its operand.
template <class T, BlockTile t, bool Transposed>
using TileOfA = SharedTile<T, Transposed ? t.depth : t.rows, Transposed ? t.rows : t.depth, Transposed>;
template <class T, BlockTile t, bool Transposed>
using TileOfB = SharedTile<T, Transposed ? t.depth : t.columns, Transposed ? t.columns : t.depth, Transposed>;

}  // namespace cnnc::CNNC_ISA
