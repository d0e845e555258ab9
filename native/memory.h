// Where the values of a program live.
#pragma once
#include "addon/model.h"
#include "simd/inline.h"

namespace cnnc::CNNC_ISA {

// The arena of one call: values kept once, arrays with one number per sample, then one slice per sample.
struct Memory {
  char *once, *scalars, *slices;
  long batch;
  CNNC_INLINE static long array(long batch) { return (batch * 4 + 63) / 64 * 64; }
  CNNC_INLINE Memory(const Call& call, long once_bytes, int arrays)
      : once(call.arena), scalars(once + once_bytes), slices(scalars + arrays * array(call.batch)), batch(call.batch) {}
  template <class T>
  CNNC_INLINE T* in_slice(long offset) const { return reinterpret_cast<T*>(slices + offset); }
  CNNC_INLINE float* per_sample(int i) const { return reinterpret_cast<float*>(scalars + i * array(batch)); }
  CNNC_INLINE float* at(long offset) const { return reinterpret_cast<float*>(once + offset); }
};

// Memory of a thread that kernels work in.
template <long Floats>
struct Scratch {
  static constexpr long floats = Floats;
  float* data;
};
template <long Floats>
CNNC_INLINE Scratch<Floats> scratch_of(const Call& call, int thread) {
  return {reinterpret_cast<float*>(call.scratch) + thread * Floats};
}

// What `prepare` computed, in the memory that lives as long as the parameters do not change.
CNNC_INLINE float* prepared(const Call& call, long offset) { return reinterpret_cast<float*>(call.derived + offset); }

}  // namespace cnnc::CNNC_ISA
