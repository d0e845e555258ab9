// conv_winograd and its parts against naive loops, and the error that `chooseWinograd` promises.
#include <random>
#include "kernels/conv_direct.h"
#include "kernels/conv_winograd.h"
#include "kernels/pool.h"
#include "conv.h"

template <class V, ConvCase s, WinogradTile t>
struct Setup {
  static constexpr int L = V::lanes, tiles = ceil_div(s.P, t.rows) * ceil_div(s.Q, t.columns);
  static constexpr int blocks = ceil_div(ceil_div(s.K, L), t.tile.vectors);
  static constexpr int down = ceil_div(s.P, t.rows);
  static constexpr Tile direct{3, 2};
  using X = ConvInput<s, L>;
  using Layout = WinogradLayout<V, X, s.k, s.K, t>;
  static constexpr long sample = Layout::points * Layout::inputs(tiles);
  static constexpr long floats = Layout::points * (Layout::inputs(t.group * tiles) + Layout::products(t.group * tiles));
  Memory<float> u{long(Layout::points) * s.C * round_up(s.K, L), nan_value}, memory{floats, nan_value}, v;
  // As a thread has it.
  struct Scratch {
    static constexpr long floats = Setup::floats;
    float* data;
  } scratch{memory.data};

  explicit Setup(const std::vector<float>& w, long batch) : v(batch * sample, nan_value) {
    Memory<float> packed(packed_conv_size<L, direct, s.K, s.C, s.k.kh, s.k.kw, 1>, nan_value);
    pack_in_parts(pack_conv<L, direct, s.K, s.C, s.k.kh, s.k.kw, 1>, w, s.K, packed.data);
    for (int b = 0; b < blocks; b++) winograd_weights<V, direct, s.k, t, s.K, s.C>(packed.data, u.data, b);
  }
  // In bands of rows.
  template <class Emit>
  void banded(typename Setup::X x, long batch, const Emit& emit) {
    for (long n = 0; n < batch; n++) {
      conv_winograd<V, X, s.k, s.K, s.P, s.Q, t>(x, u.data, n, 0, down / 2, scratch, emit);
      conv_winograd<V, X, s.k, s.K, s.P, s.Q, t>(x, u.data, n, down / 2, down, scratch, emit);
    }
  }
  // In blocks of channels, groups of samples at a time.
  template <class Emit>
  void blocked(typename Setup::X x, long batch, const Emit& emit) {
    for (long n = 0; n < batch; n++)
      for (int y = 0; y < down; y++) winograd_inputs<V, X, s.k, s.K, s.P, s.Q, t>(x, n, y, y + 1, v.data, sample);
    for (int b = 0; b < blocks; b++)
      for (long n = 0; n < batch; n += t.group)
        conv_winograd_block<V, X, s.k, s.K, s.P, s.Q, t>(v.data, sample, u.data, b, n, std::min(batch, n + t.group), scratch, emit);
  }
};

// What the convolution stored is pooled beside, by the kernel of pools.
template <class V, ConvCase s, WinogradTile t>
void check_pools(const char* name, Filled<ConvInput<s, V::lanes>>& x, Setup<V, s, t>& kernel) {
  const long batch = x.batch;
  constexpr Window pool_window{2, 2, 2, 2, 0, 0, 1, 1};
  constexpr int PP = s.P / 2, PQ = s.Q / 2, pixel = round_up(s.K, V::lanes);
  using Y = Tensor<s.P, s.Q, s.K, pixel>;
  using Pooled = Tensor<PP, PQ, s.K, pixel>;
  using Index = Tensor<PP, PQ, s.K, pixel, 0, 0, uint8_t>;
  const auto pools = [&](auto how) {
    constexpr auto pooling = Pooling(decltype(how)::value);
    long calls = 0;
    Filled<Y> stored(batch);
    Filled<Pooled> got(batch), want(batch);
    Memory<uint8_t> got_index(batch * Index::sample), want_index(batch * Index::sample);
    if constexpr (pooling == Pooling::max) {
      kernel.banded(x.x, batch, pooled_outputs<pooling, pool_window>(Store<Y>{stored.x, &calls}, Store<Pooled>{got.x, &calls}, Index{got_index.data}));
      for (long n = 0; n < batch; n++)
        pool<V, Y, pooling, pool_window, PP, PQ>(stored.x, Index{want_index.data}, n, 0, PP, Store<Pooled>{want.x, &calls});
    } else {
      kernel.blocked(x.x, batch, pooled_outputs<pooling, pool_window>(Store<Y>{stored.x, &calls}, Store<Pooled>{got.x, &calls}));
      for (long n = 0; n < batch; n++)
        pool<V, Y, pooling, pool_window, PP, PQ>(stored.x, NoIndex{}, n, 0, PP, Store<Pooled>{want.x, &calls});
    }
    same(name, got.values(), want.values());
    bool equal = true;
    for (long n = 0; n < batch; n++)
      for (int h = 0; h < PP; h++)
        for (int q = 0; q < PQ; q++)
          for (int c = 0; c < s.K; c++)
            equal &= *Index{got_index.data}.at(n, h, q, c) == *Index{want_index.data}.at(n, h, q, c);
    expect("the taps of maxima", equal);
  };
  pools(Count<int(Pooling::max)>{}), pools(Count<int(Pooling::average)>{});
}

template <class V, ConvCase s, WinogradTile t>
void check(const char* name) {
  constexpr long batch = 3;
  using X = ConvInput<s, V::lanes>;
  Filled<X> x(batch);
  x.randomize();
  const std::vector<float> w = random_floats(logical_weights<s>);
  const std::vector<double> no_gradient(batch * s.P * s.Q * s.K);
  const std::vector<double> y = conv_reference<s>(batch, x.values(), w, no_gradient).y;
  Setup<V, s, t> kernel(w, batch);
  const auto banded = collect<V, s.P, s.Q, s.K>(name, batch, [&](auto body) { kernel.banded(x.x, batch, each_output(body)); });
  const auto blocked = collect<V, s.P, s.Q, s.K>(name, batch, [&](auto body) { kernel.blocked(x.x, batch, each_output(body)); });
  same(name, banded, y);
  expect("bands of rows and blocks of channels have the same bits", banded == blocked);

  if constexpr (t.rows % 2 == 0 && t.columns % 2 == 0) check_pools<V, s, t>(name, x, kernel);
}
// Normal numbers as operands: the largest error is a part of the standard deviation of the results.
template <class V, ConvCase s, WinogradTile t>
void check_error(const char* name, double bound) {
  using X = ConvInput<s, V::lanes>;
  std::mt19937 generator(1);
  std::normal_distribution<float> normal;
  Filled<X> x(1);
  x.each([&](float& v, long, int, int, int) { v = normal(generator); });
  std::vector<float> w(logical_weights<s>);
  for (float& v : w) v = normal(generator);
  const std::vector<double> y = conv_reference<s>(1, x.values(), w, std::vector<double>(s.P * s.Q * s.K)).y;
  Setup<V, s, t> kernel(w, 1);
  const auto got = collect<V, s.P, s.Q, s.K>(name, 1, [&](auto body) { kernel.blocked(x.x, 1, each_output(body)); });
  expect_error(name, got, y, bound);
}

int main() {
  with_vectors([]<class V>() {
    constexpr int L = V::lanes;
    constexpr Window k{3, 3, 1, 1, 1, 1, 1, 1};
    check<V, ConvCase{8, 8, 5, L, 1, k, 8, 8}, WinogradTile{4, 4, 1, {6, 1}}>("whole tiles");
    check<V, ConvCase{9, 10, L + 1, 3 * L + 1, 1, k, 9, 10}, WinogradTile{4, 4, 2, {3, 2}}>("tiles of 1 × 2 at the edges");
    check<V, ConvCase{7, 11, 3, 2 * L, 1, k, 7, 11}, WinogradTile{4, 4, 2, {7, 1}}>("tiles of 3 × 3 at the edges");
    check<V, ConvCase{3, 5, 4, L, 1, k, 3, 5}, WinogradTile{4, 4, 1, {2, 1}}>("no whole row of tiles");
    check<V, ConvCase{9, 9, 4, L, 1, {3, 3, 1, 1, 0, 0, 1, 1}, 7, 7}, WinogradTile{4, 4, 1, {2, 1}}>("without padding");
    check<V, ConvCase{6, 7, 4, L, 1, {3, 3, 1, 1, 2, 2, 1, 1}, 8, 9}, WinogradTile{4, 4, 3, {5, 1}}>("padded by more than a pixel");
    check<V, ConvCase{6, 6, 5, L + 1, 1, k, 6, 6}, WinogradTile{2, 2, 2, {6, 2}}>("m = 2, whole tiles");
    check<V, ConvCase{7, 5, 2 * L, L, 1, k, 7, 5}, WinogradTile{2, 2, 2, {4, 1}}>("m = 2, tiles of one row and column at the edges");
    constexpr Window five{5, 5, 1, 1, 2, 2, 1, 1};
    check<V, ConvCase{9, 7, 6, L, 1, five, 9, 7}, WinogradTile{2, 2, 2, {6, 1}}>("5×5");
    check<V, ConvCase{1, 15, L + 2, 2 * L + 1, 1, {1, 3, 1, 1, 0, 0, 1, 1}, 1, 13}, WinogradTile{1, 4, 1, {6, 2}}>("a row, 3 taps");
    check<V, ConvCase{1, 15, L, L, 1, {1, 4, 1, 1, 0, 1, 1, 1}, 1, 13}, WinogradTile{1, 3, 1, {6, 2}}>("a row, 4 taps");
    check<V, ConvCase{1, 15, L, L, 1, {1, 5, 1, 1, 0, 2, 1, 1}, 1, 15}, WinogradTile{1, 2, 1, {6, 2}}>("a row, 5 taps");
    if constexpr (L > 1) {
      check_error<V, ConvCase{12, 12, 512, L, 1, k, 12, 12}, WinogradTile{2, 2, 1, {4, 1}}>("F(2×2, 3×3)", 1e-5);
      check_error<V, ConvCase{12, 12, 512, L, 1, k, 12, 12}, WinogradTile{4, 4, 1, {4, 1}}>("F(4×4, 3×3)", 2e-5);
      check_error<V, ConvCase{12, 12, 192, L, 1, five, 12, 12}, WinogradTile{2, 2, 1, {4, 1}}>("F(2×2, 5×5)", 2e-5);
      check_error<V, ConvCase{1, 62, 512, L, 1, {1, 3, 1, 1, 0, 1, 1, 1}, 1, 62}, WinogradTile{1, 4, 1, {4, 1}}>("F(4, 3)", 1e-5);
      check_error<V, ConvCase{1, 62, 512, L, 1, {1, 4, 1, 1, 0, 1, 1, 1}, 1, 61}, WinogradTile{1, 3, 1, {4, 1}}>("F(3, 4)", 1e-5);
      check_error<V, ConvCase{1, 62, 512, L, 1, {1, 5, 1, 1, 0, 2, 1, 1}, 1, 62}, WinogradTile{1, 2, 1, {4, 1}}>("F(2, 5)", 1e-5);
    }
  });
  return finish();
}
