// Results in the caller's order.
#pragma once
#include "elements.h"

namespace cnnc::CNNC_ISA {

template <class X>
struct Flatten : Elements<X> {
  X x;
  float* y;
  CNNC_DEVICE void operator()() const {
    At at;
    if (!this->find(at)) return;
    const long i = (at.n * X::channels + at.c) * X::height + at.h;
    write(y + i * X::width + at.w, float(read(x.at(at.n, at.h, at.w, at.c))));
  }
};

// y[((n·C + c)·H + h)·W + w] = x[n,h,w,c]
template <class X>
Flatten<X> flatten(X x, long batch, float* y) {
  return {{batch}, x, y};
}

}  // namespace cnnc::CNNC_ISA
