// Pointwise work that no other kernel could take along: the body does all of it.
#pragma once
#include "../simd/columns.h"
#include "../simd/simd.h"
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

// body(0, At{n,h,w,c}) for rows [h0, h1) of sample n; Y gives height, width and channels.
template <class V, class Y, class Body>
CNNC_KERNEL void map(long n, int h0, int h1, Body body) {
  for (int h = h0; h < h1; h++)
    for (int w = 0; w < Y::width; w++)
      for (int c = 0; c < Y::channels; c += V::lanes) body(V::zero(), At{n, h, w, c});
}

// The same for few channels that are made of the caller's memory: V::lanes pixels side by side at a time, of which the body computes
// channel after channel. The last vector of a row begins where it ends with it.
template <class V, class Y, class Body>
CNNC_KERNEL void map_columns(Y y, long n, int h0, int h1, Body body) {
  static_assert(Y::width >= V::lanes);
  for (int h = h0; h < h1; h++)
    for (int w0 = 0; w0 < Y::width; w0 += V::lanes) {
      const int w = min(w0, Y::width - V::lanes);
      alignas(64) float values[Y::channels][V::lanes];
      CNNC_UNROLL for (int c = 0; c < Y::channels; c++)
        V(body(Columns<V>(V::zero()), At{n, h, w, c})).store(values[c]);
      float* pixel = y.at(n, h, w);
      for (int i = 0; i < V::lanes; i++)
        CNNC_UNROLL for (int c = 0; c < Y::channels; c++) pixel[i * Y::pixel + c] = values[c][i];
    }
}

// body(0, i) for i = i0, i0 + lanes, … < i1; both ends are multiples of the lanes.
template <class V, class Body>
CNNC_INLINE void map_flat(long i0, long i1, const Body& body) {
  for (long i = i0; i < i1; i += V::lanes) body(V::zero(), i);
}

}  // namespace cnnc::CNNC_ISA
