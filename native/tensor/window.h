// Sliding windows and register tiles: what a kernel takes as template arguments besides its tensors.
#pragma once
#include "tensor.h"

namespace cnnc::CNNC_ISA {

// Kernel, stride, padding before (top, left), dilation, padding after (bottom, right; only averages that count padding
// read it).
struct Window {
  int kh, kw, sh, sw, ph, pw, dh, dw;
  int bottom = ph, right = pw;
};

// How many results a kernel keeps in registers: pixels (or samples, or taps) × vectors.
struct Tile {
  int pixels, vectors;
};

struct Range {
  int begin, end;
};

// The taps r of a window of one axis for which 0 <= start + r·dilation < size.
constexpr Range taps_inside(int start, int taps, int dilation, int size) {
  int begin = start < 0 ? ceil_div(-start, dilation) : 0;
  int end = size > start ? min(taps, ceil_div(size - start, dilation)) : 0;
  return {min(begin, end), end};
}

// The windows p of `count` along one axis that have a tap on coordinate h, if dilation is 1:
// p·stride - pad <= h < p·stride - pad + reach. With dilation, some of them step over h.
constexpr Range windows_over(int h, int reach, int stride, int pad, int count) {
  int last = h + pad, first = last - reach + 1;
  int end = min(count, last / stride + 1);
  int begin = first > 0 ? ceil_div(first, stride) : 0;
  return {min(begin, end), end};
}

template <int N>
struct Count {
  static constexpr int value = N;
};

// Calls f(Count<N>, i) for i = 0, N, 2N, …, and at last with what is left of Total.
template <int N, int Total, class F>
CNNC_INLINE void tiled(const F& f) {
  if constexpr (Total >= N) {
    CNNC_ROLLED for (int i = 0; i + N <= Total; i += N) f(Count<N>{}, i);
  }
  if constexpr (Total % N != 0) f(Count<Total % N>{}, Total - Total % N);
}

// Calls f(Count<Full>), or with what is left at the end of Total: the size of the part that begins at `begin`.
template <int Full, int Total, class F>
CNNC_INLINE void sized(int begin, const F& f) {
  if constexpr (Total % Full == 0) f(Count<Full>{});
  else if (Total >= Full && begin + Full <= Total) f(Count<min(Full, Total)>{});
  else f(Count<Total % Full>{});
}

// Calls f(Count<M>, i) for tiles of M, and for smaller and smaller ones, halves of it, at the end of [i, end).
template <int M, class I, class F>
CNNC_INLINE void halving(I i, I end, const F& f) {
  for (; i + M <= end; i += M) f(Count<M>{}, i);
  if constexpr (M > 1) halving<M / 2>(i, end, f);
}

// Calls f(Count<0>), f(Count<1>), … f(Count<N - 1>).
template <int N, int I = 0, class F>
CNNC_INLINE void each(const F& f) {
  if constexpr (I < N) {
    f(Count<I>{});
    each<N, I + 1>(f);
  }
}

}  // namespace cnnc::CNNC_ISA
