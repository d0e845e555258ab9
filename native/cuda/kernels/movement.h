// Elements at other places: a thread for each element of the result.
#pragma once
#include "../../kernels/gather.h"
#include "../../kernels/reshape.h"
#include "elements.h"

namespace cnnc::CNNC_ISA {

// The operands of a concatenation, one after the other.
template <class X, class... More>
struct Operands {
  X x;
  Operands<More...> more;
  static constexpr int channels = X::channels + Operands<More...>::channels;
  CNNC_DEVICE f32x1 load(At at) const {
    if (at.c < X::channels) return f32x1::load(x.at(at.n, at.h, at.w, at.c));
    at.c -= X::channels;
    return more.load(at);
  }
};
template <class X>
struct Operands<X> {
  X x;
  static constexpr int channels = X::channels;
  CNNC_DEVICE f32x1 load(At at) const { return f32x1::load(x.at(at.n, at.h, at.w, at.c)); }
};
template <class X>
CNNC_INLINE Operands<X> operands_of(X x) {
  return {x};
}
template <class X, class Y, class... More>
CNNC_INLINE Operands<X, Y, More...> operands_of(X x, Y y, More... more) {
  return {x, operands_of(y, more...)};
}

template <class Y, class All, class Steps>
struct Concat : Elements<Y> {
  All operands;
  Steps steps;
  CNNC_DEVICE void operator()() const {
    At at;
    if (this->find(at)) steps(operands.load(at), at);
  }
};

// y[n,h,w,·] = x₁[n,h,w,·], x₂[n,h,w,·], …
template <class Y, class Steps, class... X>
auto concat_channels(long batch, const Steps& steps, X... x) {
  return Concat<Y, Operands<X...>, Steps>{{batch}, operands_of(x...), steps};
}

template <class Y, class X, class Axes, class Steps>
struct Gather : Elements<Y> {
  X x;
  float fill;
  Steps steps;
  CNNC_DEVICE void operator()() const {
    At at;
    if (!this->find(at)) return;
    constexpr Axes axes;
    const auto rows = axes.rows();
    const auto columns = axes.columns();
    const auto channels = axes.channels();
    const bool reads = rows.reads(at.h) && columns.reads(at.w) && channels.reads(at.c);
    f32x1 sum(reads ? 0.f : fill);
    const auto* first = x.at(at.n, 0, 0);
    if (reads)
      each_tap(rows, at.h, [&](long row, float a) {
        each_tap(columns, at.w, [&](long column, float b) {
          sum = fma(f32x1(a * b), f32x1::load(first + row + column + channels.at(at.c)), sum);
        });
      });
    steps(sum, at);
  }
};

// y[n,h,w,c] = Σ_{i,j} rows.weight[i]·columns.weight[j]·x[n; rows.offset[i] + columns.offset[j] + channels.offset[c]] over
// what h and w read, `fill` where one of them, or c, reads nothing.
template <class Y, class Axes, class X, class Steps>
Gather<Y, X, Axes, Steps> gather_elements(X x, float fill, long batch, const Steps& steps) {
  return {{batch}, x, fill, steps};
}

template <class Y, class X, class Steps>
struct Reshape : Elements<Y> {
  X x;
  Steps steps;
  CNNC_DEVICE void operator()() const {
    At at;
    if (!this->find(at)) return;
    constexpr int plane = X::height * X::width;
    const int i = (at.c * Y::height + at.h) * Y::width + at.w;
    steps(f32x1::load(x.at(at.n, i % plane / X::width, i % X::width, i / plane)), at);
  }
};

// y[i] = x[i], i = (c·H + h)·W + w in either shape.
template <class Y, class X, class Steps>
Reshape<Y, X, Steps> reshape_elements(X x, long batch, const Steps& steps) {
  return {{batch}, x, steps};
}

template <int Before, int After, class X, class Steps>
struct ChannelWindow : Elements<X> {
  X x;
  Steps steps;
  CNNC_DEVICE void operator()() const {
    At at;
    if (!this->find(at)) return;
    f32x1 sum = f32x1::zero();
    for (int c = max(0, at.c - Before); c <= min(X::channels - 1, at.c + After); c++)
      sum = sum + f32x1::load(x.at(at.n, at.h, at.w, c));
    steps(sum, at);
  }
};

// y[n,h,w,c] = Σ x[n,h,w,c + j] over j of -Before … After and channels that there are.
template <int Before, int After, class X, class Steps>
ChannelWindow<Before, After, X, Steps> sum_of_neighbours(X x, long batch, const Steps& steps) {
  return {{batch}, x, steps};
}

}  // namespace cnnc::CNNC_ISA
