// What CUDA kernels are written over: a dozen primitives. Under nvcc they are instructions, with CNNC_EMULATED functions of
// the emulator, so that g++ compiles the same kernels and tests run them where there is no GPU.
#pragma once
#include "element.h"

// 16 bytes, as wide as one access to memory can be.
namespace cnnc::CNNC_ISA {
struct alignas(16) Words {
  uint32_t word[4];
};
}  // namespace cnnc::CNNC_ISA

#ifdef CNNC_EMULATED
#include "emulator/device.h"
#else

#define CNNC_DEVICE __device__ __forceinline__

namespace cnnc::CNNC_ISA {

// Global memory.
template <class T>
CNNC_INLINE T read(const T* p) {
  return *p;
}
template <class T>
CNNC_INLINE void write(T* p, T x) {
  *p = x;
}

CNNC_DEVICE int thread_index() { return int(threadIdx.x); }
CNNC_DEVICE long block_index() { return long(blockIdx.x); }

// All threads of the block, or of the warp, have come here, and see what the others have written.
CNNC_DEVICE void sync_block() { __syncthreads(); }
CNNC_DEVICE void sync_warp() { __syncwarp(); }

// A part of the block's shared memory, as elements of T.
template <class T>
struct Shared {
  T* data;
  CNNC_DEVICE T load(int i) const { return data[i]; }
  CNNC_DEVICE void store(int i, T x) const { data[i] = x; }
  // 16 bytes from element i on, which are aligned.
  CNNC_DEVICE Words load_words(int i) const { return *reinterpret_cast<const Words*>(data + i); }
  CNNC_DEVICE void store_words(int i, Words x) const { *reinterpret_cast<Words*>(data + i) = x; }
};

// From `offset` bytes on, a multiple of 16.
template <class T>
CNNC_DEVICE Shared<T> shared_memory(int offset) {
  extern __shared__ __align__(128) char block_memory[];
  return {reinterpret_cast<T*>(block_memory + offset)};
}

// x of lane (own lane ^ mask), of all lanes of a warp together.
CNNC_DEVICE float shuffle_xor(float x, int mask) { return __shfl_xor_sync(0xffffffff, x, mask); }
CNNC_DEVICE double shuffle_xor(double x, int mask) { return __shfl_xor_sync(0xffffffff, x, mask); }

// Starts to copy Bytes (4, 8 or 16) from global to shared memory; zeros where there is nothing to read. They are there for
// the thread that copied behind wait_copies, for others behind a barrier after that.
template <int Bytes, class T>
CNNC_DEVICE void copy_async(Shared<T> to, int i, const T* from, bool reads) {
  const uint32_t address = uint32_t(__cvta_generic_to_shared(to.data + i));
  const int bytes = reads ? Bytes : 0;
  if constexpr (Bytes == 16)
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(address), "l"(from), "r"(bytes) : "memory");
  else
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;" ::"r"(address), "l"(from), "n"(Bytes), "r"(bytes) : "memory");
}
// Ends a group of copies.
CNNC_DEVICE void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
// All but the Pending latest groups of this thread have arrived.
template <int Pending>
CNNC_DEVICE void wait_copies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
}

// Four 8×8 matrices of 16-bit elements: lane l names the 16 bytes of row l % 8 of matrix l / 8, and gets of each matrix
// elements 2(l % 4) and 2(l % 4) + 1 of row l / 4 (PTX ISA, ldmatrix); transposed, of column l / 4.
template <class T>
CNNC_DEVICE void load_matrices(uint32_t (&r)[4], Shared<T> s, int i) {
  const uint32_t address = uint32_t(__cvta_generic_to_shared(s.data + i));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(address));
}
template <class T>
CNNC_DEVICE void load_matrices_transposed(uint32_t (&r)[4], Shared<T> s, int i) {
  const uint32_t address = uint32_t(__cvta_generic_to_shared(s.data + i));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(address));
}

// c += a·b by a warp (PTX ISA, mma): c is 16×8, of which lane l has rows l / 4 and l / 4 + 8, columns 2(l % 4) and the next.
// f16, bf16: a is 16×16, b 16×8. tf32: a is 16×8, b 8×8.
template <class T>
CNNC_DEVICE void multiply_add(float (&c)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
#define CNNC_MMA(shape, type)                                                                                  \
  asm volatile("mma.sync.aligned." shape ".row.col.f32." type "." type ".f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, " \
               "{%8, %9}, {%0, %1, %2, %3};"                                                                   \
               : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])                                                 \
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]))
  if constexpr (__is_same(T, f16)) CNNC_MMA("m16n8k16", "f16");
  else if constexpr (__is_same(T, bf16)) CNNC_MMA("m16n8k16", "bf16");
  else CNNC_MMA("m16n8k8", "tf32");
#undef CNNC_MMA
}

// Rounded to the 10 bits of fraction that tf32 has, ties away from zero.
CNNC_DEVICE uint32_t to_tf32(float x) {
  uint32_t bits;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(x));
  return bits;
}

}  // namespace cnnc::CNNC_ISA
#endif
