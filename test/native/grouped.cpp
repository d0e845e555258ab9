// conv_grouped, its gradients and packings against naive loops.
#include "kernels/conv_grouped.h"
#include "kernels/pack.h"
#include "conv.h"

template <class V, ConvCase s, int M, int Pad>
void check(const char* name) {
  constexpr int L = V::lanes, in = s.C / s.G;
  constexpr Tile t{M, 1};
  constexpr long batch = 2;
  using X = ConvInput<s, Pad>;
  using DY = ConvOutput<s, Pad>;
  Filled<X> x(batch);
  Filled<DY> dy(batch);
  x.randomize(), dy.randomize();
  std::vector<float> w = random_floats(logical_weights<s>), back(w.size());
  ConvReference ref = conv_reference<s>(batch, x.values(), w, dy.values());

  Memory<float> packed(packed_grouped_size<L, s.K, in, s.k.kh, s.k.kw, s.G>, nan_value);
  pack_in_parts(pack_grouped<L, s.K, in, s.k.kh, s.k.kw, s.G>, w, s.K, packed.data);
  same(name, collect<V, s.P, s.Q, s.K>(name, batch, [&](auto body) {
    for (int n = 0; n < batch; n++) conv_grouped<V, X, s.k, s.K, s.G, s.P, s.Q, t>(x.x, packed.data, n, 0, s.P, body);
  }), ref.y);

  Memory<float> turned(packed_grouped_data_size<L, s.K, in, s.k.kh, s.k.kw, s.G>, nan_value);
  for (int b = 0; b < ceil_div(s.C, L); b++)
    transpose_grouped<L, L, s.K, in, s.k.kh, s.k.kw, s.G>(packed.data, turned.data, b);
  same(name, collect<V, s.H, s.W, s.C>(name, batch, [&](auto body) {
    for (int n = 0; n < batch; n++)
      conv_grouped_data<V, DY, s.k, s.C, s.G, s.H, s.W, t>(dy.x, turned.data, n, 0, s.H, body);
  }), ref.dx);

  Memory<float> dw(packed.size, nan_value);
  for (int u = 0; u < conv_grouped_weights_units<V, X, DY, s.k, s.K, s.G, t>(); u++)
    conv_grouped_weights<V, X, DY, s.k, s.K, s.G, t>(x.x, dy.x, 0, batch, u, dw.data);
  unpack_grouped<L, s.K, in, s.k.kh, s.k.kw, s.G>(dw.data, back.data());
  same(name, std::vector<double>(back.begin(), back.end()), ref.dw);
}

int main() {
  with_vectors([]<class V>() {
    constexpr int L = V::lanes;
    check<V, ConvCase{8, 8, 2 * L, 2 * L, 2 * L, {3, 3, 1, 1, 1, 1, 1, 1}, 8, 8}, 4, L>("depthwise");
    check<V, ConvCase{9, 7, 19, 19, 19, {3, 3, 2, 2, 1, 1, 1, 1}, 5, 4}, 4, 0>("depthwise stride 2, unpadded pixels");
    check<V, ConvCase{7, 7, 9, 18, 9, {5, 3, 1, 1, 2, 1, 1, 2}, 7, 5}, 4, L>("two outputs a channel");
    check<V, ConvCase{6, 6, 12, 6, 3, {3, 3, 1, 2, 1, 1, 1, 1}, 6, 3}, 3, L>("three groups of 4 to 2");
    check<V, ConvCase{6, 6, 40, 40, 8, {1, 1, 1, 1, 0, 0, 1, 1}, 6, 6}, 3, 0>("eight groups of 5, 1x1");
  });
  return finish();
}
