// Every operation of the vector types, lane by lane, and the known answers of Philox.
#include "random/philox.h"
#include "check.h"

template <class V>
struct Lanes {
  float f[V::lanes];
  uint32_t u[V::lanes];
  Lanes(V v) { v.store(f); }
  Lanes(typename V::u32 v) { v.store(u); }
  Lanes(typename V::mask m) { select(m, V(1.f), V::zero()).store(f); }
};

template <class V>
void check_floats() {
  constexpr int L = V::lanes;
  alignas(64) float a[L], b[L];
  for (int i = 0; i < L; i++) a[i] = random_float() * 100, b[i] = i % 3 ? random_float() * 100 : a[i];
  V x = V::load(a), y = V::load(b);
  auto each = [&](const char* what, Lanes<V> got, auto want) {
    for (int i = 0; i < L; i++)
      if (got.f[i] != float(want(a[i], b[i]))) return expect(what, false);
  };
  each("+", x + y, [](float p, float q) { return p + q; });
  each("-", x - y, [](float p, float q) { return p - q; });
  each("*", x * y, [](float p, float q) { return p * q; });
  each("/", x / y, [](float p, float q) { return p / q; });
  each("unary -", -x, [](float p, float) { return -p; });
  each("max", max(x, y), [](float p, float q) { return std::max(p, q); });
  each("min", min(x, y), [](float p, float q) { return std::min(p, q); });
  each("abs", abs(x), [](float p, float) { return std::fabs(p); });
  each("sqrt", sqrt(abs(x)), [](float p, float) { return std::sqrt(std::fabs(p)); });
  each("floor", floor(x), [](float p, float) { return std::floor(p); });
  each("<", x < y, [](float p, float q) { return p < q; });
  each("<=", x <= y, [](float p, float q) { return p <= q; });
  each(">", x > y, [](float p, float q) { return p > q; });
  each(">=", x >= y, [](float p, float q) { return p >= q; });
  each("==", x == y, [](float p, float q) { return p == q; });
  each("mask &", (x > y) & (x > V::zero()), [](float p, float q) { return p > q && p > 0; });
  each("mask |", (x > y) | (x > V::zero()), [](float p, float q) { return p > q || p > 0; });
  each("mask !", !(x > y), [](float p, float q) { return !(p > q); });
  each("select", select(x > y, x, y), [](float p, float q) { return p > q ? p : q; });
  each("to_u32", to_f32(to_u32(abs(x))), [](float p, float) { return std::trunc(std::fabs(p)); });
  each("bits", from_bits(bits(x)), [](float p, float) { return p; });
#if defined(__FMA__) || defined(__aarch64__)
  each("fma", fma(x, y, x), [](float p, float q) { return __builtin_fmaf(p, q, p); });
#else
  each("fma", fma(x, y, x), [](float p, float q) { return p * q + p; });
#endif
  for (float v : {8388609.f, -8388609.f, 3e9f, -3e9f, -0.5f, -1.f})
    expect("floor", Lanes<V>(floor(V(v))).f[L - 1] == std::floor(v));
  expect("max and min of no number", first_lane(max(V(nan_value), V(1.f))) == 1 && std::isnan(first_lane(min(V(1.f), V(nan_value)))));
  double total = 0, most = a[0];
  for (float v : a) total += v, most = std::max<double>(most, v);
  expect("sum", std::fabs(sum(x) - total) < 1e-3 && largest(x) == float(most));
  V rows[L];
  for (int i = 0; i < L; i++) rows[i] = V::iota() + V(float(100 * i));
  const Lanes<V> sums(sums_of_lanes(rows));
  for (int i = 0; i < L; i++) expect("sums of lanes", sums.f[i] == float(L * (L - 1) / 2 + 100 * i * L));
}

template <class V>
void check_memory() {
  constexpr int L = V::lanes;
  for (int k = -1; k <= L + 1; k++) {
    const int n = std::clamp(k, 0, L);
    Memory<float> f(std::max(n, 1), 3);
    Memory<uint8_t> u(std::max(n, 1), 200);
    Lanes<V> first = V::first(k), floats = V::load_first(f.data, k), bytes = V::load_first(u.data, k);
    for (int i = 0; i < L; i++) {
      expect("first", (first.f[i] == 1) == (i < k));
      expect("load_first", floats.f[i] == (i < k ? 3.f : 0.f) && bytes.f[i] == (i < k ? 200.f : 0.f));
    }
  }
  uint8_t bytes[L], back[L];
  for (int i = 0; i < L; i++) bytes[i] = uint8_t(255 - 15 * i);
  V::load(bytes).store(back);
  for (int i = 0; i < L; i++) expect("bytes", back[i] == bytes[i]);
  float table[64];
  uint32_t where[L];
  for (int i = 0; i < 64; i++) table[i] = float(i) * 2;
  for (int i = 0; i < L; i++) where[i] = uint32_t(i * 7 % 31) - 15;
  Lanes<V> got = V::gather(table + 20, V::index::load(where)), count = V::iota();
  for (int i = 0; i < L; i++) expect("gather", got.f[i] == table[20 + int32_t(where[i])] && count.f[i] == float(i));
}

template <class V>
void check_integers() {
  using U = typename V::u32;
  constexpr int L = V::lanes;
  uint32_t a[L], b[L];
  for (int i = 0; i < L; i++) a[i] = random_bits() * 997 + 1, b[i] = i % 3 ? random_bits() * 991 : a[i];
  U x = U::load(a), y = U::load(b);
  auto each = [&](const char* what, Lanes<V> got, auto want) {
    for (int i = 0; i < L; i++)
      if (got.u[i] != want(a[i], b[i])) return expect(what, false);
  };
  each("u32 +", x + y, [](uint32_t p, uint32_t q) { return p + q; });
  each("u32 -", x - y, [](uint32_t p, uint32_t q) { return p - q; });
  each("u32 *", x * y, [](uint32_t p, uint32_t q) { return p * q; });
  each("u32 &", x & y, [](uint32_t p, uint32_t q) { return p & q; });
  each("u32 |", x | y, [](uint32_t p, uint32_t q) { return p | q; });
  each("u32 ^", x ^ y, [](uint32_t p, uint32_t q) { return p ^ q; });
  each("u32 <<", x << 5, [](uint32_t p, uint32_t) { return p << 5; });
  each("u32 >>", x >> 5, [](uint32_t p, uint32_t) { return p >> 5; });
  each("mulhi", mulhi(x, y), [](uint32_t p, uint32_t q) { return uint32_t(uint64_t(p) * q >> 32); });
  each("u32 select", select(x == y, x, y + U(1)), [](uint32_t p, uint32_t q) { return p == q ? p : q + 1; });
  Lanes<V> count = U::iota();
  for (int i = 0; i < L; i++) expect("u32 iota", count.u[i] == uint32_t(i));
}

// Philox4x32-10 from the authors' kat_vectors.
template <class V>
void check_philox() {
  using U = typename V::u32;
  struct Known {
    uint32_t counter[4], key[2], want[4];
  };
  const Known known[] = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}, {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (const Known& k : known) {
    PhiloxBlock<V> got = philox<V>({{U(k.counter[0]), U(k.counter[1]), U(k.counter[2]), U(k.counter[3])}}, k.key[0], k.key[1]);
    for (int w = 0; w < 4; w++) expect("philox", Lanes<V>(got.word[w]).u[V::lanes - 1] == k.want[w]);
  }
  // Word by word of one block, whatever the lanes are.
  const uint64_t seed = 0x123456789abcdef0, step = 0x1122334455667788;
  for (uint32_t index = 0; index < 64; index++) {
    PhiloxBlock<f32x1> block{{f32x1::u32(index / 4), f32x1::u32(77), f32x1::u32(0x55667788), f32x1::u32(0x11223344)}};
    float want = float(philox<f32x1>(block, 0x9abcdef0, 0x12345678 ^ 99).word[index % 4].v >> 8) * 0x1p-24f;
    Lanes<V> got = uniform<V>(seed, 99, step, 77, U::iota() + U(index));
    expect("uniform", got.f[0] == want);
    if (index >= V::lanes - 1) {
      Lanes<V> last = uniform<V>(seed, 99, step, 77, U::iota() + U(index - (V::lanes - 1)));
      expect("uniform in the last lane", last.f[V::lanes - 1] == want);
    }
  }
}

template <class V>
void check() {
  for (int i = 0; i < 50; i++) check_floats<V>(), check_integers<V>();
  check_memory<V>();
  check_philox<V>();
}

int main() {
  with_all_vectors([]<class V>() { check<V>(); });
  return finish();
}
