// Minimal filtering: m outputs of a convolution with 3 taps from m + 2 products (Winograd 1980; Lavin and Gray 2016).
//
// With distinct points p_0 … p_m and ∞, f_j = Π_{k≠j} (p_j - p_k):
//   y = Aᵀ [(G g) ⊙ (Bᵀ d)],  G_j = (1, p_j, p_j²)/f_j,  Aᵀ_ij = p_jⁱ,  Bᵀ_j = the coefficients of Π_{k≠j} (x - p_k),
// and for ∞ G = (0, 0, 1), Aᵀ_i = 1 where i = m - 1, Bᵀ the coefficients of Π_k (x - p_k). In two dimensions each is
// applied to columns, then to rows.
#pragma once
#include "../simd/simd.h"
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

// The finite points. 0, ±3/4, ±3/2 rather than 0, ±1, ±2: a quarter of the rounding error.
template <int m>
inline constexpr double winograd_points[5] = {};
template <>
inline constexpr double winograd_points<2>[5] = {0, 1, -1};
template <>
inline constexpr double winograd_points<4>[5] = {0, .75, -.75, 1.5, -1.5};

// The matrices for r of m outputs. For r < m they have the first r + 1 finite points and ∞: G stays that of m outputs, and
// what f_j is smaller by stands in Bᵀ. So tiles at an edge are multiplied by a part of the same transformed weights.
template <int r>
struct WinogradMatrices {
  static constexpr int points = r + 2, finite = r + 1;
  float bt[points][points] = {}, g[points][3] = {}, at[r][points] = {};

  constexpr WinogradMatrices(const double* p, int m) {
    for (int j = 0; j < finite; j++) {
      double c[points + 1] = {}, full = 1, part = 1, power = 1;
      expand(p, j, c);
      for (int k = 0; k <= m; k++) full *= k == j ? 1 : p[j] - p[k];
      for (int k = 0; k < finite; k++) part *= k == j ? 1 : p[j] - p[k];
      for (int i = 0; i < points; i++) bt[j][i] = float(c[i] * (full / part));
      for (int i = 0; i < max(r, 3); i++, power *= p[j]) {
        if (i < r) at[i][j] = float(power);
        if (i < 3) g[j][i] = float(power / full);
      }
    }
    double c[points + 1] = {};
    expand(p, finite, c);
    for (int i = 0; i < points; i++) bt[finite][i] = float(c[i]);
    g[finite][2] = at[r - 1][finite] = 1;
  }

  // The coefficients of the product of x - p_k over the finite points but `left_out`.
  static constexpr void expand(const double* p, int left_out, double* c) {
    c[0] = 1;
    for (int k = 0; k < finite; k++)
      if (k != left_out)
        for (int i = points; i >= 0; i--) c[i] = (i > 0 ? c[i - 1] : 0) - p[k] * c[i];
  }

  // Whether p_{j+1} = -p_j and their rows of Bᵀ have the same even terms and opposite odd ones.
  constexpr bool paired_inputs(int j) const {
    for (int i = 0; i < points; i++)
      if (j + 1 >= finite || bt[j + 1][i] != (i % 2 == 0 ? bt[j][i] : -bt[j][i])) return false;
    return true;
  }
  constexpr bool paired_outputs(int j) const {
    for (int i = 0; i < r; i++)
      if (j + 1 >= finite || at[i][j + 1] != (i % 2 == 0 ? at[i][j] : -at[i][j])) return false;
    return true;
  }
};

template <int m, int r = m>
inline constexpr WinogradMatrices<r> winograd{winograd_points<m>, m};

// The part of a sum of constants times values that is there already, if any is: multiples of 0 cost nothing, the first and
// those of 1 no multiplication.
template <class V>
struct ConstantSum {
  V v;
  bool any = false;
  CNNC_INLINE void add(float c, V x) {
    if (c == 0) return;
    v = !any ? (c == 1 ? x : V(c) * x) : c == 1 ? v + x : fma(V(c), x, v);
    any = true;
  }
};

// Σ c[i]·x[i] over i = last, last - step, … >= 0.
template <const auto& c, int row, int last, int step, class V>
CNNC_INLINE V row_sum(const V* x) {
  ConstantSum<V> sum;
  each<last / step + 1>([&](auto i) __attribute__((always_inline)) {
    constexpr int at = last - decltype(i)::value * step;
    sum.add(c.bt[row][at], x[at]);
  });
  return sum.v;
}

// t = Bᵀ d
template <int m, int r, class V>
CNNC_INLINE void winograd_input(const V* d, V* t) {
  constexpr int last = r + 1, even = last / 2 * 2, odd = (last - 1) / 2 * 2 + 1;
  each<r + 2>([&](auto count) __attribute__((always_inline)) {
    constexpr int j = decltype(count)::value;
    constexpr auto& w = winograd<m, r>;
    if constexpr (w.paired_inputs(j)) {
      V e = row_sum<w, j, even, 2>(d), o = row_sum<w, j, odd, 2>(d);
      t[j] = e + o, t[j + 1] = e - o;
    } else if constexpr (j == 0 || !w.paired_inputs(j - 1)) {
      t[j] = row_sum<w, j, last, 1>(d);
    }
  });
}

// y = Aᵀ t
template <int m, int r, class V>
CNNC_INLINE void winograd_output(const V* t, V* y) {
  V sum[r + 2], difference[r + 2];
  each<r + 1>([&](auto j) __attribute__((always_inline)) {
    constexpr int i = decltype(j)::value;
    if constexpr (winograd<m, r>.paired_outputs(i)) sum[i] = t[i] + t[i + 1], difference[i] = t[i] - t[i + 1];
  });
  each<r>([&](auto row) __attribute__((always_inline)) {
    constexpr int i = decltype(row)::value;
    ConstantSum<V> total;
    each<r + 2>([&](auto from_last) __attribute__((always_inline)) {
      constexpr int j = r + 1 - decltype(from_last)::value;
      constexpr auto& w = winograd<m, r>;
      if constexpr (w.paired_outputs(j)) total.add(w.at[i][j], i % 2 == 0 ? sum[j] : difference[j]);
      else if constexpr (j == 0 || !w.paired_outputs(j - 1)) total.add(w.at[i][j], t[j]);
    });
    y[i] = total.v;
  });
}

}  // namespace cnnc::CNNC_ISA
