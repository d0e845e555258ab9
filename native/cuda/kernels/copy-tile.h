// Copies of tiles from global to shared memory by a block of threads.
#pragma once
#include "shared-tile.h"

namespace cnnc::CNNC_ISA {

// Where an operand has some elements, if it has them: else they are zeros.
template <class T>
struct Found {
  const T* at;
  bool exists;
};

// An operand tells where its elements are: `row(line)` and `column(element)` say what depends on one of them, `find(row,
// column)` where `bytes` bytes from that element on lie. Depth goes along elements, transposed along lines; a thread copies the
// same pieces of each tile, so half of what is asked stays the same all the time.
template <class Tile, class Operand, int Threads>
struct TileCopy {
  using T = typename Operand::type;
  static constexpr int piece = Operand::bytes / int(sizeof(T)), pieces = Tile::elements / piece;
  static constexpr int step = Threads / pieces, count = ceil_div(Tile::lines, step);
  static_assert(pieces <= Threads && Threads % pieces == 0);

  const Operand& operand;
  int line, element, first;
  decltype(operand.row(0)) rows[Operand::transposed ? 1 : count];
  decltype(operand.column(0)) column;

  // `begin`: the operand's row or column with which the tile begins.
  CNNC_DEVICE TileCopy(const Operand& operand, int begin)
      : operand(operand), line(thread_index() / pieces), element(thread_index() % pieces * piece), first(begin) {
    if constexpr (Operand::transposed) {
      column = operand.column(begin + element);
    } else {
      CNNC_UNROLL for (int i = 0; i < count; i++) rows[i] = operand.row(begin + line + i * step);
    }
  }

  // The tile whose depth begins with `depth`.
  template <class Memory>
  CNNC_DEVICE void copy(Memory to, int depth) {
    if constexpr (!Operand::transposed) column = operand.column(depth + element);
    CNNC_UNROLL for (int i = 0; i < count; i++) {
      const int l = line + i * step;
      if (Tile::lines % step != 0 && l >= Tile::lines) break;
      if constexpr (Operand::transposed) copy_piece(to, l, operand.find(operand.row(depth + l), column));
      else copy_piece(to, l, operand.find(rows[i], column));
    }
  }

 private:
  template <class Memory>
  CNNC_DEVICE void copy_piece(Memory to, int l, Found<T> from) const {
    if constexpr (Operand::bytes >= 4) copy_async<Operand::bytes>(to, Tile::at(l, element), from.at, from.exists);
    else to.store(Tile::at(l, element), from.exists ? read(from.at) : T{});
  }
};

}  // namespace cnnc::CNNC_ISA
