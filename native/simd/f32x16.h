// Sixteen floats in an AVX-512 register; masks are mask registers.
#pragma once
#include "f32x8.h"

namespace cnnc::CNNC_ISA {

struct f32x16 {
  static constexpr int lanes = 16;
  __m512 v;

  struct mask {
    __mmask16 m;
    friend CNNC_INLINE mask operator&(mask a, mask b) { return {_kand_mask16(a.m, b.m)}; }
    friend CNNC_INLINE mask operator|(mask a, mask b) { return {_kor_mask16(a.m, b.m)}; }
    friend CNNC_INLINE mask operator!(mask a) { return {_knot_mask16(a.m)}; }
  };

  struct u32 {
    __m512i v;
    u32() = default;
    explicit CNNC_INLINE u32(uint32_t x) : v(_mm512_set1_epi32(int(x))) {}
    explicit CNNC_INLINE u32(__m512i x) : v(x) {}
    static CNNC_INLINE u32 load(const uint32_t* p) { return u32(_mm512_loadu_si512(p)); }
    static CNNC_INLINE u32 iota() {
      return u32(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    }
    CNNC_INLINE void store(uint32_t* p) const { _mm512_storeu_si512(p, v); }
    friend CNNC_INLINE u32 operator+(u32 a, u32 b) { return u32(_mm512_add_epi32(a.v, b.v)); }
    friend CNNC_INLINE u32 operator-(u32 a, u32 b) { return u32(_mm512_sub_epi32(a.v, b.v)); }
    friend CNNC_INLINE u32 operator*(u32 a, u32 b) { return u32(_mm512_mullo_epi32(a.v, b.v)); }
    friend CNNC_INLINE u32 operator&(u32 a, u32 b) { return u32(_mm512_and_si512(a.v, b.v)); }
    friend CNNC_INLINE u32 operator|(u32 a, u32 b) { return u32(_mm512_or_si512(a.v, b.v)); }
    friend CNNC_INLINE u32 operator^(u32 a, u32 b) { return u32(_mm512_xor_si512(a.v, b.v)); }
    friend CNNC_INLINE u32 operator<<(u32 a, int n) { return u32(_mm512_slli_epi32(a.v, n)); }
    friend CNNC_INLINE u32 operator>>(u32 a, int n) { return u32(_mm512_srli_epi32(a.v, n)); }
    friend CNNC_INLINE mask operator==(u32 a, u32 b) { return {_mm512_cmpeq_epi32_mask(a.v, b.v)}; }
  };
  using index = u32;

  f32x16() = default;
  explicit CNNC_INLINE f32x16(float x) : v(_mm512_set1_ps(x)) {}
  explicit CNNC_INLINE f32x16(__m512 x) : v(x) {}
  static CNNC_INLINE f32x16 zero() { return f32x16(_mm512_setzero_ps()); }
  static CNNC_INLINE f32x16 load(const float* p) { return f32x16(_mm512_loadu_ps(p)); }
  static CNNC_INLINE f32x16 load(const uint8_t* p) {
    return f32x16(_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i*)p))));
  }
  // The first k lanes; the others are zero and their memory is not touched.
  static CNNC_INLINE f32x16 load_first(const float* p, int k) { return f32x16(_mm512_maskz_loadu_ps(first(k).m, p)); }
  static CNNC_INLINE f32x16 load_first(const uint8_t* p, int k) {
    return f32x16(_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(first(k).m, p))));
  }
  static CNNC_INLINE f32x16 gather(const float* base, index i) { return f32x16(_mm512_i32gather_ps(i.v, base, 4)); }
  static CNNC_INLINE f32x16 iota() {
    return f32x16(_mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  }
  static CNNC_INLINE mask first(int k) {
    return {__mmask16(k <= 0 ? 0 : k >= 16 ? 0xffff : (1 << k) - 1)};
  }
  CNNC_INLINE void store(float* p) const { _mm512_storeu_ps(p, v); }
  CNNC_INLINE void store(uint8_t* p) const {
    _mm_storeu_si128((__m128i*)p, _mm512_cvtepi32_epi8(_mm512_cvttps_epi32(v)));
  }

  friend CNNC_INLINE f32x16 operator+(f32x16 a, f32x16 b) { return f32x16(_mm512_add_ps(a.v, b.v)); }
  friend CNNC_INLINE f32x16 operator-(f32x16 a, f32x16 b) { return f32x16(_mm512_sub_ps(a.v, b.v)); }
  friend CNNC_INLINE f32x16 operator*(f32x16 a, f32x16 b) { return f32x16(_mm512_mul_ps(a.v, b.v)); }
  friend CNNC_INLINE f32x16 operator/(f32x16 a, f32x16 b) { return f32x16(_mm512_div_ps(a.v, b.v)); }
  friend CNNC_INLINE f32x16 operator-(f32x16 a) { return f32x16(_mm512_xor_ps(a.v, _mm512_set1_ps(-0.f))); }
  friend CNNC_INLINE mask operator<(f32x16 a, f32x16 b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
  friend CNNC_INLINE mask operator<=(f32x16 a, f32x16 b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LE_OQ)}; }
  friend CNNC_INLINE mask operator>(f32x16 a, f32x16 b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ)}; }
  friend CNNC_INLINE mask operator>=(f32x16 a, f32x16 b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GE_OQ)}; }
  friend CNNC_INLINE mask operator==(f32x16 a, f32x16 b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)}; }
};

CNNC_INLINE f32x16 fma(f32x16 a, f32x16 b, f32x16 c) { return f32x16(_mm512_fmadd_ps(a.v, b.v, c.v)); }
// Of max and min, b where either is not a number.
CNNC_INLINE f32x16 max(f32x16 a, f32x16 b) { return f32x16(_mm512_max_ps(a.v, b.v)); }
CNNC_INLINE f32x16 min(f32x16 a, f32x16 b) { return f32x16(_mm512_min_ps(a.v, b.v)); }
CNNC_INLINE f32x16 abs(f32x16 a) { return f32x16(_mm512_andnot_ps(_mm512_set1_ps(-0.f), a.v)); }
CNNC_INLINE f32x16 sqrt(f32x16 a) { return f32x16(_mm512_sqrt_ps(a.v)); }
CNNC_INLINE f32x16 floor(f32x16 a) {
  return f32x16(_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC));
}
// a·2ⁿ
CNNC_INLINE f32x16 scale(f32x16 a, f32x16 n) { return f32x16(_mm512_scalef_ps(a.v, n.v)); }
CNNC_INLINE f32x16 select(f32x16::mask m, f32x16 a, f32x16 b) { return f32x16(_mm512_mask_blend_ps(m.m, b.v, a.v)); }
CNNC_INLINE float first_lane(f32x16 a) { return _mm512_cvtss_f32(a.v); }

// Halves onto halves: lanes 0+8, 1+9, …, and so on.
CNNC_INLINE float sum(f32x16 a) {
  return sum(f32x8(_mm512_castps512_ps256(a.v)) + f32x8(_mm512_extractf32x8_ps(a.v, 1)));
}
CNNC_INLINE float largest(f32x16 a) {
  return largest(max(f32x8(_mm512_castps512_ps256(a.v)), f32x8(_mm512_extractf32x8_ps(a.v, 1))));
}

CNNC_INLINE f32x16::u32 select(f32x16::mask m, f32x16::u32 a, f32x16::u32 b) {
  return f32x16::u32(_mm512_mask_blend_epi32(m.m, b.v, a.v));
}
CNNC_INLINE f32x16::u32 mulhi(f32x16::u32 a, f32x16::u32 b) {
  __m512i even = _mm512_mul_epu32(a.v, b.v);
  __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(a.v, 32), _mm512_srli_epi64(b.v, 32));
  return f32x16::u32(_mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 32), odd));
}
// The integer is below 2³¹.
CNNC_INLINE f32x16 to_f32(f32x16::u32 a) { return f32x16(_mm512_cvtepi32_ps(a.v)); }
// Truncates; |a| is below 2³¹, negative values come out in two's complement.
CNNC_INLINE f32x16::u32 to_u32(f32x16 a) { return f32x16::u32(_mm512_cvttps_epi32(a.v)); }
CNNC_INLINE f32x16::u32 bits(f32x16 a) { return f32x16::u32(_mm512_castps_si512(a.v)); }
CNNC_INLINE f32x16 from_bits(f32x16::u32 a) { return f32x16(_mm512_castsi512_ps(a.v)); }

// Two vectors of eight, their lanes in turn: p[0] and p[1] for all of them, a vector for both, and both by themselves.
CNNC_INLINE f32x16 in_turn(const float* p) {
  double both;
  __builtin_memcpy(&both, p, sizeof both);
  return f32x16(_mm512_castpd_ps(_mm512_set1_pd(both)));
}
CNNC_INLINE f32x16 for_both(f32x8 a) {
  const __m512i twice = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
  return f32x16(_mm512_permutexvar_ps(twice, _mm512_castps256_ps512(a.v)));
}
CNNC_INLINE void split(f32x16 a, f32x8& first, f32x8& second) {
  const __m512i apart = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);
  const __m512 halves = _mm512_permutexvar_ps(apart, a.v);
  first = f32x8(_mm512_castps512_ps256(halves)), second = f32x8(_mm512_extractf32x8_ps(halves, 1));
}

}  // namespace cnnc::CNNC_ISA
