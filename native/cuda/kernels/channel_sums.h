// Sums for each channel over all pixels of the batch: a block for a part of the pixels and 32 channels, then the parts in
// order.
#pragma once
#include "../../tensor/window.h"
#include "../../simd/simd.h"
#include "sums.h"

namespace cnnc::CNNC_ISA {

// Two sums at a time.
struct Pair {
  float a, b;
};
struct Sums2 {
  double a, b;
};

// Part `part` of `parts` of the pixels n·H·W + h·W + w of a batch.
struct Pixels {
  long begin, end;
};
CNNC_INLINE Pixels part_of_pixels(long pixels, int parts, int part) { return {pixels * part / parts, pixels * (part + 1) / parts}; }

// `term(at)` gives what pixel and channel add.
template <class X, int Parts, class Term>
struct ChannelSums {
  static constexpr int channels = 32, rows = 8, threads = channels * rows, shared_bytes = threads * 2 * int(sizeof(double));
  static constexpr int chunks = ceil_div(X::channels, channels);
  long batch;
  Term term;
  Sums2* parts;
  long stride;  // from part to part

  long blocks() const { return long(chunks) * Parts; }
  CNNC_DEVICE void operator()() const {
    const int part = int(block_index() / chunks), lane = thread_index() % channels, row = thread_index() / channels;
    const int c = int(block_index() % chunks) * channels + lane;
    const Shared<double> room = shared_memory<double>(0);
    const auto [begin, end] = part_of_pixels(batch * X::height * X::width, Parts, part);
    Sums2 own{0, 0};
    if (c < X::channels)
      for (long i = begin + row; i < end;) {
        Pair sum{0, 0};
        for (int k = 0; k < 32 && i < end; k++, i += rows) {
          const int pixel = int(i % (X::height * X::width));
          const Pair add = term(At{i / (X::height * X::width), pixel / X::width, pixel % X::width, c});
          sum.a += add.a, sum.b += add.b;
        }
        own.a += double(sum.a), own.b += double(sum.b);
      }
    room.store(2 * thread_index(), own.a);
    room.store(2 * thread_index() + 1, own.b);
    sync_block();
    if (row > 0 || c >= X::channels) return;
    for (int r = 1; r < rows; r++) {
      own.a += room.load(2 * (r * channels + lane));
      own.b += room.load(2 * (r * channels + lane) + 1);
    }
    write(parts + part * stride + c, own);
  }
};

// A thread for each channel, which gets the sums of its parts.
template <int C, int Parts, class Finish>
struct FinishSums {
  static constexpr int threads = 128, shared_bytes = 0;
  const Sums2* parts;
  long stride;
  Finish finish;

  long blocks() const { return ceil_div(C, threads); }
  CNNC_DEVICE void operator()() const {
    const int c = int(block_index()) * threads + thread_index();
    if (c >= C) return;
    Sums2 all{0, 0};
    for (int i = 0; i < Parts; i++) {
      const Sums2 part = read(parts + i * stride + c);
      all.a += part.a, all.b += part.b;
    }
    finish(all, c);
  }
};

// Of a batch's moments: Σ (x - shift) and Σ (x - shift)², about the channel's first pixel, near which no digits are lost.
template <class X>
struct MomentTerm {
  X x;
  CNNC_DEVICE Pair operator()(At at) const {
    const float d = float(read(x.at(at.n, at.h, at.w, at.c))) - float(read(x.at(0, 0, 0, at.c)));
    return {d, d * d};
  }
};
template <int Parts, class X>
ChannelSums<X, Parts, MomentTerm<X>> sums_of_moments(X x, long batch, float* parts, long stride) {
  return {batch, {x}, reinterpret_cast<Sums2*>(parts), stride};
}

// → mean and 1/√(variance + eps) of the batch (biased variance); the running values move by `momentum` (unbiased variance).
template <class X>
struct FinishMoments {
  X x;
  long batch;
  float eps, momentum;
  float *mean, *inv_std, *running_mean, *running_variance;
  CNNC_DEVICE void operator()(Sums2 sums, int c) const {
    const double count = double(batch * X::height * X::width);
    const double m = double(float(read(x.at(0, 0, 0, c)))) + sums.a / count;
    const double squares = sums.b - sums.a * sums.a / count, all = squares > 0 ? squares : 0;
    const double variance = all / count, unbiased = count > 1 ? all / (count - 1) : 0;
    write(mean + c, float(m));
    write(inv_std + c, float(1 / __builtin_sqrt(variance + double(eps))));
    if (!running_mean) return;
    const double old_mean = double(read(running_mean + c)), old_variance = double(read(running_variance + c));
    write(running_mean + c, float(old_mean + double(momentum) * (m - old_mean)));
    write(running_variance + c, float(old_variance + double(momentum) * (unbiased - old_variance)));
  }
};
template <int Parts, class X>
FinishSums<X::channels, Parts, FinishMoments<X>> finish_moments_of(const float* parts, long stride, const FinishMoments<X>& finish) {
  return {reinterpret_cast<const Sums2*>(parts), stride, finish};
}

// Of a batch normalisation's gradient: Σ dy and Σ dy·(x - mean)·inv_std.
template <class DY, class X>
struct NormGradientTerm {
  DY dy;
  X x;
  const float *mean, *inv_std;
  CNNC_DEVICE Pair operator()(At at) const {
    const float d = float(read(dy.at(at.n, at.h, at.w, at.c)));
    return {d, d * ((float(read(x.at(at.n, at.h, at.w, at.c))) - read(mean + at.c)) * read(inv_std + at.c))};
  }
};
template <int Parts, class DY, class X>
ChannelSums<X, Parts, NormGradientTerm<DY, X>> sums_of_norm_gradient(DY dy, X x, const float* mean, const float* inv_std,
                                                                     long batch, float* parts, long stride) {
  return {batch, {dy, x, mean, inv_std}, reinterpret_cast<Sums2*>(parts), stride};
}

struct StoreBoth {
  float *plain, *scaled;
  CNNC_DEVICE void operator()(Sums2 sums, int c) const {
    write(plain + c, float(sums.a));
    if (scaled) write(scaled + c, float(sums.b));
  }
};
template <int C, int Parts>
FinishSums<C, Parts, StoreBoth> store_sums(const float* parts, long stride, float* plain, float* scaled) {
  return {reinterpret_cast<const Sums2*>(parts), stride, {plain, scaled}};
}

// Σ x
template <class X>
struct PlainTerm {
  X x;
  CNNC_DEVICE Pair operator()(At at) const { return {float(read(x.at(at.n, at.h, at.w, at.c))), 0}; }
};
template <int Parts, class X>
ChannelSums<X, Parts, PlainTerm<X>> sums_of_channels(X x, long batch, float* parts, long stride) {
  return {batch, {x}, reinterpret_cast<Sums2*>(parts), stride};
}

// Which units fire: a channel's byte becomes 1 where some x > 0, and stays 1. Whoever finds it writes the same.
template <class X>
struct Activity {
  static constexpr int channels = 32, rows = 8, threads = channels * rows, shared_bytes = 0, parts = 64;
  static constexpr int chunks = ceil_div(X::channels, channels);
  X x;
  long batch;
  uint8_t* fired;

  long blocks() const { return long(chunks) * parts; }
  CNNC_DEVICE void operator()() const {
    const int part = int(block_index() / chunks), c = int(block_index() % chunks) * channels + thread_index() % channels;
    if (c >= X::channels || read(fired + c)) return;
    const auto [begin, end] = part_of_pixels(batch * X::height * X::width, parts, part);
    for (long i = begin + thread_index() / channels; i < end; i += rows) {
      const int pixel = int(i % (X::height * X::width));
      if (float(read(x.at(i / (X::height * X::width), pixel / X::width, pixel % X::width, c))) > 0) return write(fired + c, uint8_t{1});
    }
  }
};
template <class X>
Activity<X> mark_activity(X x, long batch, uint8_t* fired) {
  return {x, batch, fired};
}

}  // namespace cnnc::CNNC_ISA
