// Elementary functions for every vector type. Bounds are in ulps, units in the last place of the exact result; they hold for
// every float x, denormals included, and for denormal results. Without fused multiply-add the bound is the one in brackets.
// Polynomials have nearly the least largest error of their degree that coefficients of single precision can (Lawson's iteration,
// one coefficient after the other rounded). NaN stays NaN. test/native/math.cpp measures all of it.
#pragma once
#include "simd.h"

namespace cnnc::CNNC_ISA {

// 1.5·2²³: added to a float below 2²² it rounds it to an integer, whose bits are then the lowest of the sum.
constexpr float to_integer = 12582912.f;

// |y| with the sign of x.
template <class V>
CNNC_INLINE V with_sign(V y, V x) {
  using U = typename V::u32;
  return from_bits(bits(abs(y)) | (bits(x) & U(0x80000000)));
}

// x = n·ln2 + r with integral n, |r| <= ln2 / 2. ln2 is split so that n times its upper part is exact (Cody & Waite 1980).
template <class V>
struct Reduced {
  V n, r;
  typename V::u32 exponent;  // n + 127 in its lowest bits
};
template <class V>
CNNC_INLINE Reduced<V> reduce_by_ln2(V x) {
  constexpr float biased = to_integer + 127.f;
  V sum = fma(x, V(1.44269504f), V(biased)), n = sum - V(biased);
  return {n, fma(n, V(-1.42860677e-6f), fma(n, V(-0.693145752f), x)), bits(sum)};
}

// 2ⁿ for integral n in -126..127.
template <class V>
CNNC_INLINE V power_of_two(V n) {
  return from_bits(bits(n + V(to_integer + 127.f)) << 23);
}

// y·2ⁿ for integral n in -252..254, rounded once. AVX-512 has an instruction for it.
template <class V>
CNNC_INLINE V scale(V y, V n) {
  V half = floor(n * V(.5f));  // 2ⁿ alone may be out of range
  return y * power_of_two(half) * power_of_two(n - half);
}

// eʳ - 1 for |r| <= ln2 / 2: r + r²·q(r), q within 2⁻²⁵·⁸.
template <class V>
CNNC_INLINE V exp_less_one(V r) {
  V q = fma(V(0.001388252f), r, V(0.008366527f));
  q = fma(q, r, V(0.0416672f));
  q = fma(q, r, V(0.16666543f));
  q = fma(q, r, V(0.49999997f));
  return fma(r * r, q, r);
}

// Within 1.1 ulps. It goes to infinity and, through the denormals, to zero.
template <class V>
CNNC_INLINE V exp(V x) {
  auto [n, r, exponent] = reduce_by_ln2(min(V(89.f), max(V(-105.f), x)));
  return scale(exp_less_one(r) + V(1.f), n);
}

// eˣ - 1 = 2ⁿ((eʳ - 1) + (1 - 2⁻ⁿ)), within 1.8 ulps [1.9].
template <class V>
CNNC_INLINE V expm1(V x) {
  auto [n, r, exponent] = reduce_by_ln2(min(V(89.f), max(V(-20.f), x)));
  V e = exp_less_one(r) + (V(1.f) - power_of_two(max(V(-126.f), -n)));
  return scale(e, n);
}

// Within 2.1 ulps [2.6]. tanh t = h/(1 - h) with t = |x|, 2h = 1 - e⁻²ᵗ = (1 - 2ⁿ) - 2ⁿ(eʳ - 1): no digits are lost near zero. It is
// h + h·h/(1 - h) too, where the quotient's error counts less.
template <class V>
CNNC_INLINE V tanh(V x) {
  V t = abs(x);
  auto [n, r, exponent] = reduce_by_ln2(max(V(-20.f), V(-2.f) * t));
  V s = from_bits(exponent << 23);  // 2ⁿ
  V h = fma(s, exp_less_one(r), s - V(1.f)) * V(-.5f);
  return with_sign(fma(h, h / (V(1.f) - h), h), x);
}

// 1/(1 + e⁻ˣ), within 1.7 ulps [1.9]. With e = e^-|x| and q = e/(1 + e) it is 1 - q for x ≥ 0, else q = e - e·q, where q's error counts
// less.
template <class V>
CNNC_INLINE V sigmoid(V x) {
  V e = exp(-abs(x)), q = e / (e + V(1.f));
  return select(x < V::zero(), fma(-e, q, e), V(1.f) - q);
}

// Within 1.1 ulps [1.3]. Near 0 it is x + x·p(x²), with p within 2⁻²⁵·⁶; beyond, 1 - exp(-t·(1 + q(t))) with the sign of x, t = |x|,
// with q within 2⁻²⁸ of the result; it is 1 to the last digit from 4 on.
template <class V>
CNNC_INLINE V erf(V x) {
  V t = min(V(4.f), abs(x)), s = x * x;
  V p = fma(V(-5.92670345e-4f), s, V(4.98095341e-3f));
  p = fma(p, s, V(-2.67587043e-2f));
  p = fma(p, s, V(.1128162f));
  p = fma(p, s, V(-.376124799f));
  p = fma(p, s, V(.128379151f));
  V q = fma(V(-2.1337022e-4f), t, V(3.20987636e-3f));
  q = fma(q, t, V(-2.28736252e-2f));
  q = fma(q, t, V(.105236255f));
  q = fma(q, t, V(.635737836f));
  q = fma(q, t, V(.128508553f));
  V far = V(1.f) - exp(-fma(q, t, t));
  return select(t > V(.9375f), with_sign(far, x), fma(p, x, x));
}

// Φ(x), the share of a standard normal variable that lies below x, within 3.8 ulps [4.5]: from Φ(-t) = exp(-t²/2)·R(t), t = |x|.
// (t + 5/2)·R(t) is a polynomial in z = (t - 1/2)/(t + 5/2) within 2⁻²⁵·⁹ for t in 0..14.5; Shepherd & Laframboise 1981 have erfc so.
// t² has more digits than a float, so t is split; its upper part h has 12.
template <class V>
CNNC_INLINE V normcdf(V x) {
  V t = min(V(14.5f), abs(x));
  V h = (t + V(49152.f)) - V(49152.f);
  auto [n, r, exponent] = reduce_by_ln2(h * h * V(-.5f));
  V e = exp_less_one(fma((t + h) * V(-.5f), t - h, r));
  V u = V(1.f) / (t + V(2.5f)), z = (t - V(.5f)) * u;
  V p = fma(V(-1.55344578e-2f), z, V(3.74881066e-2f));
  p = fma(p, z, V(-6.05943333e-3f));
  p = fma(p, z, V(-1.34151168e-2f));
  p = fma(p, z, V(-5.22789918e-2f));
  p = fma(p, z, V(-2.32391898e-2f));
  p = fma(p, z, V(.170035914f));
  p = fma(p, z, V(.221426621f));
  p = fma(p, z, V(-.968339384f));
  p = fma(p, z, V(1.0488565f)) * u;
  V tail = scale(fma(p, e, p), n);
  return select(x < V::zero(), tail, V(1.f) - tail);
}

// x = 2ᵉ·(1 + r) with 1 + r in √½..√2, for normal x > 0.
template <class V>
struct Scaled {
  V e, r;
};
template <class V>
CNNC_INLINE Scaled<V> exponent_of(V x) {
  using U = typename V::u32;
  U shifted = bits(x) - U(0x3f3504f3);  // bits of √½
  // The exponent's sign is kept by an offset, as shifts are logical.
  V e = to_f32((shifted + U(0x40000000)) >> 23) - V(128.f);
  return {e, from_bits((shifted & U(0x007fffff)) + U(0x3f3504f3)) - V(1.f)};
}

// e·ln2 + log(1 + r), the latter r - r²/2 + r³·q(r) within 2⁻²⁷·³. Of x = 0 it is -∞, of x < 0 not a number.
template <class V>
CNNC_INLINE V log_of(V x, V e, V r) {
  const V infinity(__builtin_inff());
  V q = fma(V(-7.63643682e-2f), r, V(.127622202f));
  q = fma(q, r, V(-.131596118f));
  q = fma(q, r, V(.1420158f));
  q = fma(q, r, V(-.166234091f));
  q = fma(q, r, V(.200012416f));
  q = fma(q, r, V(-.250008196f));
  q = fma(q, r, V(.333333313f));
  V s = r * r;
  V y = fma(q * r, s, e * V(-2.12194440e-4f));
  y = fma(V(-.5f), s, y);
  y = fma(e, V(.693359375f), r + y);
  y = select(x == V::zero(), -infinity, y);
  y = select(x == infinity, infinity, y);
  return select(x >= V::zero(), y, V(__builtin_nanf("")));
}

// Within 0.9 ulps.
template <class V>
CNNC_INLINE V log(V x) {
  auto tiny = x < V(1.17549435e-38f);
  auto [e, r] = exponent_of(select(tiny, x * V(16777216.f), x));
  return log_of(x, e - select(tiny, V(24.f), V::zero()), r);
}

// log(1 + x), within 1.5 ulps: what 1 + x was rounded by is added to r.
template <class V>
CNNC_INLINE V log1p(V x) {
  V sum = x + V(1.f);
  auto [e, r] = exponent_of(sum);
  return log_of(sum, e, fma(x - (sum - V(1.f)), power_of_two(max(V(-126.f), -e)), r));
}

}  // namespace cnnc::CNNC_ISA
