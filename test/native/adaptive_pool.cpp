// adaptive_pool and adaptive_pool_grad against naive loops.
#include "kernels/adaptive_pool.h"
#include "check.h"

// Whether window p of `count` covers pixel h of `size`, in whole numbers: p·size/count < h + 1 and h < (p + 1)·size/count.
bool covers(int p, int h, int count, int size) { return p * size < (h + 1) * count && h * count < (p + 1) * size; }

template <class V, int H, int W, int C, int P, int Q>
void check(const char* name) {
  constexpr long batch = 2;
  Filled<Tensor<H, W, C, C, 1, 2>> x(batch);
  Filled<Tensor<P, Q, C, round_up(C, V::lanes), 0, 1>> dy(batch);
  x.randomize();
  dy.randomize();
  std::vector<double> y(batch * P * Q * C), dx(batch * H * W * C);
  for (long n = 0; n < batch; n++)
    for (int p = 0; p < P; p++)
      for (int q = 0; q < Q; q++) {
        std::vector<std::pair<int, int>> window;
        for (int h = 0; h < H; h++)
          for (int w = 0; w < W; w++)
            if (covers(p, h, P, H) && covers(q, w, Q, W)) window.push_back({h, w});
        for (auto [h, w] : window)
          for (int c = 0; c < C; c++) {
            y[((n * P + p) * Q + q) * C + c] += x.at(n, h, w, c) / double(window.size());
            dx[((n * H + h) * W + w) * C + c] += dy.at(n, p, q, c) / double(window.size());
          }
      }
  same(name, collect<V, P, Q, C>(name, batch, [&](auto body) {
    for (int n = 0; n < batch; n++)
      for (int p = 0; p < P; p++) adaptive_pool<V, decltype(x.x), P, Q>(x.x, n, p, p + 1, body);
  }), y);
  same(name, collect<V, H, W, C>(name, batch, [&](auto body) {
    for (int n = 0; n < batch; n++)
      for (int h = 0; h < H; h++) adaptive_pool_grad<V, decltype(dy.x), H, W>(dy.x, n, h, h + 1, body);
  }), dx);
}

int main() {
  with_all_vectors([]<class V>() {
    constexpr int L = V::lanes;
    check<V, 7, 8, 5, 3, 3>("7x8 to 3x3");
    check<V, 10, 11, L + 3, 7, 4>("10x11 to 7x4");
    check<V, 3, 2, 2 * L, 5, 7>("larger than the input");
    check<V, 8, 6, 4, 4, 3>("even windows");
    check<V, 5, 4, 1, 1, 1>("one window");
    check<V, 1, 1, L, 2, 3>("one pixel");
  });
  return finish();
}
