// dense, its gradients and packings against naive loops.
#include "kernels/dense.h"
#include "kernels/pack.h"
#include "check.h"

template <class V, int H, int W, int C, int K, int Pixel, int Left, int Right, Tile t, Tile dt, Tile wt>
void check(const char* name, long batch) {
  constexpr int L = V::lanes, inputs = H * W * C;
  using X = Tensor<H, W, C, Pixel, Left, Right>;
  using DY = Tensor<1, 1, K, round_up(K, L)>;
  Filled<X> x(batch);
  Filled<DY> dy(batch);
  x.randomize(), dy.randomize();
  std::vector<float> w = random_floats(long(K) * inputs), back(w.size());
  std::vector<double> xs = x.values(), ds = dy.values(), y(batch * K), dx(xs.size()), dw(w.size());
  for (long n = 0; n < batch; n++)
    for (int k = 0; k < K; k++)
      for (int i = 0; i < inputs; i++) {
        long xi = n * inputs + i, yi = n * K + k, wi = long(k) * inputs + i % C * (H * W) + i / C;
        y[yi] += xs[xi] * w[wi], dx[xi] += ds[yi] * w[wi], dw[wi] += ds[yi] * xs[xi];
      }

  Memory<float> packed(packed_dense_size<L, t, K, C, H, W>, nan_value);
  pack_in_parts(pack_dense<L, t, K, C, H, W>, w, K, packed.data);
  unpack_dense<L, t, K, C, H, W>(packed.data, back.data());
  expect(name, back == w);
  constexpr int blocks = dense_blocks<V, K, t>;
  const auto together = collect<V, 1, 1, K>(name, batch, [&](auto body) {
    dense<V, X, K, t>(x.x, packed.data, 0, batch, 0, blocks / 2, body);
    dense<V, X, K, t>(x.x, packed.data, 0, batch, blocks / 2, blocks, body);
  });
  same(name, together, y);
  const auto alone = collect<V, 1, 1, K>(name, batch, [&](auto body) {
    for (long n = 0; n < batch; n++) dense<V, X, K, t>(x.x, packed.data, n, n + 1, 0, blocks, body);
  });
  expect("a sample is the same without others beside it", alone == together);

  constexpr int data_blocks = dense_data_blocks<V, X, dt>;
  const auto data = collect<V, H, W, C>(name, batch, [&](auto body) {
    dense_data<V, X, V, K, t.vectors, dt>(dy.x, packed.data, 0, batch, 0, data_blocks / 2, body);
    dense_data<V, X, V, K, t.vectors, dt>(dy.x, packed.data, 0, batch, data_blocks / 2, data_blocks, body);
  });
  same(name, data, dx);
  expect("a sample's gradient is the same without others beside it", data == collect<V, H, W, C>(name, batch, [&](auto body) {
    for (long n = 0; n < batch; n++) dense_data<V, X, V, K, t.vectors, dt>(dy.x, packed.data, n, n + 1, 0, data_blocks, body);
  }));
  // Vectors over inputs may be of other widths than those over outputs.
  same(name, collect<f32x1, H, W, C>(name, batch, [&](auto body) {
    dense_data<f32x1, X, V, K, t.vectors, dt>(dy.x, packed.data, 0, batch, 0, dense_data_blocks<f32x1, X, dt>, body);
  }), dx);

  constexpr Tile wide{wt.pixels, t.vectors};
  Memory<float> grad(packed.size, nan_value);
  for (int u = 0; u < dense_weights_units<V, X, K, wide>(); u++)
    dense_weights<V, X, K, wide>(x.x, dy.x, batch, u, grad.data);
  unpack_dense<L, t, K, C, H, W>(grad.data, back.data());
  same(name, std::vector<double>(back.begin(), back.end()), dw);
}

int main() {
  with_vectors([]<class V>() {
    constexpr int L = V::lanes;
    for (long batch : {1, 2, 5, 17}) {
      check<V, 1, 1, 84, 10, 84, 0, 0, Tile{8, 1}, Tile{8, 2}, Tile{6, 1}>("84 to 10", batch);
      check<V, 1, 1, 37, 3 * L + 5, 48, 0, 0, Tile{6, 2}, Tile{4, 4}, Tile{8, 1}>("37 to 3 vectors and a tail", batch);
      check<V, 3, 4, L + 2, 2 * L, round_up(L + 2, 2 * L), 0, 0, Tile{4, 3}, Tile{8, 1}, Tile{5, 1}>("padded pixels", batch);
      check<V, 2, 3, 5, 7, 5, 2, 1, Tile{4, 1}, Tile{3, 1}, Tile{12, 1}>("an input with a halo", batch);
      check<V, 2, 2, 4, 9, 4, 0, 0, Tile{1, 4}, Tile{1, 1}, Tile{7, 1}>("an input without gaps", batch);
    }
  });
  return finish();
}
