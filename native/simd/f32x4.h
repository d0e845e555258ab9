// Four floats in a NEON register of aarch64. A mask is a vector of all-zero or all-one lanes.
#pragma once
#include <arm_neon.h>
#include "inline.h"

namespace cnnc::CNNC_ISA {

struct f32x4 {
  static constexpr int lanes = 4;
  float32x4_t v;

  struct mask {
    uint32x4_t m;
    friend CNNC_INLINE mask operator&(mask a, mask b) { return {vandq_u32(a.m, b.m)}; }
    friend CNNC_INLINE mask operator|(mask a, mask b) { return {vorrq_u32(a.m, b.m)}; }
    friend CNNC_INLINE mask operator!(mask a) { return {vmvnq_u32(a.m)}; }
  };

  struct u32 {
    uint32x4_t v;
    u32() = default;
    explicit CNNC_INLINE u32(uint32_t x) : v(vdupq_n_u32(x)) {}
    explicit CNNC_INLINE u32(uint32x4_t x) : v(x) {}
    static CNNC_INLINE u32 load(const uint32_t* p) { return u32(vld1q_u32(p)); }
    static CNNC_INLINE u32 iota() { return u32(uint32x4_t{0, 1, 2, 3}); }
    CNNC_INLINE void store(uint32_t* p) const { vst1q_u32(p, v); }
    friend CNNC_INLINE u32 operator+(u32 a, u32 b) { return u32(vaddq_u32(a.v, b.v)); }
    friend CNNC_INLINE u32 operator-(u32 a, u32 b) { return u32(vsubq_u32(a.v, b.v)); }
    friend CNNC_INLINE u32 operator*(u32 a, u32 b) { return u32(vmulq_u32(a.v, b.v)); }
    friend CNNC_INLINE u32 operator&(u32 a, u32 b) { return u32(vandq_u32(a.v, b.v)); }
    friend CNNC_INLINE u32 operator|(u32 a, u32 b) { return u32(vorrq_u32(a.v, b.v)); }
    friend CNNC_INLINE u32 operator^(u32 a, u32 b) { return u32(veorq_u32(a.v, b.v)); }
    // NEON shifts by a vector, to the right where it is negative.
    friend CNNC_INLINE u32 operator<<(u32 a, int n) { return u32(vshlq_u32(a.v, vdupq_n_s32(n))); }
    friend CNNC_INLINE u32 operator>>(u32 a, int n) { return u32(vshlq_u32(a.v, vdupq_n_s32(-n))); }
    friend CNNC_INLINE mask operator==(u32 a, u32 b) { return {vceqq_u32(a.v, b.v)}; }
  };
  using index = u32;

  f32x4() = default;
  explicit CNNC_INLINE f32x4(float x) : v(vdupq_n_f32(x)) {}
  explicit CNNC_INLINE f32x4(float32x4_t x) : v(x) {}
  static CNNC_INLINE f32x4 zero() { return f32x4(0.f); }
  static CNNC_INLINE f32x4 load(const float* p) { return f32x4(vld1q_f32(p)); }
  static CNNC_INLINE f32x4 load(const uint8_t* p) { return load_first(p, 4); }
  // The first k lanes; the others are zero and their memory is not touched.
  static CNNC_INLINE f32x4 load_first(const float* p, int k) {
    float x[4] = {};
    for (int i = 0; i < k && i < 4; i++) x[i] = p[i];
    return load(x);
  }
  static CNNC_INLINE f32x4 load_first(const uint8_t* p, int k) {
    uint32_t bytes = 0;
    for (int i = 0; i < k && i < 4; i++) bytes |= uint32_t(p[i]) << (8 * i);
    const uint16x8_t words = vmovl_u8(vcreate_u8(bytes));
    return f32x4(vcvtq_f32_u32(vmovl_u16(vget_low_u16(words))));
  }
  static CNNC_INLINE f32x4 gather(const float* base, index i) {
    int32_t at[4];
    vst1q_s32(at, vreinterpretq_s32_u32(i.v));
    return f32x4(float32x4_t{base[at[0]], base[at[1]], base[at[2]], base[at[3]]});
  }
  static CNNC_INLINE f32x4 iota() { return f32x4(float32x4_t{0, 1, 2, 3}); }
  static CNNC_INLINE mask first(int k) { return {vcltq_s32(int32x4_t{0, 1, 2, 3}, vdupq_n_s32(k))}; }
  CNNC_INLINE void store(float* p) const { vst1q_f32(p, v); }
  CNNC_INLINE void store(uint8_t* p) const {
    const uint16x4_t words = vmovn_u32(vreinterpretq_u32_s32(vcvtq_s32_f32(v)));
    const uint32_t bytes = vget_lane_u32(vreinterpret_u32_u8(vmovn_u16(vcombine_u16(words, words))), 0);
    __builtin_memcpy(p, &bytes, sizeof bytes);
  }

  friend CNNC_INLINE f32x4 operator+(f32x4 a, f32x4 b) { return f32x4(vaddq_f32(a.v, b.v)); }
  friend CNNC_INLINE f32x4 operator-(f32x4 a, f32x4 b) { return f32x4(vsubq_f32(a.v, b.v)); }
  friend CNNC_INLINE f32x4 operator*(f32x4 a, f32x4 b) { return f32x4(vmulq_f32(a.v, b.v)); }
  friend CNNC_INLINE f32x4 operator/(f32x4 a, f32x4 b) { return f32x4(vdivq_f32(a.v, b.v)); }
  friend CNNC_INLINE f32x4 operator-(f32x4 a) { return f32x4(vnegq_f32(a.v)); }
  friend CNNC_INLINE mask operator<(f32x4 a, f32x4 b) { return {vcltq_f32(a.v, b.v)}; }
  friend CNNC_INLINE mask operator<=(f32x4 a, f32x4 b) { return {vcleq_f32(a.v, b.v)}; }
  friend CNNC_INLINE mask operator>(f32x4 a, f32x4 b) { return {vcgtq_f32(a.v, b.v)}; }
  friend CNNC_INLINE mask operator>=(f32x4 a, f32x4 b) { return {vcgeq_f32(a.v, b.v)}; }
  friend CNNC_INLINE mask operator==(f32x4 a, f32x4 b) { return {vceqq_f32(a.v, b.v)}; }
};

CNNC_INLINE f32x4 fma(f32x4 a, f32x4 b, f32x4 c) { return f32x4(vfmaq_f32(c.v, a.v, b.v)); }
CNNC_INLINE f32x4 select(f32x4::mask m, f32x4 a, f32x4 b) { return f32x4(vbslq_f32(m.m, a.v, b.v)); }
// Of max and min, b where either is not a number: NEON's own would give what is not a number.
CNNC_INLINE f32x4 max(f32x4 a, f32x4 b) { return select(a > b, a, b); }
CNNC_INLINE f32x4 min(f32x4 a, f32x4 b) { return select(a < b, a, b); }
CNNC_INLINE f32x4 abs(f32x4 a) { return f32x4(vabsq_f32(a.v)); }
CNNC_INLINE f32x4 sqrt(f32x4 a) { return f32x4(vsqrtq_f32(a.v)); }
CNNC_INLINE f32x4 floor(f32x4 a) { return f32x4(vrndmq_f32(a.v)); }
CNNC_INLINE float first_lane(f32x4 a) { return vgetq_lane_f32(a.v, 0); }

// Halves onto halves: lanes 0+2, 1+3, then 0+1.
CNNC_INLINE float sum(f32x4 a) { return vpadds_f32(vadd_f32(vget_low_f32(a.v), vget_high_f32(a.v))); }
CNNC_INLINE float largest(f32x4 a) {
  const f32x4 halves = max(a, f32x4(vextq_f32(a.v, a.v, 2)));
  return first_lane(max(halves, f32x4(vextq_f32(halves.v, halves.v, 1))));
}

CNNC_INLINE f32x4::u32 select(f32x4::mask m, f32x4::u32 a, f32x4::u32 b) { return f32x4::u32(vbslq_u32(m.m, a.v, b.v)); }
CNNC_INLINE f32x4::u32 mulhi(f32x4::u32 a, f32x4::u32 b) {
  const uint64x2_t low = vmull_u32(vget_low_u32(a.v), vget_low_u32(b.v)), high = vmull_high_u32(a.v, b.v);
  return f32x4::u32(vuzp2q_u32(vreinterpretq_u32_u64(low), vreinterpretq_u32_u64(high)));
}
// The integer is below 2³¹.
CNNC_INLINE f32x4 to_f32(f32x4::u32 a) { return f32x4(vcvtq_f32_s32(vreinterpretq_s32_u32(a.v))); }
// Truncates; |a| is below 2³¹, negative values come out in two's complement.
CNNC_INLINE f32x4::u32 to_u32(f32x4 a) { return f32x4::u32(vreinterpretq_u32_s32(vcvtq_s32_f32(a.v))); }
CNNC_INLINE f32x4::u32 bits(f32x4 a) { return f32x4::u32(vreinterpretq_u32_f32(a.v)); }
CNNC_INLINE f32x4 from_bits(f32x4::u32 a) { return f32x4(vreinterpretq_f32_u32(a.v)); }

}  // namespace cnnc::CNNC_ISA
