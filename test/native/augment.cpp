// affine_sample against naive loops.
#include "kernels/affine_sample.h"
#include "check.h"

template <Fill fill, int H, int W>
double pixel_or_fill(const std::vector<double>& plane, int h, int w) {
  if (fill == Fill::zero && (h < 0 || w < 0 || h >= H || w >= W)) return 0;
  return plane[std::clamp(h, 0, H - 1) * W + std::clamp(w, 0, W - 1)];
}

// One point of the picture, between its four pixels.
template <Fill fill, int H, int W>
double sampled(const std::vector<double>& plane, double y, double x) {
  const int i = int(std::floor(y)), j = int(std::floor(x));
  const double t = y - i, s = x - j;
  const auto row = [&](int h) {
    return (1 - s) * pixel_or_fill<fill, H, W>(plane, h, j) + s * pixel_or_fill<fill, H, W>(plane, h, j + 1);
  };
  return (1 - t) * row(i) + t * row(i + 1);
}

template <class P, class V, Fill fill, class T, int H, int W, int C>
void check(const char* name, const Affine& map) {
  constexpr long batch = 2;
  constexpr int pixels = H * W;
  // As decoders yield it: h, w, c.
  Memory<T> picture(batch * pixels * C);
  for (long i = 0; i < picture.size; i++) picture.data[i] = T(random_bits() % 256);
  const cnnc::InputView view{picture.data, pixels * C, 1, W * C, C};
  std::vector<double> want(batch * pixels * C);
  for (long n = 0; n < batch; n++)
    for (int c = 0; c < C; c++) {
      std::vector<double> plane(pixels);
      for (int p = 0; p < pixels; p++) plane[p] = double(picture.data[(n * pixels + p) * C + c]);
      for (int p = 0; p < pixels; p++) {
        const double x = p % W - (W - 1) / 2., y = p / W - (H - 1) / 2.;
        want[(n * pixels + p) * C + c] = sampled<fill, H, W>(
            plane, map.yx * x + map.yy * y + map.y0 + (H - 1) / 2., map.xx * x + map.xy * y + map.x0 + (W - 1) / 2.);
      }
    }
  const External<T, C> x(view);
  same(name, collect<V, H, W, C>(name, batch, [&](auto body) {
    for (long n = 0; n < batch; n++) affine_sample<P, V, fill, H, W, C>(x, map, n, 0, H, body);
  }), want);
}

template <class P, class V, int H, int W, int C>
void check_maps() {
  const Affine turned{std::cos(.4), -std::sin(.4), .3, std::sin(.4), std::cos(.4), -.7};
  const Affine maps[] = {{}, {-1, 0, 0, 0, 1, 0}, {1, 0, 1.25, 0, 1, -2.5}, turned, Affine{.6, 0, 1, 0, 1.7, 0}.after(turned)};
  for (const Affine& map : maps) {
    check<P, V, Fill::zero, uint8_t, H, W, C>("bytes, zeros around", map);
    check<P, V, Fill::edge, uint8_t, H, W, C>("bytes, edges around", map);
    check<P, V, Fill::zero, float, H, W, C>("floats, zeros around", map);
    check<P, V, Fill::edge, float, H, W, C>("floats, edges around", map);
  }
}

int main() {
  const Affine a{2, 1, 3, -1, 4, 5}, b{1, -2, 7, 3, 1, -1};
  const auto [xx, xy, x0, yx, yy, y0] = a.after(b);
  expect("after", xx == 5 && xy == -3 && x0 == 16 && yx == 11 && yy == 6 && y0 == -6);
  for (long n = 0; n < 100; n++) expect("draw", draw(3, 5, 7, n) >= 0 && draw(3, 5, 7, n) < 1 && draw(3, 5, 7, n) != draw(3, 5, 7, n + 1));
  // Far beyond the picture there is nothing.
  check<f32x1, f32x1, Fill::zero, uint8_t, 4, 5, 1>("far", Affine{1e3, 0, 1e6, 0, 1e3, -1e6});
  with_all_vectors([]<class V>() {
    check_maps<V, f32x1, 5, 18, 1>();
    check_maps<V, f32x1, 6, 5, 3>();
    check_maps<V, V, 3, 4, V::lanes + 2>();
    check_maps<V, f32x1, 1, 1, 2>();
  });
  return finish();
}
