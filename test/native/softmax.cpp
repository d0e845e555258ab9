// softmax, cross entropy, their gradients and class_hits against naive loops.
#include "kernels/cross_entropy.h"
#include "kernels/softmax.h"
#include "check.h"

// x shifted by `offset`, where exp alone would overflow.
template <class V, int H, int W, int C, int Pixel>
void check(const char* name, float offset) {
  constexpr long batch = 3;
  using X = Tensor<H, W, C, Pixel>;
  Filled<X> x(batch), dy(batch), y(batch), log_y(batch);
  x.each([&](float& v, long, int, int, int) { v = random_float() * 8 + offset; });
  dy.randomize();
  Memory<int32_t> target(batch * H * W);
  for (long i = 0; i < target.size; i++) target.data[i] = int32_t(random_bits() % C);
  std::vector<double> p, log_p, dx, log_dx, loss(batch), dlogits, hits(batch);
  std::vector<float> dloss = random_floats(batch), got(batch);
  for (long i = 0; i < batch * H * W; i++) {
    const float *v = x.x.data + i * Pixel, *d = dy.x.data + i * Pixel;
    int t = target.data[i];
    double m = *std::max_element(v, v + C), total = 0, dot = 0, sum = 0;
    for (int c = 0; c < C; c++) total += std::exp(v[c] - m);
    for (int c = 0; c < C; c++) dot += d[c] * std::exp(v[c] - m) / total, sum += d[c];
    for (int c = 0; c < C; c++) {
      double e = std::exp(v[c] - m) / total;
      p.push_back(e), log_p.push_back(v[c] - m - std::log(total));
      dx.push_back(e * (d[c] - dot)), log_dx.push_back(d[c] - e * sum);
      dlogits.push_back((e - (c == t)) * dloss[i / (H * W)] / (H * W));
    }
    loss[i / (H * W)] -= log_p[i * C + t] / (H * W);
    hits[i / (H * W)] += (std::max_element(v, v + C) - v == t) / double(H * W);
  }
  auto run = [&](auto kernel) {
    return collect<V, H, W, C>(name, batch, [&](auto body) {
      for (long n = 0; n < batch; n++) kernel(n, body);
    });
  };
  same(name, run([&](long n, auto body) { softmax<V, false>(x.x, n, 0, H, body); }), p);
  same(name, run([&](long n, auto body) { softmax<V, true>(x.x, n, 0, H, body); }), log_p);
  size_t i = 0;
  y.each([&](float& v, long, int, int, int) { v = float(p[i++]); }), i = 0;
  log_y.each([&](float& v, long, int, int, int) { v = float(log_p[i++]); });
  same(name, run([&](long n, auto body) { softmax_grad<V, false>(y.x, dy.x, n, 0, H, body); }), dx);
  same(name, run([&](long n, auto body) { softmax_grad<V, true>(log_y.x, dy.x, n, 0, H, body); }), log_dx);
  same(name, run([&](long n, auto body) { cross_entropy_grad<V>(x.x, target.data, dloss.data(), n, 0, H, body); }), dlogits);
  for (long n = 0; n < batch; n++) cross_entropy<V>(x.x, target.data, n, got.data());
  same(name, std::vector<double>(got.begin(), got.end()), loss);
  for (long n = 0; n < batch; n++) class_hits<V>(x.x, target.data, n, got.data());
  same(name, std::vector<double>(got.begin(), got.end()), hits);
}

int main() {
  with_vectors([]<class V>() {
    constexpr int L = V::lanes;
    for (float offset : {0.f, 500.f, -500.f}) {
      check<V, 1, 1, 10, 16>("10 classes", offset);
      check<V, 1, 1, 10, 10>("10 classes, unpadded", offset);
      check<V, 3, 5, 2 * L + 3, 2 * L + 3>("a map", offset);
      check<V, 2, 2, 2, L + 2>("2 classes", offset);
      check<V, 1, 1, 3 * L, 3 * L>("whole vectors", offset);
      check<V, 1, 2, 1, 1>("1 class", offset);
    }
    using X = Tensor<1, 1, 5>;
    float tied[] = {1, 3, 3, 2, 3}, hits;
    for (int32_t t : {0, 1, 2, 4}) {
      class_hits<V>(X{tied}, &t, 0, &hits);
      expect("the first largest logit counts", hits == float(t == 1));
    }
  });
  return finish();
}
