// Eight floats in an AVX2 register. A mask is a vector of all-zero or all-one lanes.
#pragma once
#include "intrinsics.h"
#include "inline.h"

namespace cnnc::CNNC_ISA {

struct f32x8 {
  static constexpr int lanes = 8;
  __m256 v;

  struct mask {
    __m256 m;
    friend CNNC_INLINE mask operator&(mask a, mask b) { return {_mm256_and_ps(a.m, b.m)}; }
    friend CNNC_INLINE mask operator|(mask a, mask b) { return {_mm256_or_ps(a.m, b.m)}; }
    friend CNNC_INLINE mask operator!(mask a) {
      return {_mm256_xor_ps(a.m, _mm256_castsi256_ps(_mm256_set1_epi32(-1)))};
    }
  };

  struct u32 {
    __m256i v;
    u32() = default;
    explicit CNNC_INLINE u32(uint32_t x) : v(_mm256_set1_epi32(int(x))) {}
    explicit CNNC_INLINE u32(__m256i x) : v(x) {}
    static CNNC_INLINE u32 load(const uint32_t* p) { return u32(_mm256_loadu_si256((const __m256i*)p)); }
    static CNNC_INLINE u32 iota() { return u32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)); }
    CNNC_INLINE void store(uint32_t* p) const { _mm256_storeu_si256((__m256i*)p, v); }
    friend CNNC_INLINE u32 operator+(u32 a, u32 b) { return u32(_mm256_add_epi32(a.v, b.v)); }
    friend CNNC_INLINE u32 operator-(u32 a, u32 b) { return u32(_mm256_sub_epi32(a.v, b.v)); }
    friend CNNC_INLINE u32 operator*(u32 a, u32 b) { return u32(_mm256_mullo_epi32(a.v, b.v)); }
    friend CNNC_INLINE u32 operator&(u32 a, u32 b) { return u32(_mm256_and_si256(a.v, b.v)); }
    friend CNNC_INLINE u32 operator|(u32 a, u32 b) { return u32(_mm256_or_si256(a.v, b.v)); }
    friend CNNC_INLINE u32 operator^(u32 a, u32 b) { return u32(_mm256_xor_si256(a.v, b.v)); }
    friend CNNC_INLINE u32 operator<<(u32 a, int n) { return u32(_mm256_slli_epi32(a.v, n)); }
    friend CNNC_INLINE u32 operator>>(u32 a, int n) { return u32(_mm256_srli_epi32(a.v, n)); }
    friend CNNC_INLINE mask operator==(u32 a, u32 b) { return {_mm256_castsi256_ps(_mm256_cmpeq_epi32(a.v, b.v))}; }
  };
  using index = u32;

  f32x8() = default;
  explicit CNNC_INLINE f32x8(float x) : v(_mm256_set1_ps(x)) {}
  explicit CNNC_INLINE f32x8(__m256 x) : v(x) {}
  static CNNC_INLINE f32x8 zero() { return f32x8(_mm256_setzero_ps()); }
  static CNNC_INLINE f32x8 load(const float* p) { return f32x8(_mm256_loadu_ps(p)); }
  static CNNC_INLINE f32x8 load(const uint8_t* p) {
    return f32x8(_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i*)p))));
  }
  // The first k lanes; the others are zero and their memory is not touched.
  static CNNC_INLINE f32x8 load_first(const float* p, int k) {
    return f32x8(_mm256_maskload_ps(p, _mm256_castps_si256(first(k).m)));
  }
  static CNNC_INLINE f32x8 load_first(const uint8_t* p, int k) {
    uint64_t bytes = 0;
    for (int i = 0; i < k && i < 8; i++) bytes |= uint64_t(p[i]) << (8 * i);
    return load((const uint8_t*)&bytes);
  }
  static CNNC_INLINE f32x8 gather(const float* base, index i) { return f32x8(_mm256_i32gather_ps(base, i.v, 4)); }
  static CNNC_INLINE f32x8 iota() { return f32x8(_mm256_setr_ps(0, 1, 2, 3, 4, 5, 6, 7)); }
  static CNNC_INLINE mask first(int k) {
    return {_mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_set1_epi32(k), u32::iota().v))};
  }
  CNNC_INLINE void store(float* p) const { _mm256_storeu_ps(p, v); }
  CNNC_INLINE void store(uint8_t* p) const {
    __m256i i = _mm256_cvttps_epi32(v);
    __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(i), _mm256_extracti128_si256(i, 1));
    _mm_storel_epi64((__m128i*)p, _mm_packus_epi16(words, words));
  }

  friend CNNC_INLINE f32x8 operator+(f32x8 a, f32x8 b) { return f32x8(_mm256_add_ps(a.v, b.v)); }
  friend CNNC_INLINE f32x8 operator-(f32x8 a, f32x8 b) { return f32x8(_mm256_sub_ps(a.v, b.v)); }
  friend CNNC_INLINE f32x8 operator*(f32x8 a, f32x8 b) { return f32x8(_mm256_mul_ps(a.v, b.v)); }
  friend CNNC_INLINE f32x8 operator/(f32x8 a, f32x8 b) { return f32x8(_mm256_div_ps(a.v, b.v)); }
  friend CNNC_INLINE f32x8 operator-(f32x8 a) { return f32x8(_mm256_xor_ps(a.v, _mm256_set1_ps(-0.f))); }
  friend CNNC_INLINE mask operator<(f32x8 a, f32x8 b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ)}; }
  friend CNNC_INLINE mask operator<=(f32x8 a, f32x8 b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LE_OQ)}; }
  friend CNNC_INLINE mask operator>(f32x8 a, f32x8 b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_GT_OQ)}; }
  friend CNNC_INLINE mask operator>=(f32x8 a, f32x8 b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_GE_OQ)}; }
  friend CNNC_INLINE mask operator==(f32x8 a, f32x8 b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ)}; }
};

CNNC_INLINE f32x8 fma(f32x8 a, f32x8 b, f32x8 c) { return f32x8(_mm256_fmadd_ps(a.v, b.v, c.v)); }
// Of max and min, b where either is not a number.
CNNC_INLINE f32x8 max(f32x8 a, f32x8 b) { return f32x8(_mm256_max_ps(a.v, b.v)); }
CNNC_INLINE f32x8 min(f32x8 a, f32x8 b) { return f32x8(_mm256_min_ps(a.v, b.v)); }
CNNC_INLINE f32x8 abs(f32x8 a) { return f32x8(_mm256_andnot_ps(_mm256_set1_ps(-0.f), a.v)); }
CNNC_INLINE f32x8 sqrt(f32x8 a) { return f32x8(_mm256_sqrt_ps(a.v)); }
CNNC_INLINE f32x8 floor(f32x8 a) { return f32x8(_mm256_floor_ps(a.v)); }
CNNC_INLINE f32x8 select(f32x8::mask m, f32x8 a, f32x8 b) { return f32x8(_mm256_blendv_ps(b.v, a.v, m.m)); }
CNNC_INLINE float first_lane(f32x8 a) { return _mm256_cvtss_f32(a.v); }

// Halves onto halves: lanes 0+4, 1+5, …, then 0+2, 1+3, then 0+1.
CNNC_INLINE float sum(f32x8 a) {
  __m128 q = _mm_add_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
  q = _mm_add_ps(q, _mm_movehl_ps(q, q));
  return _mm_cvtss_f32(_mm_add_ss(q, _mm_movehdup_ps(q)));
}
CNNC_INLINE float largest(f32x8 a) {
  __m128 q = _mm_max_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
  q = _mm_max_ps(q, _mm_movehl_ps(q, q));
  return _mm_cvtss_f32(_mm_max_ss(q, _mm_movehdup_ps(q)));
}

CNNC_INLINE f32x8::u32 select(f32x8::mask m, f32x8::u32 a, f32x8::u32 b) {
  return f32x8::u32(_mm256_blendv_epi8(b.v, a.v, _mm256_castps_si256(m.m)));
}
CNNC_INLINE f32x8::u32 mulhi(f32x8::u32 a, f32x8::u32 b) {
  __m256i even = _mm256_mul_epu32(a.v, b.v);
  __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(a.v, 32), _mm256_srli_epi64(b.v, 32));
  return f32x8::u32(_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa));
}
// The integer is below 2³¹.
CNNC_INLINE f32x8 to_f32(f32x8::u32 a) { return f32x8(_mm256_cvtepi32_ps(a.v)); }
// Truncates; |a| is below 2³¹, negative values come out in two's complement.
CNNC_INLINE f32x8::u32 to_u32(f32x8 a) { return f32x8::u32(_mm256_cvttps_epi32(a.v)); }
CNNC_INLINE f32x8::u32 bits(f32x8 a) { return f32x8::u32(_mm256_castps_si256(a.v)); }
CNNC_INLINE f32x8 from_bits(f32x8::u32 a) { return f32x8(_mm256_castsi256_ps(a.v)); }

}  // namespace cnnc::CNNC_ISA
