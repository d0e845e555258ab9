// Pointwise work that no other kernel could take along: the body does all of it.
#pragma once
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

// body(0, i) for i = i0, i0 + lanes, … < i1; both ends are multiples of the lanes.
template <class V, class Body>
CNNC_INLINE void map_flat(long i0, long i1, const Body& body) {
  for (long i = i0; i < i1; i += V::lanes) body(V::zero(), i);
}

}  // namespace cnnc::CNNC_ISA
