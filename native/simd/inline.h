// What every header of native/ needs to say to the compiler.
#pragma once
#include <stdint.h>

// Everything lives in a namespace named for the instruction set it is compiled for, so that the linker can never
// merge a function compiled for AVX-512 with the one that runs on a smaller machine. For the same reason no header
// here uses inline functions of the C++ standard library.
#ifndef CNNC_ISA
#error "CNNC_ISA must name the instruction set (avx512, avx2, scalar, neon or cuda)"
#endif

// Where nothing is optimised, copies of functions gain nothing, and take twice the time to compile.
#if defined(__OPTIMIZE__) || defined(__CUDACC__)
#define CNNC_ALWAYS_INLINE __attribute__((always_inline))
#else
#define CNNC_ALWAYS_INLINE
#endif
#ifdef __CUDACC__
#define CNNC_INLINE __host__ __device__ __forceinline__
#else
#define CNNC_INLINE inline CNNC_ALWAYS_INLINE
#endif
// A function of its own, whatever calls it: with another kernel's loops around it, its accumulators would be spilled.
// It takes its body by value, to hold what is in it in registers.
#define CNNC_KERNEL __attribute__((noinline))

// Put before a loop with a constexpr trip count over an array that must live in registers.
#ifdef __CUDACC__
#define CNNC_UNROLL _Pragma("unroll")
#define CNNC_UNROLL_4 _Pragma("unroll 4")
#define CNNC_ROLLED _Pragma("unroll 1")
#elif defined(CNNC_EMULATED)
// Of no use to the emulator, and long to compile.
#define CNNC_UNROLL
#define CNNC_UNROLL_4
#define CNNC_ROLLED
#elif defined(__clang__)
#define CNNC_UNROLL _Pragma("clang loop unroll(full)")
#define CNNC_UNROLL_4 _Pragma("clang loop unroll_count(4)")
#define CNNC_ROLLED _Pragma("clang loop unroll(disable)")
#else
#define CNNC_UNROLL _Pragma("GCC unroll 64")
#define CNNC_UNROLL_4 _Pragma("GCC unroll 4")
#define CNNC_ROLLED _Pragma("GCC unroll 1")
#endif

namespace cnnc::CNNC_ISA {

#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int registers = 32;
#else
constexpr int registers = 16;
#endif

// At the top of a loop body: where accumulators fill the registers, values of memory are not carried from one round to
// the next. Left alone, g++ keeps the inputs that overlapping windows share, and spills accumulators.
template <int Accumulators>
CNNC_INLINE void reload() {
  if constexpr (Accumulators > registers / 2) asm volatile("" ::: "memory");
}

// Memory that kernels do not own is read and written by these, so that a target can look at each access.
#ifdef CNNC_CUDA
}  // namespace cnnc::CNNC_ISA
#include "../cuda/device.h"
#else
template <class T>
CNNC_INLINE T read(const T* p) {
  return *p;
}
template <class T>
CNNC_INLINE void write(T* p, T x) {
  *p = x;
}

}  // namespace cnnc::CNNC_ISA
#endif
