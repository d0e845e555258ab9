// map, channel_sum, sample_sum, activity, sum_partials, batch_mean, flatten, unflatten, clear_halo, pack_vector.
#include "kernels/activity.h"
#include "kernels/flatten.h"
#include "kernels/map.h"
#include "kernels/pack.h"
#include "kernels/reduce.h"
#include "check.h"

template <class V, int H, int W, int C, int Pixel, int Left, int Right>
void check(const char* name) {
  using X = Tensor<H, W, C, Pixel, Left, Right>;
  constexpr long batch = 3;
  constexpr int padded = round_up(C, V::lanes);
  Filled<X> x(batch);
  x.randomize();
  std::vector<double> values = x.values(), sums(C);
  for (size_t i = 0; i < values.size(); i++) sums[i % C] += values[i];
  Memory<float> out(padded, nan_value);
  channel_sum<V>(x.x, 0, batch, out.data);
  std::vector<double> got(out.data, out.data + padded);
  sums.resize(padded);
  same(name, got, sums);

  std::vector<double> totals(batch), found(batch);
  for (size_t i = 0; i < values.size(); i++) totals[i / (H * W * C)] += values[i];
  float total[batch];
  for (long n = 0; n < batch; n++) sample_sum<V>(x.x, n, total), found[n] = total[n];
  same(name, found, totals);

  const auto copy = [&](auto body) {
    for (long n = 0; n < batch; n++)
      map<V, X>(n, 0, H, [&](V zero, At at) { return body(zero + load_lanes<V, X>(x.x.at(at.n, at.h, at.w), at.c), at); });
  };
  same(name, collect<V, H, W, C>(name, batch, copy), values);

  Memory<float> flat(batch * H * W * C);
  for (long n = 0; n < batch; n++) flatten(x.x, n, flat.data + n * H * W * C);
  expect(name, C < 2 || flat.data[H * W] == x.at(0, 0, 0, min(C - 1, 1)));
  same(name, collect<V, H, W, C>(name, batch, [&](auto body) {
    for (long n = 0; n < batch; n++) unflatten<V, X>(flat.data + n * H * W * C, n, 0, H, body);
  }), values);
}

// Channel c is positive in one place alone, of sample c % batch; every third channel nowhere. Padding lanes hold NaN.
template <class V, int H, int W, int C, int Pixel>
void check_activity(const char* name) {
  constexpr long batch = 3;
  Filled<Tensor<H, W, C, Pixel>> x(batch);
  x.each([](float& v, long n, int h, int w, int c) {
    v = c % 3 && n == c % batch && h == c % H && w == c % W ? 1e-30f : c % 2 ? 0.f : -1.f;
  });
  std::vector<uint8_t> fired(C + 1, 0), once(C + 1, 0);
  fired[0] = 1;  // stays
  activity<V>(x.x, batch, fired.data());
  activity<V>(x.x, 1, once.data());
  for (int c = 0; c < C; c++) {
    expect(name, fired[c] == (c == 0 || c % 3));
    expect(name, once[c] == (c % 3 && c % batch == 0));
  }
  expect(name, fired[C] == 0);
}

template <class V>
void check_flat() {
  constexpr int L = V::lanes, n = 5 * L;
  Memory<float> partials(3 * n), out(n, 7);
  for (long i = 0; i < partials.size; i++) partials.data[i] = float(i);
  sum_partials<V>(partials.data, 3, n, L, 4 * L, out.data);
  for (int i = 0; i < n; i++) expect("sum_partials", out.data[i] == (i >= L && i < 4 * L ? 3.f * i + 3 * n : 7.f));
  map_flat<V>(L, 3 * L, [&](V zero, long i) { return zero.store(out.data + i), zero; });
  for (int i = 0; i < n; i++) expect("map_flat", (out.data[i] == 0) == (i >= L && i < 3 * L));
  constexpr int C = L + 3;
  std::vector<float> v = random_floats(C), back(C);
  Memory<float> packed(packed_vector_size<L, C>, nan_value);
  pack_in_parts(pack_vector<L, C>, v, C, packed.data);
  unpack_vector<L, C>(packed.data, back.data());
  expect("pack_vector", v == back);
  for (long i = C; i < packed.size; i++) expect("pack_vector pads with zeros", packed.data[i] == 0);
}

int main() {
  const float v[] = {1, 2, 6};
  expect("batch_mean", batch_mean(v, 3) == 3 && batch_mean(v, 0) == 0);
  with_vectors([]<class V>() {
    constexpr int L = V::lanes;
    check<V, 5, 7, L + 3, 2 * L + 16, 2, 1>("padded, halo");
    check<V, 3, 2, L + 3, L + 3, 0, 0>("unpadded");
    check<V, 1, 1, 10, 10, 0, 0>("a vector");
    check<V, 4, 9, 3, 3, 0, 3>("three channels");
    check_activity<V, 3, 5, L + 3, 2 * L + 16>("activity");
    check_activity<V, 1, 1, 10, 10>("activity of a vector");
    check_flat<V>();
  });
  return finish();
}
