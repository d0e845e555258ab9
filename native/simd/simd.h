// The vector types of this instruction set: f32x1 everywhere, f32x4 with NEON, f32x8 with AVX2, f32x16 with AVX-512.
#pragma once
#include <utility>
#include "f32x1.h"
#if defined(__AVX2__) && defined(__FMA__)
#include "f32x8.h"
#endif
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#include "f32x16.h"
#define CNNC_PAIRS
#endif
#if defined(__aarch64__) && !defined(CNNC_CUDA)
#include "f32x4.h"
#endif

namespace cnnc::CNNC_ISA {

// Lane i is the sum of the lanes of v[i], of as many vectors as they have lanes, which it uses up.
#if __has_builtin(__builtin_shufflevector) && !defined(CNNC_CUDA)
// Sums of pairs of lanes whose numbers differ in `Bit`: a's where a lane's number has no such bit, b's where it has.
template <int Bit, class V, int... lane>
CNNC_INLINE V paired_sums(V a, V b, std::integer_sequence<int, lane...>) {
  return V(__builtin_shufflevector(a.v, b.v, (lane & Bit ? V::lanes + lane - Bit : lane)...)) +
         V(__builtin_shufflevector(a.v, b.v, (lane & Bit ? V::lanes + lane : lane + Bit)...));
}
template <int Bit = 1, class V>
CNNC_INLINE V sums_of_lanes(V* v) {
  if constexpr (Bit >= V::lanes) {
    return v[0];
  } else {
    for (int i = 0; i < V::lanes / Bit / 2; i++)
      v[i] = paired_sums<Bit>(v[2 * i], v[2 * i + 1], std::make_integer_sequence<int, V::lanes>{});
    return sums_of_lanes<2 * Bit>(v);
  }
}
#else
template <class V>
CNNC_INLINE V sums_of_lanes(V* v) {
  float sums[V::lanes];
  for (int i = 0; i < V::lanes; i++) sums[i] = sum(v[i]);
  return V::load(sums);
}
#endif

}  // namespace cnnc::CNNC_ISA
