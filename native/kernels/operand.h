// How a kernel turns input channel j of a pixel into a vector over output channels.
#pragma once
#include "../simd/simd.h"
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

// Every output channel sees the same input channels.
template <class V>
struct Broadcast {
  template <class T>
  CNNC_INLINE V operator()(const T* pixel, int j) const { return V(float(pixel[j])); }
};

// Output channel k sees its own input channel k (depthwise). X is the tensor read.
template <class V, class X>
struct Own {
  int k0;
  template <class T>
  CNNC_INLINE V operator()(const T* pixel, int) const { return load_lanes<V, X>(pixel, k0); }
};

// Output channel k sees channels (k / Out)·In + j, j < In, of its group.
template <class V>
struct OfGroup {
  typename V::index first;
  CNNC_INLINE V operator()(const float* pixel, int j) const { return V::gather(pixel + j, first); }
};

// The operand for output channels k0 .. of a convolution whose groups have Out outputs and In inputs.
// Lanes past the last of the K outputs read the last one's input.
template <class V, class X, int K, int Out, int In>
CNNC_INLINE auto group_operand(int k0) {
  if constexpr (Out == 1 && In == 1) {
    return Own<V, X>{k0};
  } else {
    uint32_t first[V::lanes];
    for (int i = 0; i < V::lanes; i++) first[i] = uint32_t(min(k0 + i, K - 1) / Out * In);
    return OfGroup<V>{V::index::load(first)};
  }
}

}  // namespace cnnc::CNNC_ISA
