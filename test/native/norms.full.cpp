// group_norm, channel_norm, their gradients and channel_window against naive loops in double.
#include "kernels/channel_norm.h"
#include "kernels/channel_window.h"
#include "kernels/group_norm.h"
#include "check.h"

constexpr float eps = 1e-5f;

// What a set of elements, in the order of Filled::values, is normalised to, and its gradient.
void normalise(const std::vector<size_t>& set, const std::vector<double>& x, const std::vector<double>& dy,
               std::vector<double>& y, std::vector<double>& dx, std::vector<double>& scale) {
  double mean = 0, variance = 0, plain = 0, scaled = 0, count = double(set.size());
  for (size_t i : set) mean += x[i] / count;
  for (size_t i : set) variance += (x[i] - mean) * (x[i] - mean) / count;
  double s = 1 / std::sqrt(variance + double(eps));
  for (size_t i : set) y[i] = (x[i] - mean) * s, scale[i] = s;
  for (size_t i : set) plain += dy[i] / count, scaled += dy[i] * y[i] / count;
  for (size_t i : set) dx[i] = s * (dy[i] - plain - y[i] * scaled);
}

// Sets are named by a function of sample, row, column and channel.
template <int H, int W, int C, class F>
std::vector<std::vector<size_t>> sets(long batch, const F& name) {
  std::vector<std::vector<size_t>> all;
  size_t i = 0;
  for (long n = 0; n < batch; n++)
    for (int h = 0; h < H; h++)
      for (int w = 0; w < W; w++)
        for (int c = 0; c < C; c++, i++) {
          size_t at = name(n, h, w, c);
          if (at >= all.size()) all.resize(at + 1);
          all[at].push_back(i);
        }
  return all;
}

// x around `offset`, with a first pixel that is far from the others.
template <class V, int H, int W, int C, int Groups>
void check(const char* name, float offset, float outlier) {
  constexpr long batch = 3;
  using X = Tensor<H, W, C, round_up(C, V::lanes)>;
  using PerChannel = Tensor<1, 1, C, round_up(C, V::lanes)>;
  using PerPixel = Tensor<H, W, 1, 1>;
  Filled<X> x(batch), dy(batch), y(batch);
  x.each([&](float& v, long, int h, int w, int) { v = random_float() + offset + (h + w == 0 ? outlier : 0); });
  dy.randomize();
  std::vector<double> values = x.values(), arriving = dy.values(), out(values.size()), dx(values.size()), s(values.size());
  auto run = [&](auto kernel) {
    return collect<V, H, W, C>(name, batch, [&](auto body) {
      for (long n = 0; n < batch; n++) kernel(n, body);
    });
  };
  auto expected = [&](const auto& all) {
    for (const auto& set : all) normalise(set, values, arriving, out, dx, s);
    size_t i = 0;
    y.each([&](float& v, long, int, int, int) { v = float(out[i++]); });
  };

  expected(sets<H, W, C>(batch, [](long n, int, int, int c) { return size_t(n * Groups + c / (C / Groups)); }));
  Filled<PerChannel> channel(batch);
  same(name, run([&](long n, auto body) { group_norm<V, Groups>(x.x, n, eps, NoScale{}, body); }), out);
  same(name, run([&](long n, auto body) { group_norm<V, Groups>(x.x, n, eps, channel.x, body); }), out);
  for (long n = 0; n < batch; n++)
    for (int c = 0; c < C; c++) same("the scale of a group", {channel.at(n, 0, 0, c)}, {s[size_t(n * H * W * C + c)]});
  same(name, run([&](long n, auto body) { group_norm_grad<V, Groups>(y.x, dy.x, channel.x, n, body); }), dx);

  expected(sets<H, W, C>(batch, [](long n, int h, int w, int) { return size_t((n * H + h) * W + w); }));
  Filled<PerPixel> pixel(batch);
  same(name, run([&](long n, auto body) { channel_norm<V>(x.x, n, 0, H, eps, NoScale{}, body); }), out);
  same(name, run([&](long n, auto body) { channel_norm<V>(x.x, n, 0, H, eps, pixel.x, body); }), out);
  for (long n = 0; n < batch; n++)
    for (int h = 0; h < H; h++)
      for (int w = 0; w < W; w++)
        same("the scale of a pixel", {pixel.at(n, h, w, 0)}, {s[size_t(((n * H + h) * W + w) * C)]});
  same(name, run([&](long n, auto body) { channel_norm_grad<V>(y.x, dy.x, pixel.x, n, 0, H, body); }), dx);
}

template <class V, int Before, int After, int C, int Pixel>
void check_window(const char* name) {
  constexpr long batch = 2;
  constexpr int H = 2, W = 3;
  Filled<Tensor<H, W, C, Pixel>> x(batch);
  x.randomize();
  std::vector<double> want;
  x.each([&](float&, long n, int h, int w, int c) {
    double sum = 0;
    for (int j = -Before; j <= After; j++) sum += c + j < 0 || c + j >= C ? 0 : x.at(n, h, w, c + j);
    want.push_back(sum);
  });
  same(name, collect<V, H, W, C>(name, batch, [&](auto body) {
         for (long n = 0; n < batch; n++) channel_window<V, Before, After>(x.x, n, 0, H, body);
       }), want);
}

int main() {
  with_all_vectors([]<class V>() {
    constexpr int L = V::lanes;
    // Around 16 a mean in float has an error of 1e-6, so have results.
    for (float offset : {0.f, 16.f})
      for (float outlier : {0.f, 100.f * (offset == 0)}) {
        check<V, 3, 5, 12, 4>("groups of 3 in a vector", offset, outlier);
        check<V, 2, 3, 2 * L + 4, 2>("groups across vectors", offset, outlier);
        check<V, 7, 9, 2 * L + 3, 1>("one group", offset, outlier);
        check<V, 6, 40, 5, 5>("a channel for each group", offset, outlier);
      }
    check<V, 1, 1, 33 * L + 1, 1>("a long vector", 0, 0);
    check_window<V, 2, 2, 2 * L + 3, 2 * L + 3>("5 channels");
    check_window<V, 0, 1, L, L>("2 channels");
    check_window<V, 1, 2, 7, 16>("4 of 7");
    check_window<V, 0, 0, 5, 5>("1 channel");
    check_window<V, 9, 9, 4, 16>("more than there are");
  });
  return finish();
}
