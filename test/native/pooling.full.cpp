// pool, pool_grad and conv_pool against naive loops.
#include "kernels/conv_pool.h"
#include "kernels/pack.h"
#include "kernels/pool_grad.h"
#include "conv.h"

struct PoolCase {
  int H, W, C;
  Window k;
  int P, Q;
};

// Calls f(window, pixel, tap, 1 / pixels counted), of a sum f(window, pixel, tap, 1), for every pixel of every window of one sample's channel.
template <PoolCase s, class F>
void each_tap(Pooling how, const F& f) {
  for (int p = 0; p < s.P; p++)
    for (int q = 0; q < s.Q; q++) {
      auto visit = [&](auto g, int margin) {
        for (int r = 0; r < s.k.kh; r++)
          for (int t = 0; t < s.k.kw; t++) {
            int h = p * s.k.sh + r * s.k.dh - s.k.ph, w = q * s.k.sw + t * s.k.dw - s.k.pw;
            if (h < -margin * s.k.ph || w < -margin * s.k.pw || h >= s.H + margin * s.k.ph || w >= s.W + margin * s.k.pw) continue;
            g(h * s.W + w, r * s.k.kw + t);
          }
      };
      int count = 0;
      visit([&](int, int) { count++; }, how == Pooling::average_with_pad);
      visit([&](int pixel, int tap) { f(p * s.Q + q, pixel, tap, how == Pooling::sum ? 1. : 1. / count); }, 0);
    }
}

struct PoolReference {
  std::vector<double> y, dx;
  std::vector<uint8_t> tap;
};

template <PoolCase s>
PoolReference pool_reference(Pooling how, long batch, const std::vector<double>& x, const std::vector<double>& dy) {
  PoolReference ref{std::vector<double>(dy.size()), std::vector<double>(x.size()), std::vector<uint8_t>(dy.size())};
  std::vector<long> from(dy.size(), -1);
  for (long n = 0; n < batch; n++)
    each_tap<s>(how, [&](int window, int pixel, int tap, double share) {
      for (int c = 0; c < s.C; c++) {
        long y = (n * s.P * s.Q + window) * s.C + c, i = (n * s.H * s.W + pixel) * s.C + c;
        if (how != Pooling::max) ref.y[y] += x[i] * share, ref.dx[i] += dy[y] * share;
        else if (from[y] < 0 || x[i] > ref.y[y]) ref.y[y] = x[i], from[y] = i, ref.tap[y] = uint8_t(tap);
      }
    });
  if (how == Pooling::max)
    for (size_t y = 0; y < dy.size(); y++) ref.dx[from[y]] += dy[y];
  return ref;
}

template <class V, PoolCase s, Pooling how, int Pad>
void check_pool(const char* name) {
  constexpr long batch = 2;
  constexpr bool index = how == Pooling::max;
  constexpr int pixel = round_up(s.C, V::lanes);
  using X = Tensor<s.H, s.W, s.C, Pad ? pixel : s.C, 1, 2>;
  using DY = Tensor<s.P, s.Q, s.C, Pad ? pixel : s.C>;
  Filled<X> x(batch);
  Filled<DY> dy(batch);
  // Few distinct values, so that maxima are tied.
  x.each([](float& v, long, int, int, int) { v = float(int(random_bits() % 7)) - 8; });
  dy.randomize();
  PoolReference ref = pool_reference<s>(how, batch, x.values(), dy.values());
  Memory<uint8_t> taps(batch * s.P * s.Q * pixel, 255);
  const Tensor<s.P, s.Q, s.C, pixel, 0, 0, uint8_t> tensor{taps.data};
  const auto taken = [&] {
    if constexpr (index) return tensor;
    else return NoIndex{};
  }();
  same(name, collect<V, s.P, s.Q, s.C>(name, batch, [&](auto body) {
    for (int n = 0; n < batch; n++)
      for (int p = 0; p < s.P; p++) pool<V, X, how, s.k, s.P, s.Q>(x.x, taken, n, p, p + 1, body);
  }), ref.y);
  if (index)
    for (size_t i = 0; i < ref.tap.size(); i++)
      if (taps.data[i / s.C * pixel + i % s.C] != ref.tap[i]) expect(name, false);
  same(name, collect<V, s.H, s.W, s.C>(name, batch, [&](auto body) {
    for (int n = 0; n < batch; n++)
      for (int h = 0; h < s.H; h++) pool_grad<V, DY, how, s.k, s.H, s.W>(dy.x, taken, n, h, h + 1, body);
  }), ref.dx);
}

// The gradient of a pool of the convolution's results is not asked for here, only the fusion.
template <class V, ConvCase s, Tile t, Pooling how, Window pw, int PP, int PQ, bool All>
void check_fused(const char* name) {
  constexpr int L = V::lanes, in = s.C / s.G;
  constexpr long batch = 2;
  constexpr PoolCase ps{s.P, s.Q, s.K, pw, PP, PQ};
  using X = ConvInput<s, L>;
  Filled<X> x(batch);
  x.randomize();
  std::vector<float> w = random_floats(logical_weights<s>);
  ConvReference conv = conv_reference<s>(batch, x.values(), w, std::vector<double>(batch * s.P * s.Q * s.K));
  PoolReference pooled = pool_reference<ps>(how, batch, conv.y, std::vector<double>(batch * PP * PQ * s.K));
  Memory<float> packed(packed_conv_size<L, t, s.K, in, s.k.kh, s.k.kw, s.G>);
  pack_in_parts(pack_conv<L, t, s.K, in, s.k.kh, s.k.kw, s.G>, w, s.K, packed.data);
  using Y = Tensor<s.P, s.Q, s.K, round_up(s.K, L)>;
  Filled<Y> y(batch);
  long calls = 0;
  auto run = [&](auto body, int step) {
    for (int n = 0; n < batch; n++)
      for (int h = 0; h < PP; h += step)
        conv_pool<V, X, s.k, s.K, s.G, s.P, s.Q, t, how, pw, PP, PQ, All>(x.x, packed.data, n, h, std::min(h + step, PP),
                                                                          Store<Y>{y.x, &calls}, body);
  };
  same(name, collect<V, PP, PQ, s.K>(name, batch, [&](auto body) { run(body, PP); }), pooled.y);
  if (All) expect(name, calls == batch * s.P * s.Q * ceil_div(s.K, L));
  same(name, collect<V, PP, PQ, s.K>(name, batch, [&](auto body) { run(body, 2); }), pooled.y);
  if (All) same(name, y.values(), conv.y);
  if constexpr (how == Pooling::max) {
    constexpr int pixel = round_up(s.K, L);
    Memory<uint8_t> taps(batch * PP * PQ * pixel, 255);
    const Tensor<PP, PQ, s.K, pixel, 0, 0, uint8_t> index{taps.data};
    collect<V, PP, PQ, s.K>(name, batch, [&](auto body) {
      for (int n = 0; n < batch; n++)
        conv_pool<V, X, s.k, s.K, s.G, s.P, s.Q, t, how, pw, PP, PQ, All>(x.x, packed.data, n, 0, PP, Store<Y>{y.x, &calls},
                                                                          body, index);
    });
    for (size_t i = 0; i < pooled.tap.size(); i++)
      if (taps.data[i / s.K * pixel + i % s.K] != pooled.tap[i]) return expect(name, false);
  }
}

template <class V, PoolCase s>
void check_all(const char* name) {
  check_pool<V, s, Pooling::max, 1>(name);
  check_pool<V, s, Pooling::sum, 1>(name);
  check_pool<V, s, Pooling::average, 0>(name);
  check_pool<V, s, Pooling::average_with_pad, 1>(name);
}

int main() {
  with_vectors([]<class V>() {
    constexpr int L = V::lanes;
    check_all<V, PoolCase{8, 6, 5, {2, 2, 2, 2, 0, 0, 1, 1}, 4, 3}>("2x2");
    check_all<V, PoolCase{7, 9, L + 3, {2, 2, 2, 2, 0, 0, 1, 1}, 3, 4}>("2x2, columns left over");
    check_all<V, PoolCase{7, 7, 2 * L, {3, 3, 2, 2, 1, 1, 1, 1}, 4, 4}>("3x3 stride 2 pad 1");
    check_all<V, PoolCase{7, 8, 3, {3, 2, 1, 1, 1, 0, 1, 1}, 7, 7}>("3x2 stride 1");
    check_all<V, PoolCase{9, 9, 3, {2, 3, 3, 2, 0, 1, 2, 1}, 3, 5}>("dilated");
    check_all<V, PoolCase{5, 7, 4, {2, 3, 2, 3, 0, 0, 1, 1}, 3, 3}>("windows beyond the end");
    check_all<V, PoolCase{6, 5, L, {6, 5, 1, 1, 0, 0, 1, 1}, 1, 1}>("global");
    check_all<V, PoolCase{1, 1, 1, {1, 1, 1, 1, 0, 0, 1, 1}, 1, 1}>("1x1 image");
    constexpr ConvCase lenet{12, 12, 1, 6, 1, {5, 5, 1, 1, 2, 2, 1, 1}, 12, 12};
    constexpr ConvCase wide{9, 9, 3, 3 * L + 1, 1, {3, 3, 1, 1, 1, 1, 1, 1}, 9, 9};
    check_fused<V, lenet, Tile{6, 1}, Pooling::average, Window{2, 2, 2, 2, 0, 0, 1, 1}, 6, 6, true>("conv + 2x2");
    check_fused<V, wide, Tile{4, 2}, Pooling::max, Window{3, 3, 2, 2, 1, 1, 1, 1}, 5, 5, false>("conv + 3x3 stride 2");
    check_fused<V, wide, Tile{4, 2}, Pooling::average_with_pad, Window{2, 3, 3, 3, 0, 1, 1, 1}, 2, 3, false>("conv + gaps");
    check_fused<V, wide, Tile{4, 4}, Pooling::max, Window{2, 2, 4, 4, 0, 0, 1, 1}, 2, 2, true>("conv + gaps, all rows");
    check_fused<V, wide, Tile{9, 1}, Pooling::max, Window{9, 9, 1, 1, 0, 0, 1, 1}, 1, 1, true>("conv + global");
  });
  return finish();
}
