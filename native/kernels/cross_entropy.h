// Cross entropy of logits against one class per pixel, its gradient, and how often the largest logit is right.
#pragma once
#include "softmax.h"

namespace cnnc::CNNC_ISA {

// One in lane `target` of lanes c.., zero elsewhere. A target outside the channels is nowhere.
template <class V>
CNNC_INLINE V one_hot(int c, int32_t target) {
  return select(V::u32::iota() == typename V::u32(uint32_t(target - c)), V(1.f), V::zero());
}

// Calls f(pixel, target, h, w) for rows [h0, h1); target is [n][h][w].
template <class X, class F>
CNNC_INLINE void each_pixel(X x, const int32_t* target, long n, int h0, int h1, const F& f) {
  for (int h = h0; h < h1; h++)
    for (int w = 0; w < X::width; w++) f(x.at(n, h, w), target[(n * X::height + h) * X::width + w], h, w);
}

// loss[n] = mean over h,w of log Σ_c exp(x[n,h,w,c]) - x[n,h,w,target]
template <class V, class X>
CNNC_KERNEL void cross_entropy(X logits, const int32_t* target, long n, float* loss) {
  float total = 0;
  each_pixel(logits, target, n, 0, X::height, [&](const auto* pixel, int32_t t, int, int) CNNC_ALWAYS_INLINE {
    float m = largest_channel<V, X>(pixel);
    float chosen = t >= 0 && t < X::channels ? float(pixel[t]) : m;
    total += log_of(sum_of_exp<V, X>(pixel, m, nullptr)) + (m - chosen);
  });
  loss[n] = total / float(X::height * X::width);
}

// dx[n,h,w,c] = (softmax(x[n,h,w])[c] - (c = target)) · dloss[n] / (H·W) for rows [h0, h1)
template <class V, class X, class Body>
CNNC_KERNEL void cross_entropy_grad(X logits, const int32_t* target, const float* dloss, long n, int h0, int h1,
                                    Body body) {
  const float share = dloss[n] / float(X::height * X::width);
  each_pixel(logits, target, n, h0, h1, [&](const auto* pixel, int32_t t, int h, int w) CNNC_ALWAYS_INLINE {
    alignas(64) float e[round_up(X::channels, V::lanes)];
    V scale(1.f / sum_of_exp<V, X>(pixel, largest_channel<V, X>(pixel), e));
    for (int c = 0; c < X::channels; c += V::lanes)
      body((V::load(e + c) * scale - one_hot<V>(c, t)) * V(share), At{n, h, w, c});
  });
}

// hits[n] = share of the pixels whose first largest logit is the target
template <class V, class X>
CNNC_KERNEL void class_hits(X logits, const int32_t* target, long n, float* hits) {
  int right = 0;
  each_pixel(logits, target, n, 0, X::height, [&](const auto* pixel, int32_t t, int, int) CNNC_ALWAYS_INLINE {
    const float m = largest_channel<V, X>(pixel);
    int first = 0;
    while (first < X::channels && !(float(pixel[first]) == m)) first++;
    right += first == t;
  });
  hits[n] = float(right) / float(X::height * X::width);
}

}  // namespace cnnc::CNNC_ISA
