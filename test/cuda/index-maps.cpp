// The maps of indices that products are made of, by the accesses that their threads make: tiles in shared memory are bijections of
// whole chunks of 16 bytes, copies write each element once, and no access meets another in a bank.
#include <cstdio>
#include <map>
#include <set>
#include <vector>

#include "cuda/call.h"
#include "cuda/kernels/operands.h"
#include "cuda/kernels/product.h"

using namespace cnnc::CNNC_ISA;

namespace {

int failures = 0;
void expect(const char* what, const char* type, bool holds) {
  if (holds) return;
  std::printf("%s: %s\n", type, what);
  failures++;
}

// An access of a thread to one of the tiles.
struct Access {
  int tile, offset, bytes;
};
std::map<int, std::vector<Access>> accesses;
void record(Access access) { accesses[thread_index()].push_back(access); }

}  // namespace

namespace cnnc::CNNC_ISA {

// Memory that writes down what is asked of it.
template <class T>
struct Recorder {
  int tile;
  void note(int i, int bytes) const { record({tile, i * int(sizeof(T)), bytes}); }
  T load(int i) const { return note(i, sizeof(T)), T{}; }
  Words load_words(int i) const { return note(i, 16), Words{}; }
  void store(int i, T) const { note(i, sizeof(T)); }
};
template <class T>
void load_matrices(uint32_t (&r)[4], Recorder<T> memory, int i) {
  memory.note(i, 16);
  for (uint32_t& word : r) word = 0;
}
template <class T>
void load_matrices_transposed(uint32_t (&r)[4], Recorder<T> memory, int i) {
  load_matrices(r, memory, i);
}
template <int Bytes, class T>
void copy_async(Recorder<T> to, int i, const T*, bool) {
  to.note(i, Bytes);
}

}  // namespace cnnc::CNNC_ISA

namespace {

template <class Kernel>
void run(const Kernel& kernel) {
  accesses.clear();
  const auto body = [](const void* k) { (*static_cast<const Kernel*>(k))(); };
  if (!cnnc::emulator::launch({__PRETTY_FUNCTION__, 1, Kernel::threads, 0, body, &kernel}))
    expect("does not run", cnnc::emulator::failure(), false);
}

// Threads that access 16 bytes are served eight at a time, all of 32 those that access 4 or less: of different words, each must
// be in another bank.
bool meets_in_a_bank(int threads) {
  for (int first = 0; first < threads; first += 32)
    for (size_t i = 0; i < accesses[first].size(); i++) {
      const int bytes = accesses[first][i].bytes, together = bytes == 16 ? 8 : 32, width = bytes == 16 ? 16 : 4;
      for (int t = first; t < first + 32; t += together) {
        std::map<int, int> words;
        for (int lane = t; lane < t + together; lane++) {
          const int word = accesses[lane][i].offset / width;
          const auto [found, isNew] = words.insert({word % (128 / width), word});
          if (!isNew && found->second != word) return true;
        }
      }
    }
  return false;
}

template <class Tile>
void check_tile() {
  const char* type = __PRETTY_FUNCTION__;
  std::set<int> places;
  for (int line = 0; line < Tile::lines; line++)
    for (int e = 0; e < Tile::elements; e++) {
      const int at = Tile::at(line, e), inner = e % Tile::chunk;
      places.insert(at);
      expect("a chunk is not whole", type, at % Tile::chunk == inner && at == Tile::at(line, e - inner) + inner);
    }
  const int size = Tile::lines * Tile::elements;
  expect("no bijection", type, int(places.size()) == size && *places.begin() == 0 && *places.rbegin() == size - 1);
}

template <class T, class Tile, class Operand, int Threads>
struct Copying {
  static constexpr int threads = Threads;
  Operand operand;
  void operator()() const { TileCopy<Tile, Operand, Threads>(operand, 0).copy(Recorder<T>{0}, 0); }
};

template <class T, class Tile, bool Transposed, int Bytes, int Threads>
void check_copies() {
  const char* type = __PRETTY_FUNCTION__;
  using Operand = Matrix<T, Bytes, Transposed>;
  const std::vector<T> data(Tile::lines * Tile::elements);
  cnnc::emulator::add_memory(data.data(), Tile::bytes);
  run(Copying<T, Tile, Operand, Threads>{{data.data(), Tile::lines, Tile::elements, Tile::elements}});
  cnnc::emulator::remove_memory(data.data());
  std::map<int, int> times;
  for (const auto& [thread, made] : accesses)
    for (const Access& access : made) {
      expect("a copy is not aligned", type, access.offset % access.bytes == 0);
      for (int byte = 0; byte < access.bytes; byte++) times[access.offset + byte]++;
    }
  bool once = int(times.size()) == Tile::bytes;
  for (const auto& [byte, count] : times) once = once && count == 1;
  expect("not each byte is copied once", type, once);
  if (Bytes == 16 && accesses.size() == Threads) expect("copies meet in a bank", type, !meets_in_a_bank(Threads));
}

template <class Results, class T, int Threads>
struct Multiplying {
  static constexpr int threads = Threads;
  void operator()() const {
    Results results;
    results.multiply(Recorder<T>{0}, Recorder<T>{1});
  }
};

template <class T, Unit unit, BlockTile t, bool A, bool B>
void check_product() {
  constexpr int threads = 32 * t.warps();
  using Results = typename ResultsOf<T, unit, t, A, B>::type;
  check_tile<typename Results::A>();
  check_tile<typename Results::B>();
  check_copies<T, typename Results::A, A, 16, threads>();
  check_copies<T, typename Results::B, B, 8, threads>();
  check_copies<T, typename Results::A, A, 4, threads>();
  if constexpr (sizeof(T) == 2) check_copies<T, typename Results::B, B, 2, threads>();
  run(Multiplying<Results, T, threads>{});
  expect("products meet in a bank", __PRETTY_FUNCTION__, !meets_in_a_bank(threads));
  // Results are each of one thread.
  std::map<int, int> times;
  Results results;
  for (results.warp = 0; results.warp < t.warps(); results.warp++)
    for (results.lane = 0; results.lane < 32; results.lane++) {
      results.first_row = results.warp / t.warp_columns * t.rows_of_warp();
      results.first_column = results.warp % t.warp_columns * t.columns_of_warp();
      results.each([&](int row, int column, float) { times[row * t.columns + column]++; });
    }
  bool once = int(times.size()) == t.rows * t.columns && times.rbegin()->first == t.rows * t.columns - 1;
  for (const auto& [place, count] : times) once = once && count == 1;
  expect("not each result has one thread", __PRETTY_FUNCTION__, once);
}

// Along and across, as convolutions, gradients to data and gradients to weights have their operands.
template <class T, Unit unit, BlockTile t>
void check_orders() {
  check_product<T, unit, t, false, false>();
  check_product<T, unit, t, false, true>();
  check_product<T, unit, t, true, true>();
}

template <class T, Unit unit, int Depth>
void check_sizes() {
  check_orders<T, unit, BlockTile{128, 128, Depth, 4, 2}>();
  check_orders<T, unit, BlockTile{128, 64, Depth, 4, 2}>();
  check_orders<T, unit, BlockTile{128, 32, Depth, 4, 1}>();
  check_orders<T, unit, BlockTile{64, 64, Depth, 2, 2}>();
  check_orders<T, unit, BlockTile{64, 32, Depth, 4, 1}>();
  check_orders<T, unit, BlockTile{32, 32, Depth, 2, 1}>();
}

}  // namespace

int main() {
  check_sizes<float, Unit::fma, 16>();
  check_sizes<float, Unit::mma, 16>();
  check_sizes<f16, Unit::mma, 32>();
  std::printf("index maps: %d failures\n", failures);
}
