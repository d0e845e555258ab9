// How many zero columns a convolution reads on either side of its operand.
#pragma once
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

struct Halo {
  int left, right;
};

// Columns of x, W wide, that q·sw + s·dw - pw reaches for q < Q, s < kw.
constexpr Halo conv_halo(Window k, int W, int Q) {
  int last = (Q - 1) * k.sw + (k.kw - 1) * k.dw - k.pw;
  return {max(0, k.pw), max(0, last - (W - 1))};
}

// Columns of dy, Q wide, that q = (w + pw - s·dw) / sw reaches for w < W, s < kw, where sw divides.
constexpr Halo conv_data_halo(Window k, int W, int Q) {
  Halo halo{0, 0};
  for (int s = 0; s < k.kw; s++) {
    // Multiples of sw among those of w = 0 to W - 1: the first, and the last.
    int begin = k.pw - s * k.dw, end = begin + W - 1;
    int first = begin > 0 ? ceil_div(begin, k.sw) : -(-begin / k.sw), last = end < 0 ? -ceil_div(-end, k.sw) : end / k.sw;
    if (first > last) continue;
    halo.left = max(halo.left, -first);
    halo.right = max(halo.right, last - (Q - 1));
  }
  return halo;
}

}  // namespace cnnc::CNNC_ISA
