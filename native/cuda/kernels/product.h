// Products of matrices that are gathered from memory: convolutions, dense layers and their gradients.
#pragma once
#include "copy-tile.h"
#include "fma-tile.h"
#include "mma-tile.h"

namespace cnnc::CNNC_ISA {

template <class T, Unit unit, BlockTile t, bool A, bool B>
struct ResultsOf {
  using type = FmaTile<T, t, A, B>;
};
template <class T, BlockTile t, bool A, bool B>
struct ResultsOf<T, Unit::mma, t, A, B> {
  using type = MmaTile<T, t, A, B>;
};

// result[row][column] = Σ_{k of depth} a[row][k]·b[k][column]; a problem has so many of them side by side, its `slices`, and
// tells for each its operands, the range of its depth and where results go. Tiles of depth are copied `stages - 1` ahead of
// those that are multiplied.
template <class Problem, Unit unit, BlockTile t>
struct Product {
  using A = typename Problem::A;
  using B = typename Problem::B;
  using T = typename A::type;
  using ATile = TileOfA<T, t, A::transposed>;
  using BTile = TileOfB<T, t, B::transposed>;
  static constexpr int threads = 32 * t.warps(), stages = 3, stage_bytes = ATile::bytes + BTile::bytes;
  // Tiles in registers hide latencies themselves: one block with all of them is better than two that spill.
  static constexpr int least_blocks = 1;
  // Results go through shared memory, so that neighbouring threads have neighbouring columns.
  static constexpr int result_row = t.columns + 8;
  static constexpr int shared_bytes = max(stages * stage_bytes, 4 * t.rows * result_row);

  Problem problem;

  CNNC_INLINE long row_tiles() const { return ceil_div(problem.rows(), t.rows); }
  static constexpr int column_tiles = ceil_div(Problem::columns, t.columns);
  long blocks() const { return problem.rows() > 0 ? row_tiles() * column_tiles * Problem::slices : 0; }

  CNNC_DEVICE void operator()() const {
    // Blocks that read the same rows run side by side.
    const int block = int(block_index() % (row_tiles() * column_tiles));
    const int slice = Problem::slices == 1 ? 0 : int(block_index() / (row_tiles() * column_tiles));
    const int row = block / column_tiles * t.rows, column = block % column_tiles * t.columns;
    const A a = problem.a(slice);
    const B b = problem.b(slice);
    typename ResultsOf<T, unit, t, A::transposed, B::transposed>::type results;
    multiply(a, b, row, column, problem.depth(slice), results);
    sync_block();
    const auto shared = shared_memory<float>(0);
    results.each([&](int r, int c, float x) { shared.store(r * result_row + c, x); });
    sync_block();
    put(problem.result(slice), row, column);
  }

 private:
  CNNC_DEVICE static Shared<T> a_stage(int i) { return shared_memory<T>(i * stage_bytes); }
  CNNC_DEVICE static Shared<T> b_stage(int i) { return shared_memory<T>(i * stage_bytes + ATile::bytes); }

  template <class Results>
  CNNC_DEVICE static void multiply(const A& a, const B& b, int row, int column, Range depth, Results& results) {
    TileCopy<ATile, A, threads> copy_a(a, row);
    TileCopy<BTile, B, threads> copy_b(b, column);
    const int count = ceil_div(depth.end - depth.begin, t.depth);
    // Groups that are empty are counted all the same.
    const auto start = [&](int i, int stage) {
      if (i < count) {
        copy_a.copy(a_stage(stage), depth.begin + i * t.depth);
        copy_b.copy(b_stage(stage), depth.begin + i * t.depth);
      }
      commit_copies();
    };
    CNNC_UNROLL for (int i = 0; i < stages - 1; i++) start(i, i);
    int read = 0, written = stages - 1;
    CNNC_ROLLED for (int i = 0; i < count; i++) {
      wait_copies<stages - 2>();
      sync_block();
      // All have multiplied what lay there before.
      start(i + stages - 1, written);
      results.multiply(a_stage(read), b_stage(read));
      read = read == stages - 1 ? 0 : read + 1;
      written = written == stages - 1 ? 0 : written + 1;
    }
    wait_copies<0>();
  }

  template <class Result>
  CNNC_DEVICE static void put(const Result& result, int row, int column) {
    static_assert(threads % t.columns == 0);
    const auto shared = shared_memory<float>(0);
    const int c = thread_index() % t.columns;
    const auto at = result.column(column + c);
    CNNC_UNROLL_4 for (int r = thread_index() / t.columns; r < t.rows; r += threads / t.columns)
      result.put(result.row(row + r), at, shared.load(r * result_row + c));
  }
};

}  // namespace cnnc::CNNC_ISA
