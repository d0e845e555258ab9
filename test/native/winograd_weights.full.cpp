// conv_winograd_weights against naive loops, and the error that `chooseWinogradWeights` promises.
#include <random>
#include "kernels/conv_winograd_weights.h"
#include "conv.h"

template <class V, ConvCase s, WinogradTile t, WeightBlocks blocks>
struct Setup {
  static constexpr int L = V::lanes;
  static constexpr Tile packed{3, 2};
  using X = ConvInput<s, L>;
  using DY = ConvOutput<s, L>;
  static constexpr long size = WeightsLayout<V, s.C, s.K, s.k, s.P, s.Q, t, blocks>::size;
  Memory<float> memory{size, nan_value}, dw{packed_conv_size<L, packed, s.K, s.C, s.k.kh, s.k.kw, 1>, nan_value};
  // As a thread has it.
  struct Scratch {
    static constexpr long floats = size;
    float* data;
  };

  std::vector<double> gradient(X x, DY dy, long n0, long n1) {
    for (int u = 0; u < conv_winograd_weights_units<V, s.C, s.K, blocks>(); u++)
      conv_winograd_weights<V, X, DY, s.k, s.K, packed, t, blocks>(x, dy, n0, n1, u, dw.data, Scratch{memory.data});
    std::vector<float> back(logical_weights<s>);
    unpack_conv<L, packed, s.K, s.C, s.k.kh, s.k.kw, 1>(dw.data, back.data());
    return {back.begin(), back.end()};
  }
};

template <class V, ConvCase s, WinogradTile t, WeightBlocks blocks>
void check(const char* name) {
  constexpr long batch = 3;
  Filled<ConvInput<s, V::lanes>> x(batch);
  Filled<ConvOutput<s, V::lanes>> dy(batch);
  x.randomize(), dy.randomize();
  Setup<V, s, t, blocks> kernel;
  same(name, kernel.gradient(x.x, dy.x, 0, batch), conv_reference<s>(batch, x.values(), random_floats(logical_weights<s>), dy.values()).dw);
  double total = 0, unpacked = 0;
  for (long i = 0; i < kernel.dw.size; i++) total += std::fabs(kernel.dw.data[i]);
  for (double v : kernel.gradient(x.x, dy.x, 0, batch)) unpacked += std::fabs(v);
  expect("padding is zero", std::fabs(total - unpacked) <= 1e-4 * unpacked);
  kernel.gradient(x.x, dy.x, 1, 1);
  expect("the gradient of no samples is zero",
         std::all_of(kernel.dw.data, kernel.dw.data + kernel.dw.size, [](float v) { return v == 0; }));
}

// Inputs as a rectifier leaves them, and normal gradients: the largest error is a part of the standard deviation of the results.
template <class V, ConvCase s, WinogradTile t>
void check_error(const char* name, double bound) {
  std::mt19937 generator(1);
  std::normal_distribution<float> normal;
  Filled<ConvInput<s, V::lanes>> x(4);
  Filled<ConvOutput<s, V::lanes>> dy(4);
  x.each([&](float& v, long, int, int, int) { v = std::max(0.f, normal(generator)); });
  dy.each([&](float& v, long, int, int, int) { v = normal(generator); });
  const std::vector<double> dw = conv_reference<s>(4, x.values(), random_floats(logical_weights<s>), dy.values()).dw;
  Setup<V, s, t, WeightBlocks{64, max(1, 64 / V::lanes)}> kernel;
  const std::vector<double> got = kernel.gradient(x.x, dy.x, 0, 4);
  expect_error(name, got, dw, bound);
}

int main() {
  with_vectors([]<class V>() {
    constexpr int L = V::lanes;
    constexpr Window k{3, 3, 1, 1, 1, 1, 1, 1};
    check<V, ConvCase{8, 8, 5, L, 1, k, 8, 8}, WinogradTile{4, 4, 2, {4, 1}}, WeightBlocks{L, 1}>("whole tiles");
    check<V, ConvCase{8, 24, 5, L, 1, k, 8, 24}, WinogradTile{4, 4, 4, {4, 1}}, WeightBlocks{L, 1}>("parts of a row of tiles");
    check<V, ConvCase{9, 10, 2 * L + 1, 3 * L + 1, 1, k, 9, 10}, WinogradTile{4, 4, 6, {4, 2}}, WeightBlocks{L, 3}>(
        "tiles of 1 × 2 at the edges, blocks that are cut");
    check<V, ConvCase{7, 11, 3, 2 * L, 1, k, 7, 11}, WinogradTile{4, 4, 14, {4, 2}}, WeightBlocks{4 * L, 4}>("two pictures, then one");
    check<V, ConvCase{3, 5, 4, L, 1, k, 3, 5}, WinogradTile{4, 4, 1, {4, 1}}, WeightBlocks{L, 1}>("no whole row of tiles");
    check<V, ConvCase{9, 9, 4, L, 1, {3, 3, 1, 1, 0, 0, 1, 1}, 7, 7}, WinogradTile{4, 4, 4, {2, 1}}, WeightBlocks{L, 1}>("without padding");
    check<V, ConvCase{6, 7, 4, L, 1, {3, 3, 1, 1, 2, 2, 1, 1}, 8, 9}, WinogradTile{4, 4, 3, {4, 1}}, WeightBlocks{L, 1}>(
        "padded by more than a pixel");
    check<V, ConvCase{7, 5, 2 * L, L, 1, k, 7, 5}, WinogradTile{2, 2, 2, {4, 1}}, WeightBlocks{2 * L, 1}>("m = 2");
    constexpr Window five{5, 5, 1, 1, 2, 2, 1, 1};
    check<V, ConvCase{9, 7, 6, L, 1, five, 9, 7}, WinogradTile{2, 2, 8, {4, 1}}, WeightBlocks{L, 1}>("5×5");
    check<V, ConvCase{1, 15, L + 2, 2 * L + 1, 1, {1, 3, 1, 1, 0, 0, 1, 1}, 1, 13}, WinogradTile{1, 4, 8, {4, 2}}, WeightBlocks{2 * L, 3}>(
        "a row, 3 taps");
    check<V, ConvCase{1, 15, L, L, 1, {1, 4, 1, 1, 0, 1, 1, 1}, 1, 13}, WinogradTile{1, 3, 1, {4, 1}}, WeightBlocks{L, 1}>("a row, 4 taps");
    check<V, ConvCase{1, 15, L, L, 1, {1, 5, 1, 1, 0, 2, 1, 1}, 1, 15}, WinogradTile{1, 2, 3, {4, 1}}, WeightBlocks{L, 1}>("a row, 5 taps");
    if constexpr (L > 1) {
      check_error<V, ConvCase{28, 28, L, L, 1, k, 28, 28}, WinogradTile{4, 4, 14, {4, 1}}>("F(4×4, 3×3)", 2e-5);
      check_error<V, ConvCase{28, 28, L, L, 1, k, 28, 28}, WinogradTile{2, 2, 14, {4, 1}}>("F(2×2, 3×3)", 1e-5);
      check_error<V, ConvCase{28, 28, L, L, 1, five, 28, 28}, WinogradTile{2, 2, 14, {4, 1}}>("F(2×2, 5×5)", 2e-5);
      check_error<V, ConvCase{1, 800, L, L, 1, {1, 3, 1, 1, 0, 1, 1, 1}, 1, 800}, WinogradTile{1, 4, 14, {4, 1}}>("F(4, 3)", 1e-5);
    }
  });
  return finish();
}
