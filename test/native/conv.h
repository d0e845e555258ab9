// Convolutions by naive loops in double precision.
#pragma once
#include "check.h"

// Everything about a convolution that its test needs to know; P and Q are the output's size, so that padding after the
// image may differ from padding before it.
struct ConvCase {
  int H, W, C, K, G;
  Window k;
  int P, Q;
};

template <ConvCase s>
long logical_weights = long(s.K) * (s.C / s.G) * s.k.kh * s.k.kw;

template <ConvCase s, class F>
void each_product(long batch, const F& f) {
  constexpr int in = s.C / s.G, out = s.K / s.G;
  for (long n = 0; n < batch; n++)
    for (int p = 0; p < s.P; p++)
      for (int q = 0; q < s.Q; q++)
        for (int o = 0; o < s.K; o++)
          for (int c = 0; c < in; c++)
            for (int r = 0; r < s.k.kh; r++)
              for (int t = 0; t < s.k.kw; t++) {
                int h = p * s.k.sh + r * s.k.dh - s.k.ph, w = q * s.k.sw + t * s.k.dw - s.k.pw;
                if (h < 0 || w < 0 || h >= s.H || w >= s.W) continue;
                long y = ((n * s.P + p) * s.Q + q) * s.K + o;
                long x = ((n * s.H + h) * s.W + w) * s.C + o / out * in + c;
                long weight = ((long(o) * in + c) * s.k.kh + r) * s.k.kw + t;
                f(y, x, weight);
              }
}

struct ConvReference {
  std::vector<double> y, dx, dw;
};

template <ConvCase s>
ConvReference conv_reference(long batch, const std::vector<double>& x, const std::vector<float>& w,
                             const std::vector<double>& dy) {
  ConvReference ref{std::vector<double>(dy.size()), std::vector<double>(x.size()), std::vector<double>(w.size())};
  each_product<s>(batch, [&](long yi, long xi, long wi) {
    ref.y[yi] += x[xi] * w[wi];
    ref.dx[xi] += dy[yi] * w[wi];
    ref.dw[wi] += dy[yi] * x[xi];
  });
  return ref;
}

template <ConvCase s, int Lanes>
using ConvInput = Tensor<s.H, s.W, s.C, Lanes == 0 ? s.C : round_up(s.C, max(1, Lanes)), conv_halo(s.k, s.W, s.Q).left,
                         conv_halo(s.k, s.W, s.Q).right>;
template <ConvCase s, int Lanes>
using ConvOutput = Tensor<s.P, s.Q, s.K, Lanes == 0 ? s.K : round_up(s.K, max(1, Lanes)),
                          conv_data_halo(s.k, s.W, s.Q).left, conv_data_halo(s.k, s.W, s.Q).right>;
