// A convolution whose rows go straight into a pool: only a band of them exists at a time.
#pragma once
#include "conv_direct.h"
#include "pool.h"

namespace cnnc::CNNC_ISA {

// The last `Rows` rows of one block of a convolution's results; row h lives in slot h % Rows.
template <class X, int Rows>
struct Band {
  float* data;
  CNNC_INLINE float* operator()(int h) const { return data + long(h % Rows) * X::row; }
};

// Keeps in the band what the body makes of a convolution's results.
template <class X, int Rows, class Body>
struct ToBand {
  Band<X, Rows> band;
  const Body& body;
  int k0;
  template <class V>
  CNNC_INLINE V operator()(V core, At at) const {
    V v = body(core, at);
    v.store(band(at.h) + at.w * X::pixel + at.c - k0);
    return v;
  }
};

// Rows of the convolution that pooled row h reads first, clipped to its P rows.
template <Window w, int P>
constexpr int pooled_from(int h) {
  return max(0, min(P, h * w.sh - w.ph));
}

// y = pool(body(conv(x))) for pooled rows [h0, h1), through pool_body. Every row of the convolution that they read is
// computed once per call; with All, also rows that no window reads, each in the call whose rows lie around it. index, where
// there is one, receives the tap of each maximum.
template <class V, class X, Window k, int K, int G, int P, int Q, Tile t, Pooling how, Window pw, int PP, int PQ,
          bool All = false, class Body, class PoolBody, class Index = NoIndex>
CNNC_KERNEL void conv_pool(X x, const float* w, long n, int h0, int h1, Body body, PoolBody pool_body, Index index = {}) {
  constexpr int in = X::channels / G, out = K / G, reach = (pw.kh - 1) * pw.dh + 1;
  static_assert(X::channels % G == 0 && K % G == 0 && (G == 1 || out % V::lanes == 0));
  constexpr int width = min(t.vectors, ceil_div(out, V::lanes)) * V::lanes;
  static_assert(long(min(reach, P)) * Q * width <= 1 << 18, "the band would not fit the stack of a thread");
  alignas(64) float memory[min(reach, P) * Q * width];
  for (int g = 0; g < G; g++)
    tiled<t.vectors, ceil_div(out, V::lanes)>([&](auto vectors, int v) CNNC_ALWAYS_INLINE {
      constexpr int N = decltype(vectors)::value, lanes = N * V::lanes;
      // Lanes past the last channel are pooled too, into padding lanes.
      using Block = Tensor<P, Q, lanes>;
      int k0 = g * out + v * V::lanes;
      const float* block = w + long(k0) * k.kh * k.kw * in;
      Band<Block, min(reach, P)> band{memory};
      ToBand<Block, min(reach, P), Body> to_band{band, body, k0};
      int next = All && h0 == 0 ? 0 : pooled_from<pw, P>(h0);
      auto compute_to = [&](int end) CNNC_ALWAYS_INLINE {
        for (; next < end; next++)
          conv_row<V, X, k, in, Q, t.pixels, N>(x, block, Broadcast<V>{}, g * in, At{n, next, 0, k0}, to_band);
      };
      for (int h = h0; h < h1; h++) {
        if (!All) next = max(next, pooled_from<pw, P>(h));
        compute_to(max(0, min(P, h * pw.sh - pw.ph + reach)));
        pool_row<V, Block, how, pw, PP, PQ>(band, index, n, h, k0, pool_body);
      }
      if (All) compute_to(h1 == PP ? P : pooled_from<pw, P>(h1));
    });
}

}  // namespace cnnc::CNNC_ISA
