// What the tests of native/ share: filled tensors, naive loops to compare with, and a count of what failed.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <vector>
#include "addon/model.h"
#include "kernels/window.h"
#include "simd/simd.h"

using namespace cnnc::CNNC_ISA;

inline int failures = 0;

// The same sequence in every run.
inline uint32_t random_bits() {
  static uint32_t state = 1;
  state = state * 1664525 + 1013904223;
  return state >> 8;
}
inline float random_float() { return float(random_bits()) * 0x1p-23f - 1.f; }

inline const float nan_value = std::numeric_limits<float>::quiet_NaN();

// The largest difference may be 1e-5 of the largest value expected.
inline void same(const char* what, const std::vector<double>& got, const std::vector<double>& want) {
  double scale = 1e-6;
  for (double v : want) scale = std::max(scale, std::fabs(v));
  for (size_t i = 0; i < want.size(); i++)
    if (got.size() != want.size() || !(std::fabs(got[i] - want[i]) <= 1e-5 * scale)) {
      std::printf("%s: element %zu of %zu is %g, not %g\n", what, i, want.size(), got[i], want[i]);
      failures++;
      return;
    }
}

inline void expect(const char* what, bool holds) {
  if (holds) return;
  std::printf("%s\n", what);
  failures++;
}

// The largest error in parts of the standard deviation of what is expected.
inline void expect_error(const char* name, const std::vector<double>& got, const std::vector<double>& want, double bound) {
  double squares = 0, worst = 0;
  for (size_t i = 0; i < want.size(); i++) squares += want[i] * want[i], worst = std::max(worst, std::fabs(got[i] - want[i]));
  const double error = worst / std::sqrt(squares / double(want.size()));
  if (error > bound) std::printf("%s: the error is %.1e of a standard deviation\n", name, error);
  expect("the error is below the bound", error <= bound);
}

inline int finish() {
  if (failures) std::printf("%d failures\n", failures);
  return failures ? 1 : 0;
}

inline std::vector<float> random_floats(long n) {
  std::vector<float> v(n);
  for (float& f : v) f = random_float();
  return v;
}

// The last part first: threads pack them in any order.
inline void pack_in_parts(cnnc::Pack pack, const std::vector<float>& logical, long rows, float* packed) {
  const long size = long(logical.size()), part = cnnc::pack_step * (size / rows);
  for (long begin = (size - 1) / part * part; begin >= 0; begin -= part)
    pack(logical.data() + begin, packed, begin, std::min(begin + part, size));
}

// 64-byte aligned memory of exactly n elements, so that an address sanitiser sees what is read past it.
template <class T>
struct Memory {
  T* data;
  long size;
  explicit Memory(long n, T fill = T()) : data(static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t(64)))), size(n) {
    std::fill(data, data + n, fill);
  }
  Memory(const Memory&) = delete;
  ~Memory() { ::operator delete(data, std::align_val_t(64)); }
};

// A tensor of `batch` samples whose padding lanes are not numbers, whose halo is zero, and whose channels are given.
template <class X>
struct Filled {
  Memory<float> memory;
  X x;
  long batch;
  explicit Filled(long n) : memory(n * X::sample, nan_value), x{memory.data}, batch(n) {
    for (long i = 0; i < n; i++) clear_halo(x, i, 0, X::height);
  }
  template <class F>
  void each(const F& f) {
    for (long n = 0; n < batch; n++)
      for (int h = 0; h < X::height; h++)
        for (int w = 0; w < X::width; w++)
          for (int c = 0; c < X::channels; c++) f(*x.at(n, h, w, c), n, h, w, c);
  }
  Filled& randomize() {
    each([](float& v, long, int, int, int) { v = random_float(); });
    return *this;
  }
  double at(long n, int h, int w, int c) const {
    return h < 0 || w < 0 || h >= X::height || w >= X::width ? 0 : *x.at(n, h, w, c);
  }
  std::vector<double> values() {
    std::vector<double> v;
    each([&](float& f, long, int, int, int) { v.push_back(f); });
    return v;
  }
};

// A body that stores, and counts the results it was given: every pixel and vector must come once.
template <class Y>
struct Store {
  Y y;
  long* calls;
  template <class V>
  V operator()(V v, At at) const {
    ++*calls;
    v.store(y.at(at.n, at.h, at.w, at.c));
    return v;
  }
};

// Runs kernel(body) and returns what it stored in samples of geometry h × w × c.
template <class V, int H, int W, int C, class F>
std::vector<double> collect(const char* what, long batch, const F& kernel) {
  using Y = Tensor<H, W, C, round_up(C, V::lanes)>;
  Filled<Y> y(batch);
  long calls = 0;
  kernel(Store<Y>{y.x, &calls});
  if (calls != batch * H * W * ceil_div(C, V::lanes)) {
    std::printf("%s: the body was called %ld times\n", what, calls);
    failures++;
  }
  return y.values();
}

// Calls f.template operator()<V>() for the vector type under test: the widest of the instruction set.
template <class F>
void with_vectors(const F& f) {
#if defined(__AVX512F__)
  f.template operator()<f32x16>();
#elif defined(__AVX2__)
  f.template operator()<f32x8>();
#elif defined(__aarch64__)
  f.template operator()<f32x4>();
#else
  f.template operator()<f32x1>();
#endif
}

// The same for all of them: what is small to compile.
template <class F>
void with_all_vectors(const F& f) {
  with_vectors(f);
#if defined(__AVX512F__)
  f.template operator()<f32x8>();
#endif
#if defined(__AVX2__) || defined(__aarch64__)
  f.template operator()<f32x1>();
#endif
}
