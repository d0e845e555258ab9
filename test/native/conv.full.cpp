// conv_direct, conv_data, conv_weights and their packings against naive loops.
#include "kernels/conv_data.h"
#include "kernels/conv_direct.h"
#include "kernels/conv_weights.h"
#include "kernels/pack.h"
#include "conv.h"

// XPad: lanes that x and dy are padded to; 0: not padded.
template <class V, ConvCase s, Tile t, Tile wt, int Pad>
void check(const char* name) {
  constexpr int L = V::lanes, in = s.C / s.G;
  constexpr long batch = 2;
  using X = ConvInput<s, Pad>;
  using DY = ConvOutput<s, Pad>;
  Filled<X> x(batch);
  Filled<DY> dy(batch);
  x.randomize(), dy.randomize();
  std::vector<float> w = random_floats(logical_weights<s>), back(w.size());
  ConvReference ref = conv_reference<s>(batch, x.values(), w, dy.values());

  Memory<float> packed(packed_conv_size<L, t, s.K, in, s.k.kh, s.k.kw, s.G>, nan_value);
  pack_in_parts(pack_conv<L, t, s.K, in, s.k.kh, s.k.kw, s.G>, w, s.K, packed.data);
  unpack_conv<L, t, s.K, in, s.k.kh, s.k.kw, s.G>(packed.data, back.data());
  expect(name, back == w);
  same(name, collect<V, s.P, s.Q, s.K>(name, batch, [&](auto body) {
    for (int n = 0; n < batch; n++) {
      conv_direct<V, X, s.k, s.K, s.G, s.P, s.Q, t>(x.x, packed.data, n, 0, s.P / 2, body);
      conv_direct<V, X, s.k, s.K, s.G, s.P, s.Q, t>(x.x, packed.data, n, s.P / 2, s.P, body);
    }
  }), ref.y);

  if constexpr (s.G == 1 || in % L == 0) {
    Memory<float> turned(packed_conv_data_size<L, t, s.K, in, s.k.kh, s.k.kw, s.G>, nan_value);
    for (int b = 0; b < s.G * ceil_div(ceil_div(in, L), t.vectors); b++)
      transpose_conv<L, t, L, t, s.K, in, s.k.kh, s.k.kw, s.G>(packed.data, turned.data, b);
    same(name, collect<V, s.H, s.W, s.C>(name, batch, [&](auto body) {
      for (int n = 0; n < batch; n++) {
        conv_data<V, DY, s.k, s.C, s.G, s.H, s.W, t>(dy.x, turned.data, n, 0, s.H / 2, body);
        conv_data<V, DY, s.k, s.C, s.G, s.H, s.W, t>(dy.x, turned.data, n, s.H / 2, s.H, body);
      }
    }), ref.dx);
  }

  constexpr Tile wide{wt.pixels, t.vectors};
  Memory<float> dw(packed.size, nan_value);
  for (int u = 0; u < conv_weights_units<V, X, DY, s.k, s.K, s.G, wide>(); u++)
    conv_weights<V, X, DY, s.k, s.K, s.G, wide>(x.x, dy.x, 0, batch, u, dw.data);
  unpack_conv<L, t, s.K, in, s.k.kh, s.k.kw, s.G>(dw.data, back.data());
  same(name, std::vector<double>(back.begin(), back.end()), ref.dw);
  double total = 0, unpacked = 0;
  for (long i = 0; i < dw.size; i++) total += std::fabs(dw.data[i]);
  for (float v : back) unpacked += std::fabs(v);
  expect(name, std::fabs(total - unpacked) <= 1e-4 * unpacked);
  for (int u = 0; u < conv_weights_units<V, X, DY, s.k, s.K, s.G, wide>(); u++)
    conv_weights<V, X, DY, s.k, s.K, s.G, wide>(x.x, dy.x, 1, 1, u, dw.data);
  expect("the gradient of no samples is zero", std::all_of(dw.data, dw.data + dw.size, [](float v) { return v == 0; }));
}

int main() {
  with_vectors([]<class V>() {
    constexpr int L = V::lanes;
    check<V, ConvCase{9, 9, 3, 5, 1, {3, 3, 1, 1, 1, 1, 1, 1}, 9, 9}, Tile{4, 1}, Tile{5, 1}, L>("3x3 same, tails");
    check<V, ConvCase{7, 10, 3, L + 1, 1, {3, 3, 1, 1, 1, 1, 1, 1}, 7, 10}, Tile{3, 2}, Tile{9, 1}, 0>("3x3, unpadded pixels");
    check<V, ConvCase{10, 9, 2 * L + 1, 3 * L, 1, {3, 3, 2, 2, 1, 1, 1, 1}, 5, 5}, Tile{3, 2}, Tile{4, 1}, L>("3x3 stride 2");
    check<V, ConvCase{11, 13, 2, 7, 1, {5, 3, 2, 3, 2, 0, 1, 1}, 6, 5}, Tile{2, 1}, Tile{7, 1}, L>("5x3 stride 2x3, uneven pads");
    check<V, ConvCase{9, 11, 4, 3, 1, {3, 2, 1, 1, 2, 3, 2, 3}, 9, 13}, Tile{6, 1}, Tile{30, 1}, L>("dilated, window mostly padding");
    check<V, ConvCase{4, 4, 2, 2, 1, {3, 3, 2, 1, 4, 5, 1, 1}, 6, 12}, Tile{5, 1}, Tile{6, 1}, L>("windows wholly in the padding");
    check<V, ConvCase{1, 1, 5, 9, 1, {1, 1, 1, 1, 0, 0, 1, 1}, 1, 1}, Tile{4, 2}, Tile{3, 1}, L>("1x1 image, 1x1 kernel");
    check<V, ConvCase{1, 1, 3, 4, 1, {3, 3, 1, 1, 1, 1, 1, 1}, 1, 1}, Tile{4, 1}, Tile{4, 1}, L>("1x1 image, 3x3 kernel");
    check<V, ConvCase{6, 6, 4 * L, 2 * L, 2, {3, 3, 1, 1, 1, 1, 1, 1}, 6, 6}, Tile{4, 3}, Tile{4, 1}, L>("2 groups");
    check<V, ConvCase{15, 20, 5, 3, 1, {3, 3, 1, 1, 1, 1, 1, 1}, 15, 20}, Tile{5, 1}, Tile{3, 1}, L>("bands of rows");
    check<V, ConvCase{1, 19, 6, 5, 1, {1, 4, 1, 2, 0, 1, 1, 1}, 1, 9}, Tile{4, 1}, Tile{8, 1}, L>("1-D");
    check<V, ConvCase{1, 23, 2, 5, 1, {1, 8, 1, 5, 0, 0, 1, 1}, 1, 4}, Tile{4, 1}, Tile{8, 1}, L>("pieces that overlap");
    check<V, ConvCase{1, 30, 1, 5, 1, {1, 4, 1, 9, 0, 2, 1, 1}, 1, 4}, Tile{2, 1}, Tile{4, 1}, L>("pieces apart");
    check<V, ConvCase{1, 6, 1, 5, 1, {1, 6, 1, 7, 0, 0, 1, 1}, 1, 1}, Tile{4, 1}, Tile{6, 1}, L>("one piece");
    check<V, ConvCase{8, 8, 3, 4, 1, {2, 2, 3, 3, 0, 0, 1, 1}, 3, 3}, Tile{4, 1}, Tile{8, 1}, L>("stride beyond the kernel");
    check<V, ConvCase{14, 14, 6, 16, 1, {5, 5, 1, 1, 0, 0, 1, 1}, 10, 10}, Tile{14, 1}, Tile{30, 1}, L>("LeNet's second");
    check<V, ConvCase{9, 13, 1, 5, 1, {3, 3, 2, 1, 1, 2, 1, 2}, 5, 13}, Tile{5, 1}, Tile{9, 1}, L>("one channel, dilated");
    check<V, ConvCase{28, 28, 1, 6, 1, {5, 5, 1, 1, 2, 2, 1, 1}, 28, 28}, Tile{14, 1}, Tile{25, 1}, L>("LeNet's first");
  });
  return finish();
}
