// The primitives of device.h in the emulator: every access is looked at (emulator.h tells what for).
#pragma once
#include "emulator.h"

#define CNNC_DEVICE CNNC_INLINE

namespace cnnc::CNNC_ISA {

template <class T>
CNNC_INLINE T read(const T* p) {
  emulator::check_read(p, sizeof(T));
  return *p;
}
template <class T>
CNNC_INLINE void write(T* p, T x) {
  emulator::check_write(p, sizeof(T));
  *p = x;
}

CNNC_DEVICE int thread_index() { return emulator::thread_index(); }
CNNC_DEVICE long block_index() { return emulator::block_index(); }
CNNC_DEVICE void sync_block() { emulator::sync_block(); }
CNNC_DEVICE void sync_warp() { emulator::sync_warp(); }

template <class T>
struct Shared {
  int offset;  // in bytes
  CNNC_DEVICE int at(int i) const { return offset + i * int(sizeof(T)); }
  CNNC_DEVICE T load(int i) const {
    T x;
    emulator::load_shared(at(i), &x, sizeof x);
    return x;
  }
  CNNC_DEVICE void store(int i, T x) const { emulator::store_shared(at(i), &x, sizeof x); }
  CNNC_DEVICE Words load_words(int i) const {
    Words x;
    emulator::load_shared(at(i), &x, sizeof x);
    return x;
  }
  CNNC_DEVICE void store_words(int i, Words x) const { emulator::store_shared(at(i), &x, sizeof x); }
};

template <class T>
CNNC_DEVICE Shared<T> shared_memory(int offset) {
  return {offset};
}

CNNC_DEVICE float shuffle_xor(float x, int mask) {
  emulator::shuffle_xor(&x, sizeof x, mask);
  return x;
}
CNNC_DEVICE double shuffle_xor(double x, int mask) {
  emulator::shuffle_xor(&x, sizeof x, mask);
  return x;
}

template <int Bytes, class T>
CNNC_DEVICE void copy_async(Shared<T> to, int i, const T* from, bool reads) {
  static_assert(Bytes == 4 || Bytes == 8 || Bytes == 16);
  emulator::copy_async(to.at(i), from, Bytes, reads);
}
CNNC_DEVICE void commit_copies() { emulator::commit_copies(); }
template <int Pending>
CNNC_DEVICE void wait_copies() {
  emulator::wait_copies(Pending);
}

template <class T>
CNNC_DEVICE void load_matrices(uint32_t (&r)[4], Shared<T> s, int i) {
  emulator::load_matrices(r, s.at(i), false);
}
template <class T>
CNNC_DEVICE void load_matrices_transposed(uint32_t (&r)[4], Shared<T> s, int i) {
  emulator::load_matrices(r, s.at(i), true);
}

// The number of T whose bits these are: element i of a register.
template <class T>
inline float element(uint32_t word, int i) {
  if constexpr (sizeof(T) == 4) return __builtin_bit_cast(float, word);
  else return float(__builtin_bit_cast(T, uint16_t(word >> 16 * i)));
}

template <class T>
CNNC_DEVICE void multiply_add(float (&c)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
  emulator::multiply_add(c, a, b, element<T>, sizeof(T) == 4 ? 1 : 2);
}

CNNC_DEVICE uint32_t to_tf32(float x) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, x);
  return (bits & 0x7f800000) == 0x7f800000 ? bits : (bits + 0x1000) & 0xffffe000;
}

}  // namespace cnnc::CNNC_ISA
