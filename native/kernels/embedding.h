// Rows of a table, one for each token, and the gradient of the table.
#pragma once
#include "external.h"

namespace cnnc::CNNC_ISA {

// y[n,l,c] = w[t[n,l],c], w in rows of whole vectors; Y gives length and channels.
template <class V, class Y, class Body>
CNNC_KERNEL void embedding(Tokens tokens, const float* w, long n, Body body) {
  constexpr int row = round_up(Y::channels, V::lanes);
  for (int l = 0; l < Y::width; l++) {
    const float* from = w + long(tokens(n, l)) * row;
    for (int c = 0; c < row; c += V::lanes) body(V::load(from + c), At{n, 0, l, c});
  }
}

// The number of independent blocks of channels of dw.
template <class V, class DY, int Rows, int Vectors, int Padding>
constexpr int embedding_weights_units() {
  return ceil_div(ceil_div(DY::channels, V::lanes), Vectors);
}

// dw[v,c] = Σ_{n,l: t[n,l] = v} dy[n,l,c], 0 for v = Padding, over the whole batch, for the channels of one unit: Vectors
// vectors, or what is left, which it overwrites in all rows; it adds in the order of samples and places. Units have channels
// of their own, not tokens of their own: a few tokens are most of a text. Lanes past the channels become zero.
template <class V, class DY, int Rows, int Vectors, int Padding>
CNNC_KERNEL void embedding_weights(Tokens tokens, DY dy, long batch, int unit, float* dw) {
  constexpr int row = round_up(DY::channels, V::lanes), block = Vectors * V::lanes;
  const int c0 = unit * block, c1 = min(row, c0 + block);
  for (long v = 0; v < Rows; v++)
    for (int c = c0; c < c1; c += V::lanes) V::zero().store(dw + v * row + c);
  for (long n = 0; n < batch; n++)
    for (int l = 0; l < DY::width; l++) {
      const int32_t t = tokens(n, l);
      if (t == Padding) continue;
      float* to = dw + long(t) * row;
      const auto* from = dy.at(n, 0, l);
      for (int c = c0; c < c1; c += V::lanes) {
        const V part = select(V::first(DY::channels - c), load_lanes<V, DY>(from, c), V::zero());
        (V::load(to + c) + part).store(to + c);
      }
    }
}

}  // namespace cnnc::CNNC_ISA
