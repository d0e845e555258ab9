// Elementary functions for every vector type, within 4 units in the last place.
#pragma once
#include "simd.h"

namespace cnnc::CNNC_ISA {

// 1.5·2²³: added to a float below 2²² it rounds it to an integer, whose bits are then the lowest of the sum.
constexpr float to_integer = 12582912.f;

// x = n·ln2 + r with integral n, |r| <= ln2 / 2. ln2 is split so that n times its upper part is exact.
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

// eʳ - 1 for |r| <= ln2 / 2: r + r²·q(r), where q has the least largest relative error of its degree, 2⁻²⁵·⁸.
template <class V>
CNNC_INLINE V exp_less_one(V r) {
  V q = fma(V(0.001388252f), r, V(0.008366527f));
  q = fma(q, r, V(0.0416672f));
  q = fma(q, r, V(0.16666543f));
  q = fma(q, r, V(0.49999997f));
  return fma(r * r, q, r);
}

// Right to underflow (through the denormals) and overflow (to infinity).
template <class V>
CNNC_INLINE V exp(V x) {
  auto [n, r, exponent] = reduce_by_ln2(min(V(89.f), max(V(-105.f), x)));
  V half = floor(n * V(.5f));  // 2ⁿ alone may be out of range
  return (exp_less_one(r) + V(1.f)) * power_of_two(half) * power_of_two(n - half);
}

// tanh x = e / (e + 2) with e = e²ˣ - 1 = 2ⁿ(eʳ - 1) + (2ⁿ - 1): no digits are lost near zero.
template <class V>
CNNC_INLINE V tanh(V x) {
  auto [n, r, exponent] = reduce_by_ln2(min(V(20.f), max(V(-20.f), x + x)));
  V s = from_bits(exponent << 23);  // 2ⁿ
  V e = fma(s, exp_less_one(r), s - V(1.f));
  return e / (e + V(2.f));
}

// 1 / (1 + e⁻ˣ), by e to a negative power only: to full precision on both sides.
template <class V>
CNNC_INLINE V sigmoid(V x) {
  V e = exp(-abs(x));
  return select(x < V::zero(), e, V(1.f)) / (e + V(1.f));
}

// Near 0 erf x = x + x·p(x²), beyond 1 - exp(-|x|·(1 + q(|x|))) with the sign of x; p and q of least largest error.
template <class V>
CNNC_INLINE V erf(V x) {
  V t = abs(x), s = x * x;
  V p = fma(V(-5.96761703e-4f), s, V(4.99119423e-3f));
  p = fma(p, s, V(-2.67681349e-2f));
  p = fma(p, s, V(1.12819925e-1f));
  p = fma(p, s, V(-3.76125336e-1f));
  p = fma(p, s, V(1.28379166e-1f));
  V q = fma(V(-1.72853470e-5f), t, V(3.83197126e-4f));
  q = fma(q, s, fma(V(-3.88396438e-3f), t, V(2.42546219e-2f)));
  q = fma(q, t, V(-1.06777877e-1f));
  q = fma(q, t, V(-6.34846687e-1f));
  q = fma(q, t, V(-1.28717512e-1f));
  V far = V(1.f) - exp(fma(q, t, -t));
  return select(t > V(.927734375f), select(x < V::zero(), -far, far), fma(p, x, x));
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
