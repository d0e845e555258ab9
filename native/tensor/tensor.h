// Activations in memory: n × h × w × c with padding lanes behind the channels and a halo of columns around the width.
#pragma once
#include "../simd/inline.h"

namespace cnnc::CNNC_ISA {

constexpr int min(int a, int b) { return a < b ? a : b; }
constexpr int max(int a, int b) { return a > b ? a : b; }
constexpr int ceil_div(int a, int b) { return (a + b - 1) / b; }  // of a >= 0, b > 0
constexpr int round_up(int a, int b) { return ceil_div(a, b) * b; }

// The position of the first lane of a result.
struct At {
  long n;
  int h, w, c;
};

// Memory [n][h][Left + W + Right][Pixel]. Channels C..Pixel-1 hold anything: they are padding lanes, or belong to another
// tensor that lies beside this one. Of the halo, C channels are zero once its producer has called clear_halo. There is no
// halo above and below. Samples lie Sample elements apart: in an arena, each in a slice of its own.
template <int H, int W, int C, int Pixel = C, int Left = 0, int Right = 0, class T = float,
          long Sample = long(H) * (Left + W + Right) * Pixel>
struct Tensor {
  static_assert(Pixel >= C && H > 0 && W > 0 && C > 0 && Left >= 0 && Right >= 0);
  using type = T;
  T* data;
  static constexpr int height = H, width = W, channels = C, pixel = Pixel, left = Left, right = Right;
  static constexpr int row = (Left + W + Right) * Pixel;
  static constexpr long sample = Sample;
  CNNC_INLINE T* at(long n, int h, int w, int c = 0) const {
    return data + n * sample + long(h) * row + (Left + w) * Pixel + c;
  }
};

// Zeroes the halo columns of rows [h0, h1) of sample n.
template <class X>
CNNC_KERNEL void clear_halo(X x, long n, int h0, int h1) {
  for (int h = h0; h < h1; h++) {
    auto clear = [&](int w) {
      auto* pixel = x.at(n, h, w);
      for (int c = 0; c < X::channels; c++) pixel[c] = 0;
    };
    for (int w = -X::left; w < 0; w++) clear(w);
    for (int w = X::width; w < X::width + X::right; w++) clear(w);
  }
}

// Whether a pixel's memory covers every lane of the vectors that cover its channels.
template <class V, class X>
constexpr bool whole_vectors = round_up(X::channels, V::lanes) <= X::pixel;

// Lanes c.. of a pixel, from any channel on; lanes past the pixel's memory are zero and not touched.
template <class V, class X, class T>
CNNC_INLINE V load_from(const T* pixel, int c) {
  return c + V::lanes <= X::pixel ? V::load(pixel + c) : V::load_first(pixel + c, X::pixel - c);
}

// The same for a multiple of the lanes, which needs no test where whole vectors cover the channels.
template <class V, class X, class T>
CNNC_INLINE V load_lanes(const T* pixel, int c) {
  if constexpr (whole_vectors<V, X>) return V::load(pixel + c);
  else return load_from<V, X>(pixel, c);
}

// Lanes c.. of a pixel where lanes past the channels hold `fill`.
template <class V, class X, class T>
CNNC_INLINE V masked_lanes(const T* pixel, int c, V fill) {
  V v = load_lanes<V, X>(pixel, c);
  if constexpr (X::channels % V::lanes == 0) return v;
  else return select(V::first(X::channels - c), v, fill);
}

}  // namespace cnnc::CNNC_ISA
