// Elementary functions for every vector type, within 4 units in the last place.
#pragma once
#include "simd.h"

namespace cnnc::CNNC_ISA {

// 1.5·2²³: added to a float below 2²² it rounds it to an integer, whose bits are then the lowest of the sum.
constexpr float to_integer = 12582912.f;

// x = n·ln2 + r with integral n, |r| <= ln2 / 2. ln2 is split so that n times its upper part is exact.
template <class V>
CNNC_INLINE void reduce_by_ln2(V x, V& n, V& r) {
  n = fma(x, V(1.44269504f), V(to_integer)) - V(to_integer);
  r = fma(n, V(-1.42860677e-6f), fma(n, V(-0.693145752f), x));
}

// 2ⁿ for integral n in -126..127.
template <class V>
CNNC_INLINE V power_of_two(V n) {
  return from_bits(bits(n + V(to_integer + 127.f)) << 23);
}

// (eʳ - 1 - r) / r² for |r| <= ln2 / 2, by its Taylor series.
template <class V>
CNNC_INLINE V exp_tail(V r) {
  V q = fma(V(1 / 5040.f), r, V(1 / 720.f));
  q = fma(q, r, V(1 / 120.f));
  q = fma(q, r, V(1 / 24.f));
  q = fma(q, r, V(1 / 6.f));
  return fma(q, r, V(.5f));
}

// Right to underflow (through the denormals) and overflow (to infinity).
template <class V>
CNNC_INLINE V exp(V x) {
  V n, r;
  reduce_by_ln2(min(V(89.f), max(V(-105.f), x)), n, r);
  V p = fma(r * r, exp_tail(r), r) + V(1.f);
  V half = floor(n * V(.5f));  // 2ⁿ alone may be out of range
  return p * power_of_two(half) * power_of_two(n - half);
}

// tanh x = e / (e + 2) with e = e²ˣ - 1 = 2ⁿ(eʳ - 1) + (2ⁿ - 1): no digits are lost near zero.
template <class V>
CNNC_INLINE V tanh(V x) {
  V n, r;
  reduce_by_ln2(min(V(20.f), max(V(-20.f), x + x)), n, r);
  V p = fma(r * r, exp_tail(r), r), s = power_of_two(n);
  V e = fma(s, p, s - V(1.f));
  return e / (e + V(2.f));
}

// 1 / (1 + e⁻ˣ), by e to a negative power only: to full precision on both sides.
template <class V>
CNNC_INLINE V sigmoid(V x) {
  V e = exp(-abs(x));
  return select(x < V::zero(), e, V(1.f)) / (e + V(1.f));
}

// x = 2ᵉ·m with m in √½..√2, log x = e·ln2 + log m; log m by a polynomial in m - 1 (Cephes).
// Of zero -∞, of a negative number not a number, of a denormal right.
template <class V>
CNNC_INLINE V log(V x) {
  using U = typename V::u32;
  const V infinity(__builtin_inff());
  auto tiny = x < V(1.17549435e-38f);
  U b = bits(select(tiny, x * V(16777216.f), x));
  U shifted = b - U(0x3f3504f3);  // bits of √½
  // The exponent's sign is kept by an offset, as shifts are logical.
  V e = to_f32((shifted + U(0x40000000)) >> 23) - select(tiny, V(128.f + 24.f), V(128.f));
  V r = from_bits((shifted & U(0x007fffff)) + U(0x3f3504f3)) - V(1.f);
  V q = fma(V(7.0376836292e-2f), r, V(-1.1514610310e-1f));
  q = fma(q, r, V(1.1676998740e-1f));
  q = fma(q, r, V(-1.2420140846e-1f));
  q = fma(q, r, V(1.4249322787e-1f));
  q = fma(q, r, V(-1.6668057665e-1f));
  q = fma(q, r, V(2.0000714765e-1f));
  q = fma(q, r, V(-2.4999993993e-1f));
  q = fma(q, r, V(3.3333331174e-1f));
  V s = r * r;
  V y = fma(q * r, s, e * V(-2.12194440e-4f));
  y = fma(V(-.5f), s, y);
  y = fma(e, V(.693359375f), r + y);
  y = select(x == V::zero(), -infinity, y);
  y = select(x == infinity, infinity, y);
  return select(x >= V::zero(), y, V(__builtin_nanf("")));
}

}  // namespace cnnc::CNNC_ISA
