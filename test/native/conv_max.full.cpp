// conv_max_data and conv_max_weights against naive loops over a dy that is zero but where the index points.
#include "kernels/conv_max_data.h"
#include "kernels/conv_max_weights.h"
#include "conv.h"

template <long Floats>
struct ThreadMemory {
  static constexpr long floats = Floats;
  float* data;
};

template <class V, ConvCase s, Window pooled, int PP, int PQ, class DY, class Index, bool Together, Tile t>
void check_data(const char* name, DY dy, Index index, long batch, const std::vector<float>& w, const std::vector<double>& dx) {
  constexpr int L = V::lanes, pixel = round_up(s.C, L);
  constexpr Tile packed{3, 2};
  using Picture = MaxPicture<V, pixel, s.H, s.W, PP, PQ, s.k, pooled>;
  using Patch = MaxPatch<V, pixel, s.k, pooled, Together>;
  Memory<float> forward(packed_conv_size<L, packed, s.K, s.C, s.k.kh, s.k.kw, 1>, nan_value);
  Memory<float> copy(s.K * Patch::size, nan_value), picture(Picture::size, nan_value);
  pack_in_parts(pack_conv<L, packed, s.K, s.C, s.k.kh, s.k.kw, 1>, w, s.K, forward.data);
  for (int o = 0; o < s.K; o++) conv_max_data_weights<Patch, L, packed, s.k, s.K, s.C, pixel>(forward.data, copy.data, o);
  same(name, collect<V, s.H, s.W, s.C>(name, batch, [&](auto body) {
    for (int n = 0; n < batch; n++)
      conv_max_data<V, V, DY, s.k, s.C, s.H, s.W, s.P, s.Q, pooled, Together, t>(dy, index, copy.data, n,
                                                                                 ThreadMemory<Picture::size>{picture.data}, body);
  }), dx);
}

template <class V, ConvCase s, Window pooled, int PP, int PQ, Tile t, class Tap = uint8_t>
void check(const char* name) {
  constexpr int L = V::lanes, pixel = round_up(s.K, L), taps = pooled.kh * pooled.kw;
  constexpr long batch = 3;
  constexpr Tile packed{3, 2};
  using X = ConvInput<s, L>;
  using DY = Tensor<PP, PQ, s.K, pixel>;
  using Index = Tensor<PP, PQ, s.K, pixel, 0, 0, Tap>;
  // One sample more than there are, since vectors read past a row.
  Filled<X> x(batch + 1);
  Filled<DY> dy(batch);
  x.randomize();
  Memory<Tap> places(batch * Index::sample);
  const Index index{places.data};
  std::vector<double> dense(batch * s.P * s.Q * s.K);
  dy.each([&](float& d, long n, int p, int q, int o) {
    // Some outside the results, as windows have them where nothing is the largest; and numbers that are 0.
    const int tap = int(random_bits() % taps);
    const int h = p * pooled.sh - pooled.ph + tap / pooled.kw * pooled.dh, w = q * pooled.sw - pooled.pw + tap % pooled.kw * pooled.dw;
    d = random_bits() % 4 == 0 ? 0 : random_float();
    *index.at(n, p, q, o) = Tap(tap);
    if (h >= 0 && w >= 0 && h < s.P && w < s.Q) dense[((n * s.P + h) * s.Q + w) * s.K + o] += d;
  });
  std::vector<float> w = random_floats(logical_weights<s>), back(w.size());
  const ConvReference ref = conv_reference<s>(batch, x.values(), w, dense);

  const std::vector<double> dx(ref.dx.begin(), ref.dx.begin() + batch * s.H * s.W * s.C);
  check_data<V, s, pooled, PP, PQ, DY, Index, false, Tile{2, 3}>(name, dy.x, index, batch, w, dx);
  if constexpr (taps < 20) check_data<V, s, pooled, PP, PQ, DY, Index, true, Tile{3, 2}>(name, dy.x, index, batch, w, dx);

  Memory<float> dw(packed_conv_size<L, packed, s.K, s.C, s.k.kh, s.k.kw, 1>, nan_value);
  const auto weights = [&](long n0, long n1) {
    for (int u = 0; u < conv_max_weights_units<V, X, s.k, s.K, t>(); u++)
      conv_max_weights<V, X, DY, s.k, s.K, t, s.P, s.Q, pooled, L, packed>(x.x, dy.x, index, n0, n1, u, dw.data);
  };
  weights(0, batch);
  unpack_conv<L, packed, s.K, s.C, s.k.kh, s.k.kw, 1>(dw.data, back.data());
  same(name, std::vector<double>(back.begin(), back.end()), ref.dw);
  double total = 0, unpacked = 0;
  for (long i = 0; i < dw.size; i++) total += std::fabs(dw.data[i]);
  for (float v : back) unpacked += std::fabs(v);
  expect("padding is zero", std::fabs(total - unpacked) <= 1e-4 * unpacked);
  weights(1, 1);
  expect("the gradient of no samples is zero", std::all_of(dw.data, dw.data + dw.size, [](float v) { return v == 0; }));
}

int main() {
  with_vectors([]<class V>() {
    constexpr int L = V::lanes;
    constexpr Window two{2, 2, 2, 2, 0, 0, 1, 1}, three{3, 3, 2, 2, 0, 0, 1, 1}, padded{3, 3, 2, 2, 1, 1, 1, 1};
    check<V, ConvCase{28, 28, 1, 6, 1, {5, 5, 1, 1, 2, 2, 1, 1}, 28, 28}, two, 14, 14, Tile{15, 1}>("LeNet's first");
    check<V, ConvCase{14, 14, 6, 16, 1, {5, 5, 1, 1, 0, 0, 1, 1}, 10, 10}, two, 5, 5, Tile{2, 5}>("LeNet's second");
    check<V, ConvCase{9, 10, L + 1, 2 * L + 3, 1, {3, 3, 1, 1, 1, 1, 1, 1}, 9, 10}, three, 4, 4, Tile{1, 4}>("overlapping windows");
    check<V, ConvCase{11, 12, 3, 7, 1, {3, 3, 1, 1, 1, 1, 1, 1}, 11, 12}, padded, 6, 6, Tile{6, 2}>("windows beyond the edges");
    check<V, ConvCase{13, 15, 2, 5, 1, {5, 3, 2, 3, 2, 0, 1, 1}, 7, 5}, two, 3, 2, Tile{3, 1}>("strides, uneven pads");
    check<V, ConvCase{12, 11, L, 3, 1, {3, 2, 1, 1, 2, 3, 2, 3}, 12, 14}, two, 6, 7, Tile{2, 2}>("dilated");
    check<V, ConvCase{8, 8, 4, 6, 1, {3, 3, 1, 1, 1, 1, 1, 1}, 8, 8}, Window{2, 2, 3, 3, 0, 0, 2, 2}, 2, 2, Tile{3, 3}>("dilated windows, apart");
    check<V, ConvCase{6, 7, 5, 4, 1, {3, 3, 1, 1, 1, 1, 1, 1}, 6, 7}, Window{6, 7, 1, 1, 0, 0, 1, 1}, 1, 1, Tile{12, 1}>("global");
    check<V, ConvCase{1, 23, 3 * L + 2, 9, 1, {1, 3, 1, 1, 0, 1, 1, 1}, 1, 23}, Window{1, 23, 1, 1, 0, 0, 1, 1}, 1, 1, Tile{1, 4}>("global, 1-D");
    check<V, ConvCase{1, 320, 1, 5, 1, {1, 8, 1, 1, 0, 0, 1, 1}, 1, 313}, Window{1, 300, 1, 5, 0, 0, 1, 1}, 1, 3, Tile{4, 1}, float>(
        "windows of more taps than a byte counts");
    check<V, ConvCase{1, 1, 5, 9, 1, {1, 1, 1, 1, 0, 0, 1, 1}, 1, 1}, Window{1, 1, 1, 1, 0, 0, 1, 1}, 1, 1, Tile{2, 1}>("1x1");
  });
  return finish();
}
