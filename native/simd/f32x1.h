// One float behind the interface of a vector: the scalar instruction set, and what other kernels do with single values.
#pragma once
#include "inline.h"

namespace cnnc::CNNC_ISA {

struct f32x1 {
  static constexpr int lanes = 1;
  float v;

  struct mask {
    bool m;
    friend CNNC_INLINE mask operator&(mask a, mask b) { return {a.m && b.m}; }
    friend CNNC_INLINE mask operator|(mask a, mask b) { return {a.m || b.m}; }
    friend CNNC_INLINE mask operator!(mask a) { return {!a.m}; }
  };

  struct u32 {
    uint32_t v;
    u32() = default;
    explicit CNNC_INLINE u32(uint32_t x) : v(x) {}
    static CNNC_INLINE u32 load(const uint32_t* p) { return u32(*p); }
    static CNNC_INLINE u32 iota() { return u32(0); }
    CNNC_INLINE void store(uint32_t* p) const { *p = v; }
    friend CNNC_INLINE u32 operator+(u32 a, u32 b) { return u32(a.v + b.v); }
    friend CNNC_INLINE u32 operator-(u32 a, u32 b) { return u32(a.v - b.v); }
    friend CNNC_INLINE u32 operator*(u32 a, u32 b) { return u32(a.v * b.v); }
    friend CNNC_INLINE u32 operator&(u32 a, u32 b) { return u32(a.v & b.v); }
    friend CNNC_INLINE u32 operator|(u32 a, u32 b) { return u32(a.v | b.v); }
    friend CNNC_INLINE u32 operator^(u32 a, u32 b) { return u32(a.v ^ b.v); }
    friend CNNC_INLINE u32 operator<<(u32 a, int n) { return u32(a.v << n); }
    friend CNNC_INLINE u32 operator>>(u32 a, int n) { return u32(a.v >> n); }
    friend CNNC_INLINE mask operator==(u32 a, u32 b) { return {a.v == b.v}; }
  };
  using index = u32;

  f32x1() = default;
  explicit CNNC_INLINE f32x1(float x) : v(x) {}
  static CNNC_INLINE f32x1 zero() { return f32x1(0.f); }
  template <class T>
  static CNNC_INLINE f32x1 load(const T* p) { return f32x1(float(read(p))); }
  template <class T>
  static CNNC_INLINE f32x1 load_first(const T* p, int k) { return k > 0 ? load(p) : zero(); }
  static CNNC_INLINE f32x1 gather(const float* base, index i) { return load(base + int32_t(i.v)); }
  static CNNC_INLINE f32x1 iota() { return zero(); }
  static CNNC_INLINE mask first(int k) { return {k > 0}; }
  template <class T>
  CNNC_INLINE void store(T* p) const { write(p, T(v)); }
  CNNC_INLINE void store(uint8_t* p) const { write(p, uint8_t(int(v))); }

  friend CNNC_INLINE f32x1 operator+(f32x1 a, f32x1 b) { return f32x1(a.v + b.v); }
  friend CNNC_INLINE f32x1 operator-(f32x1 a, f32x1 b) { return f32x1(a.v - b.v); }
  friend CNNC_INLINE f32x1 operator*(f32x1 a, f32x1 b) { return f32x1(a.v * b.v); }
  friend CNNC_INLINE f32x1 operator/(f32x1 a, f32x1 b) { return f32x1(a.v / b.v); }
  friend CNNC_INLINE f32x1 operator-(f32x1 a) { return f32x1(-a.v); }
  friend CNNC_INLINE mask operator<(f32x1 a, f32x1 b) { return {a.v < b.v}; }
  friend CNNC_INLINE mask operator<=(f32x1 a, f32x1 b) { return {a.v <= b.v}; }
  friend CNNC_INLINE mask operator>(f32x1 a, f32x1 b) { return {a.v > b.v}; }
  friend CNNC_INLINE mask operator>=(f32x1 a, f32x1 b) { return {a.v >= b.v}; }
  friend CNNC_INLINE mask operator==(f32x1 a, f32x1 b) { return {a.v == b.v}; }
};

#if defined(__FMA__) || defined(__aarch64__) || defined(CNNC_CUDA)
CNNC_INLINE f32x1 fma(f32x1 a, f32x1 b, f32x1 c) { return f32x1(__builtin_fmaf(a.v, b.v, c.v)); }
#else
CNNC_INLINE f32x1 fma(f32x1 a, f32x1 b, f32x1 c) { return f32x1(a.v * b.v + c.v); }
#endif
// Of max and min, b where either is not a number.
CNNC_INLINE f32x1 max(f32x1 a, f32x1 b) { return f32x1(a.v > b.v ? a.v : b.v); }
CNNC_INLINE f32x1 min(f32x1 a, f32x1 b) { return f32x1(a.v < b.v ? a.v : b.v); }
CNNC_INLINE f32x1 abs(f32x1 a) { return f32x1(__builtin_fabsf(a.v)); }
CNNC_INLINE f32x1 sqrt(f32x1 a) { return f32x1(__builtin_sqrtf(a.v)); }
CNNC_INLINE f32x1 select(f32x1::mask m, f32x1 a, f32x1 b) { return m.m ? a : b; }
CNNC_INLINE float sum(f32x1 a) { return a.v; }
CNNC_INLINE float largest(f32x1 a) { return a.v; }
CNNC_INLINE float first_lane(f32x1 a) { return a.v; }

// Without an instruction for it: floats of 2²³ and more have no fraction, smaller ones fit an int.
CNNC_INLINE f32x1 floor(f32x1 a) {
  if (!(__builtin_fabsf(a.v) < 8388608.f)) return a;
  float whole = float(int(a.v));
  return f32x1(whole > a.v ? whole - 1.f : whole);
}

CNNC_INLINE f32x1::u32 select(f32x1::mask m, f32x1::u32 a, f32x1::u32 b) { return m.m ? a : b; }
CNNC_INLINE f32x1::u32 mulhi(f32x1::u32 a, f32x1::u32 b) { return f32x1::u32(uint32_t(uint64_t(a.v) * b.v >> 32)); }
// The integer is below 2³¹.
CNNC_INLINE f32x1 to_f32(f32x1::u32 a) { return f32x1(float(int32_t(a.v))); }
// Truncates; |a| is below 2³¹, negative values come out in two's complement.
CNNC_INLINE f32x1::u32 to_u32(f32x1 a) { return f32x1::u32(uint32_t(int32_t(a.v))); }
CNNC_INLINE f32x1::u32 bits(f32x1 a) { return f32x1::u32(__builtin_bit_cast(uint32_t, a.v)); }
CNNC_INLINE f32x1 from_bits(f32x1::u32 a) { return f32x1(__builtin_bit_cast(float, a.v)); }

}  // namespace cnnc::CNNC_ISA
