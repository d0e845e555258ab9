// Numbers for each sample: a block for a sample.
#pragma once
#include "pixels.h"

namespace cnnc::CNNC_ISA {

struct SampleBlocks {
  static constexpr int threads = 256, warps = threads / warp_size, shared_bytes = warps * int(sizeof(double));
  long batch;
  long blocks() const { return batch; }
};

// out[n] = Σ over pixels of term(at), or their mean. A warp has a pixel.
template <class X, class Term>
struct PixelMean : SampleBlocks {
  Term term;
  float* out;
  CNNC_DEVICE void operator()() const {
    double total = 0;
    for (int pixel = warp_index(); pixel < X::height * X::width; pixel += warps)
      total += double(term(At{block_index(), pixel / X::width, pixel % X::width, 0}));
    // All lanes of a warp have the same.
    const double all = block_sum<threads>(lane_index() == 0 ? total : 0, shared_memory<double>(0));
    if (thread_index() == 0) write(out + block_index(), float(all / (X::height * X::width)));
  }
};

template <class X>
struct CrossEntropyTerm {
  X x;
  const int32_t* target;
  CNNC_DEVICE float operator()(At at) const {
    const auto [most, sum] = exponentials(x, at);
    const int t = read(target + (at.n * X::height + at.h) * X::width + at.w);
    const float chosen = t >= 0 && t < X::channels ? value_at(x, at, t) : most;
    return log_of(sum) + (most - chosen);
  }
};
// loss[n] = mean over h,w of log Σ_c exp(x[n,h,w,c]) - x[n,h,w,target]
template <class X>
PixelMean<X, CrossEntropyTerm<X>> cross_entropy_of(X x, const int32_t* target, long batch, float* loss) {
  return {{batch}, {x, target}, loss};
}

template <class X>
struct HitTerm {
  X x;
  const int32_t* target;
  // 1 where the first largest channel is the target: none is larger, and none before it as large.
  CNNC_DEVICE float operator()(At at) const {
    const int t = read(target + (at.n * X::height + at.h) * X::width + at.w);
    if (t < 0 || t >= X::channels) return 0;
    const float chosen = value_at(x, at, t);
    const float better = sum_over_channels<X::channels>([&](int c) {
      const float v = value_at(x, at, c);
      return v > chosen || (v == chosen && c < t) ? 1.f : 0.f;
    });
    return better == 0 ? 1.f : 0.f;
  }
};
// hits[n] = share of the pixels whose first largest logit is the target
template <class X>
PixelMean<X, HitTerm<X>> class_hits_of(X x, const int32_t* target, long batch, float* hits) {
  return {{batch}, {x, target}, hits};
}

template <class X>
struct SampleSum : SampleBlocks {
  static constexpr int size = X::height * X::width * X::channels;
  X x;
  float* out;
  CNNC_DEVICE float element(int i) const {
    const int pixel = i / X::channels;
    return float(read(x.at(block_index(), pixel / X::width, pixel % X::width, i % X::channels)));
  }
  CNNC_DEVICE void operator()() const {
    double own = 0;
    for (int i = thread_index(); i < size; i += threads) own += double(element(i));
    const double all = block_sum<threads>(own, shared_memory<double>(0));
    if (thread_index() == 0) write(out + block_index(), float(all));
  }
};
// out[n] = Σ_{h,w,c} x[n,h,w,c]
template <class X>
SampleSum<X> sum_of_samples(X x, long batch, float* out) {
  return {{batch}, x, out};
}

// One block: the mean of N numbers.
struct BatchMean {
  static constexpr int threads = 256, shared_bytes = threads / warp_size * int(sizeof(double));
  const float* v;
  long batch;
  double* out;
  long blocks() const { return 1; }
  CNNC_DEVICE void operator()() const {
    double own = 0;
    for (long n = thread_index(); n < batch; n += threads) own += double(read(v + n));
    const double all = block_sum<threads>(own, shared_memory<double>(0));
    if (thread_index() == 0) write(out, batch > 0 ? all / double(batch) : 0);
  }
};
inline BatchMean mean_of_batch(const float* v, long batch, double* out) { return {v, batch, out}; }

// A block for a group of channels of a sample.
template <class X, int Groups>
struct GroupBlocks {
  static constexpr int threads = 256, shared_bytes = threads / warp_size * int(sizeof(double));
  static constexpr int channels = X::channels / Groups, size = X::height * X::width * channels;
  long batch;
  long blocks() const { return batch * Groups; }
  // Element i of the group.
  CNNC_DEVICE At element(int i) const {
    const int pixel = i / channels;
    return {block_index() / Groups, pixel / X::width, pixel % X::width, int(block_index() % Groups) * channels + i % channels};
  }
  // Σ f(at) over the group.
  template <class F>
  CNNC_DEVICE double sum(const F& f) const {
    return block_sum<threads>(sum_of_run(thread_index(), size, threads, [&](long i) { return f(element(int(i))); }),
                              shared_memory<double>(0));
  }
};

template <int Groups, class X, class Scale, class Steps>
struct GroupNorm : GroupBlocks<X, Groups> {
  using Blocks = GroupBlocks<X, Groups>;
  X x;
  float eps;
  Scale scale;
  Steps steps;
  CNNC_DEVICE void operator()() const {
    const At first = this->element(0);
    const float shift = value_at(x, first, first.c);
    const double offset = this->sum([&](At at) { return value_at(x, at, at.c) - shift; });
    const float mean = float(double(shift) + offset / Blocks::size);
    const double squares = this->sum([&](At at) {
      const float d = value_at(x, at, at.c) - mean;
      return d * d;
    });
    const float inv_std = float(1 / __builtin_sqrt(squares / Blocks::size + double(eps)));
    if constexpr (keeps_scale<Scale>)
      for (int c = thread_index(); c < Blocks::channels; c += Blocks::threads)
        f32x1(inv_std).store(scale.at(first.n, 0, 0, first.c + c));
    for (int i = thread_index(); i < Blocks::size; i += Blocks::threads) {
      const At at = this->element(i);
      steps(f32x1((value_at(x, at, at.c) - mean) * inv_std), at);
    }
  }
};
// y[n,h,w,c] = (x[n,h,w,c] - mean)·inv_std with the moments of the channel's group over sample n.
template <int Groups, class X, class Scale, class Steps>
GroupNorm<Groups, X, Scale, Steps> norm_over_groups(X x, float eps, Scale scale, long batch, const Steps& steps) {
  return {{batch}, x, eps, scale, steps};
}

template <int Groups, class Y, class DY, class Scale, class Steps>
struct GroupNormGrad : GroupBlocks<Y, Groups> {
  using Blocks = GroupBlocks<Y, Groups>;
  Y y;
  DY dy;
  Scale scale;
  Steps steps;
  CNNC_DEVICE void operator()() const {
    const float plain = float(this->sum([&](At at) { return value_at(dy, at, at.c); }) / Blocks::size);
    const float scaled = float(this->sum([&](At at) { return value_at(dy, at, at.c) * value_at(y, at, at.c); }) / Blocks::size);
    for (int i = thread_index(); i < Blocks::size; i += Blocks::threads) {
      const At at = this->element(i);
      const float d = (value_at(dy, at, at.c) - plain) - value_at(y, at, at.c) * scaled;
      steps(f32x1(d * float(read(scale.at(at.n, 0, 0, at.c)))), at);
    }
  }
};
// dx = inv_std·(dy - Σdy/M - y·Σ(dy·y)/M), the sums over the M elements of the group.
template <int Groups, class Y, class DY, class Scale, class Steps>
GroupNormGrad<Groups, Y, DY, Scale, Steps> norm_over_groups_gradient(Y y, DY dy, Scale scale, long batch, const Steps& steps) {
  return {{batch}, y, dy, scale, steps};
}

}  // namespace cnnc::CNNC_ISA
