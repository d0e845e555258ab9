// Rows of a table, one for each token, and the gradient of the table.
#pragma once
#include "elements.h"

namespace cnnc::CNNC_ISA {

template <class Y, class Steps>
struct Embedding : Elements<Y> {
  Tokens tokens;
  const float* w;
  Steps steps;
  CNNC_DEVICE void operator()() const {
    At at;
    if (!this->find(at)) return;
    steps(f32x1::load(w + long(tokens(at.n, at.w)) * Y::channels + at.c), at);
  }
};

// y[n,l,c] = w[t[n,l],c]
template <class Y, class Steps>
Embedding<Y, Steps> rows_of_table(Tokens tokens, const float* w, long batch, const Steps& steps) {
  return {{batch}, tokens, w, steps};
}

// A block has some channels, a thread each, of the tokens that leave the same rest: it goes through all tokens of the
// batch in order and adds up its own.
template <class DY, int Rows, int Padding>
struct EmbeddingWeights {
  static constexpr int threads = 128, shared_bytes = 0, rests = Rows < 64 ? Rows : 64;
  static constexpr int chunks = ceil_div(DY::channels, threads);
  Tokens tokens;
  DY dy;
  long batch;
  float* dw;

  long blocks() const { return long(chunks) * rests; }
  CNNC_DEVICE void operator()() const {
    const int rest = int(block_index() / chunks), c = int(block_index() % chunks) * threads + thread_index();
    if (c >= DY::channels) return;
    for (long v = rest; v < Rows; v += rests) write(dw + v * DY::channels + c, 0.f);
    for (long n = 0; n < batch; n++)
      for (int l = 0; l < DY::width; l++) {
        const int t = tokens(n, l);
        if (t % rests != rest || t == Padding) continue;
        float* const to = dw + long(t) * DY::channels + c;
        write(to, read(to) + float(read(dy.at(n, 0, l, c))));
      }
  }
};

// dw[v,c] = Σ_{n,l: t[n,l] = v} dy[n,l,c], 0 for v = Padding.
template <int Rows, int Padding, class DY>
EmbeddingWeights<DY, Rows, Padding> table_gradient(Tokens tokens, DY dy, long batch, float* dw) {
  return {tokens, dy, batch, dw};
}

}  // namespace cnnc::CNNC_ISA
