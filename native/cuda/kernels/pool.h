// Pooling and its gradient: a thread for each element, over the windows that the CPU's kernels know.
#pragma once
#include "../../kernels/pool.h"
#include "../../kernels/pool_grad.h"
#include "elements.h"

namespace cnnc::CNNC_ISA {

template <class X, Pooling how, Window k, int P, int Q, class Index, class Steps>
struct Pool : Elements<Tensor<P, Q, X::channels>> {
  X x;
  Index index;
  Steps steps;
  CNNC_DEVICE void operator()() const {
    At at;
    if (!this->find(at)) return;
    const int h = at.h * k.sh - k.ph, w = at.w * k.sw - k.pw;
    const Range r = taps_inside(h, k.kh, k.dh, X::height), s = taps_inside(w, k.kw, k.dw, X::width);
    const SampleRows<X> rows{x, at.n};
    f32x1 tap, v = pool_window<f32x1, X, how, k, keeps<Index>>(rows, h, w, r, s, at.c, tap);
    if constexpr (keeps<Index>) tap.store(index.at(at.n, at.h, at.w, at.c));
    if constexpr (how != Pooling::max) v = v * f32x1(share<how, k, X::height, X::width, P, Q>(at.h, at.w));
    steps(v, at);
  }
};

// y[n,p,q,c] = max, sum or average over r,s of x[n, p·sh + r·dh - ph, q·sw + s·dw - pw, c]; index receives the tap of the
// first maximum.
template <class X, Pooling how, Window k, int P, int Q, class Index, class Steps>
Pool<X, how, k, P, Q, Index, Steps> pool_windows(X x, Index index, long batch, const Steps& steps) {
  return {{batch}, x, index, steps};
}

template <class DY, Pooling how, Window k, int H, int W, class Index, class Steps>
struct PoolGrad : Elements<Tensor<H, W, DY::channels>> {
  DY dy;
  Index index;
  Steps steps;
  CNNC_DEVICE void operator()() const {
    At at;
    if (!this->find(at)) return;
    const Range rows = windows_over(at.h, (k.kh - 1) * k.dh + 1, k.sh, k.ph, DY::height);
    const Range columns = windows_over(at.w, (k.kw - 1) * k.dw + 1, k.sw, k.pw, DY::width);
    steps(pool_grad_pixel<f32x1, DY, how, k, H, W>(dy, index, rows, columns, at), at);
  }
};

// dx[n,h,w,c] = Σ dy[n,p,q,c]·(share of pixel (h,w) in window (p,q))
template <class DY, Pooling how, Window k, int H, int W, class Index, class Steps>
PoolGrad<DY, how, k, H, W, Index, Steps> pool_windows_grad(DY dy, Index index, long batch, const Steps& steps) {
  return {{batch}, dy, index, steps};
}

}  // namespace cnnc::CNNC_ISA
