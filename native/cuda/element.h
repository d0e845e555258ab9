// Elements of 16 bits: f16 (IEEE 754 binary16) and bf16 (the upper half of a float), rounded to nearest, ties to even.
#pragma once
#include <stdint.h>

namespace cnnc::CNNC_ISA {

// Everything of a float but the lower 16 bits of its fraction.
struct bf16 {
  uint16_t bits;
  bf16() = default;
  explicit CNNC_INLINE bf16(float x) {
    const uint32_t b = __builtin_bit_cast(uint32_t, x);
    const bool number = (b & 0x7fffffff) <= 0x7f800000;
    bits = number ? uint16_t((b + 0x7fff + (b >> 16 & 1)) >> 16) : uint16_t(b >> 16 | 0x40);
  }
  explicit CNNC_INLINE operator float() const { return __builtin_bit_cast(float, uint32_t(bits) << 16); }
};

#ifdef CNNC_EMULATED
using Binary16 = _Float16;
#else
}  // namespace cnnc::CNNC_ISA
#include <cuda_fp16.h>
namespace cnnc::CNNC_ISA {
using Binary16 = __half;
#endif

struct f16 {
  uint16_t bits;
  f16() = default;
  explicit CNNC_INLINE f16(float x) : bits(__builtin_bit_cast(uint16_t, Binary16(x))) {}
  explicit CNNC_INLINE operator float() const { return float(__builtin_bit_cast(Binary16, bits)); }
};

}  // namespace cnnc::CNNC_ISA
