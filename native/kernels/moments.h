// Mean and variance of runs of elements, made so that no digits are lost where the mean is large.
#pragma once
#include "../simd/simd.h"
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

// What some elements say: their mean, and Σ (x - mean)².
struct Moments {
  double mean, squares;
};

// In place of the tensor that keeps 1/√(variance + eps) for the gradient.
struct NoScale {};
template <class Scale>
constexpr bool keeps_scale = !__is_same(Scale, NoScale);

// Two sets of elements become one (Chan, Golub, LeVeque 1979).
CNNC_INLINE Moments merge(Moments a, double count_a, Moments b, double count_b) {
  double count = count_a + count_b, delta = b.mean - a.mean;
  if (count_b == 0) return a;
  return {a.mean + delta * (count_b / count), a.squares + b.squares + delta * delta * (count_a * count_b / count)};
}

// Rows whose elements are summed in float, some 32 of a channel, before the sums go on in double.
template <class X>
constexpr int rows_in_float = max(1, 32 / X::width);

// Moments of V::lanes channels of one sample, from c on, about a shift: with d = x - shift, mean = shift + Σd/M,
// squares = Σd² - (Σd)²/M. A shift near the values keeps their digits; an error of the variance is one of all values
// of the channel.
template <class V, class X>
CNNC_INLINE void sample_moments(X x, long n, int c, V shift, Moments* out) {
  constexpr double count = double(X::height) * X::width;
  constexpr int rows = rows_in_float<X>;
  double sums[V::lanes] = {}, squares[V::lanes] = {};
  alignas(64) float lane[V::lanes], square[V::lanes];
  for (int h0 = 0; h0 < X::height; h0 += rows) {
    V sum = V::zero(), squared = V::zero();
    for (int h = h0; h < min(h0 + rows, X::height); h++)
      for (int w = 0; w < X::width; w++) {
        V d = load_lanes<V, X>(x.at(n, h, w), c) - shift;
        sum = sum + d;
        squared = fma(d, d, squared);
      }
    sum.store(lane), squared.store(square);
    for (int i = 0; i < V::lanes; i++) sums[i] += lane[i], squares[i] += square[i];
  }
  shift.store(lane);
  for (int i = 0; i < V::lanes; i++) {
    double s = sums[i], q = squares[i] - s * s / count;
    out[i] = {lane[i] + s / count, q > 0 ? q : 0};
  }
}

}  // namespace cnnc::CNNC_ISA
