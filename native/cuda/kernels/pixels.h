// Work over the channels of each pixel: a warp for a pixel, its lanes go through the channels.
#pragma once
#include "../../kernels/cross_entropy.h"
#include "../../kernels/moments.h"
#include "../../kernels/softmax.h"
#include "sums.h"

namespace cnnc::CNNC_ISA {

// The pixel that a warp has.
template <class X>
struct PixelWarps {
  static constexpr int warps = 8, threads = warps * warp_size, shared_bytes = 0;
  long batch;

  long blocks() const { return (batch * X::height * X::width + warps - 1) / warps; }
  // False past the last; the whole warp finds the same.
  CNNC_DEVICE bool find(At& at) const {
    const long i = block_index() * warps + warp_index();
    if (i >= batch * X::height * X::width) return false;
    const int pixel = int(i % (X::height * X::width));
    at = {i / (X::height * X::width), pixel / X::width, pixel % X::width, 0};
    return true;
  }
};

template <class X>
CNNC_DEVICE float value_at(X x, At at, int c) {
  return float(read(x.at(at.n, at.h, at.w, c)));
}

// Σ f(c) over the C channels of the warp's pixel, in float and in double.
template <int C, class F>
CNNC_DEVICE float sum_over_channels(const F& f) {
  float total = 0;
  for (int c = lane_index(); c < C; c += warp_size) total += f(c);
  return warp_sum(total);
}
template <int C, class F>
CNNC_DEVICE double double_over_channels(const F& f) {
  return warp_sum(sum_of_run(lane_index(), C, warp_size, [&](long c) { return f(int(c)); }));
}

template <class F>
CNNC_DEVICE void each_channel(int channels, At at, const F& f) {
  for (at.c = lane_index(); at.c < channels; at.c += warp_size) f(at);
}

// Largest channel m of a pixel, and Σ_c exp(x[c] - m).
struct Exponentials {
  float most, sum;
};
template <class X>
CNNC_DEVICE Exponentials exponentials(X x, At at) {
  float most = -__builtin_inff();
  for (int c = lane_index(); c < X::channels; c += warp_size) {
    const float v = value_at(x, at, c);
    most = v > most ? v : most;
  }
  most = warp_largest(most);
  return {most, sum_over_channels<X::channels>([&](int c) { return exp(f32x1(value_at(x, at, c) - most)).v; })};
}

template <bool Log, class X, class Steps>
struct Softmax : PixelWarps<X> {
  X x;
  Steps steps;
  CNNC_DEVICE void operator()() const {
    At pixel;
    if (!this->find(pixel)) return;
    const auto [most, sum] = exponentials(x, pixel);
    const float rest = Log ? log_of(sum) : 1.f / sum;
    each_channel(X::channels, pixel, [&](At at) {
      const float v = value_at(x, at, at.c) - most;
      steps(f32x1(Log ? v - rest : exp(f32x1(v)).v * rest), at);
    });
  }
};

// y[n,h,w,c] = exp(x[c] - m) / Σ_j exp(x[j] - m), m = max_j x[j], or the logarithm of that.
template <bool Log, class X, class Steps>
Softmax<Log, X, Steps> softmax_of(X x, long batch, const Steps& steps) {
  return {{batch}, x, steps};
}

template <bool Log, class Y, class DY, class Steps>
struct SoftmaxGrad : PixelWarps<Y> {
  Y y;
  DY dy;
  Steps steps;
  CNNC_DEVICE void operator()() const {
    At pixel;
    if (!this->find(pixel)) return;
    const float all = sum_over_channels<Y::channels>(
        [&](int c) { return Log ? value_at(dy, pixel, c) : value_at(dy, pixel, c) * value_at(y, pixel, c); });
    each_channel(Y::channels, pixel, [&](At at) {
      const float v = value_at(y, at, at.c), d = value_at(dy, at, at.c);
      steps(f32x1(Log ? d - exp(f32x1(v)).v * all : v * (d - all)), at);
    });
  }
};

// dx[c] = y[c]·(dy[c] - Σ_j dy[j]·y[j]) of softmax, dx[c] = dy[c] - exp(y[c])·Σ_j dy[j] of its logarithm.
template <bool Log, class Y, class DY, class Steps>
SoftmaxGrad<Log, Y, DY, Steps> softmax_gradient(Y y, DY dy, long batch, const Steps& steps) {
  return {{batch}, y, dy, steps};
}

template <class X, class Scale, class Steps>
struct ChannelNorm : PixelWarps<X> {
  X x;
  float eps;
  Scale scale;
  Steps steps;
  CNNC_DEVICE void operator()() const {
    constexpr int C = X::channels;
    At pixel;
    if (!this->find(pixel)) return;
    const float shift = value_at(x, pixel, 0);
    const double offset = double_over_channels<C>([&](int c) { return value_at(x, pixel, c) - shift; });
    const float mean = float(double(shift) + offset / C);
    const double squares = double_over_channels<C>([&](int c) {
      const float d = value_at(x, pixel, c) - mean;
      return d * d;
    });
    const float inv_std = float(1 / __builtin_sqrt(squares / C + double(eps)));
    if constexpr (keeps_scale<Scale>)
      if (lane_index() == 0) f32x1(inv_std).store(scale.at(pixel.n, pixel.h, pixel.w));
    each_channel(C, pixel, [&](At at) { steps(f32x1((value_at(x, at, at.c) - mean) * inv_std), at); });
  }
};

// y[n,h,w,c] = (x[n,h,w,c] - mean)·inv_std with the moments of the pixel's channels; inv_std is kept in Scale.
template <class X, class Scale, class Steps>
ChannelNorm<X, Scale, Steps> norm_over_channels(X x, float eps, Scale scale, long batch, const Steps& steps) {
  return {{batch}, x, eps, scale, steps};
}

template <class Y, class DY, class Scale, class Steps>
struct ChannelNormGrad : PixelWarps<Y> {
  Y y;
  DY dy;
  Scale scale;
  Steps steps;
  CNNC_DEVICE void operator()() const {
    constexpr int C = Y::channels;
    At pixel;
    if (!this->find(pixel)) return;
    const float plain = float(double_over_channels<C>([&](int c) { return value_at(dy, pixel, c); }) / C);
    const float scaled = float(
        double_over_channels<C>([&](int c) { return value_at(dy, pixel, c) * value_at(y, pixel, c); }) / C);
    const float s = value_at(scale, pixel, 0);
    each_channel(C, pixel, [&](At at) {
      steps(f32x1(((value_at(dy, at, at.c) - plain) - value_at(y, at, at.c) * scaled) * s), at);
    });
  }
};

// dx = inv_std·(dy - Σdy/C - y·Σ(dy·y)/C), the sums over the C channels of the pixel.
template <class Y, class DY, class Scale, class Steps>
ChannelNormGrad<Y, DY, Scale, Steps> norm_over_channels_gradient(Y y, DY dy, Scale scale, long batch, const Steps& steps) {
  return {{batch}, y, dy, scale, steps};
}

template <class X, class Steps>
struct CrossEntropyGrad : PixelWarps<X> {
  X x;
  const int32_t* target;
  const float* dloss;
  Steps steps;
  CNNC_DEVICE void operator()() const {
    At pixel;
    if (!this->find(pixel)) return;
    const auto [most, sum] = exponentials(x, pixel);
    const float share = read(dloss + pixel.n) / float(X::height * X::width), scale = 1.f / sum;
    const int t = read(target + (pixel.n * X::height + pixel.h) * X::width + pixel.w);
    each_channel(X::channels, pixel, [&](At at) {
      const float p = exp(f32x1(value_at(x, at, at.c) - most)).v * scale;
      steps(f32x1((p - (at.c == t ? 1.f : 0.f)) * share), at);
    });
  }
};

// dx[n,h,w,c] = (softmax(x[n,h,w])[c] - (c = target)) · dloss[n] / (H·W)
template <class X, class Steps>
CrossEntropyGrad<X, Steps> cross_entropy_gradient(X x, const int32_t* target, const float* dloss, long batch, const Steps& steps) {
  return {{batch}, x, target, dloss, steps};
}

}  // namespace cnnc::CNNC_ISA
