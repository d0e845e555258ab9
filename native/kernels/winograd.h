// Minimal filtering: m outputs of a convolution with k taps from m + k - 1 products (Winograd 1980; Lavin and Gray 2016).
//
// With distinct points p_0 … p_{m+k-3} and ∞, f_j = Π_{i≠j} (p_j - p_i):
//   y = Aᵀ [(G g) ⊙ (Bᵀ d)],  G_j = (1, p_j, …, p_j^{k-1})/f_j,  Aᵀ_ij = p_jⁱ,  Bᵀ_j = the coefficients of Π_{i≠j} (x - p_i),
// and for ∞ G = (0, …, 0, 1), Aᵀ_i = 1 where i = m - 1, Bᵀ the coefficients of Π_i (x - p_i). In two dimensions each is
// applied to columns, then to rows; with m = k = 1 to a dimension it leaves it as it is.
#pragma once
#include "../simd/simd.h"
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

// So many finite points. 0, ±3/4, ±3/2 rather than 0, ±1, ±2: a quarter of the rounding error.
template <int Finite>
inline constexpr double winograd_points[5] = {0, 1, -1};
template <>
inline constexpr double winograd_points<5>[5] = {0, .75, -.75, 1.5, -1.5};

// The matrices for r of m outputs. For r < m they have the first r + k - 2 finite points and ∞: G stays that of m outputs, and
// what f_j is smaller by stands in Bᵀ. So tiles at an edge are multiplied by a part of the same transformed weights.
template <int r, int taps>
struct WinogradMatrices {
  static constexpr int points = r + taps - 1, finite = points - 1;
  float bt[points][points] = {}, g[points][taps] = {}, at[r][points] = {};
  bool pair[points] = {};

  constexpr WinogradMatrices(const double* p, int m) {
    for (int j = 0; j < finite; j++) {
      double c[points + 1] = {}, full = 1, part = 1, power = 1;
      expand(p, j, c);
      pair[j] = j + 1 < finite && p[j] > 0 && p[j + 1] == -p[j];
      for (int k = 0; k < m + taps - 2; k++) full *= k == j ? 1 : p[j] - p[k];
      for (int k = 0; k < finite; k++) part *= k == j ? 1 : p[j] - p[k];
      for (int i = 0; i < points; i++) bt[j][i] = float(c[i] * (full / part));
      for (int i = 0; i < max(r, taps); i++, power *= p[j]) {
        if (i < r) at[i][j] = float(power);
        if (i < taps) g[j][i] = float(power / full);
      }
    }
    double c[points + 1] = {};
    expand(p, finite, c);
    for (int i = 0; i < points; i++) bt[finite][i] = float(c[i]);
    g[finite][taps - 1] = at[r - 1][finite] = 1;
  }

  // The coefficients of the product of x - p_k over the finite points but `left_out`.
  static constexpr void expand(const double* p, int left_out, double* c) {
    c[0] = 1;
    for (int k = 0; k < finite; k++)
      if (k != left_out)
        for (int i = points; i >= 0; i--) c[i] = (i > 0 ? c[i - 1] : 0) - p[k] * c[i];
  }

  // Whether p_{j+1} = -p_j: then their columns of Aᵀ have the same even terms and opposite odd ones,
  constexpr bool paired_outputs(int j) const { return j + 1 < finite && pair[j]; }
  // and so have their rows of Bᵀ, unless points that are left out have no pair.
  constexpr bool paired_inputs(int j) const {
    for (int i = 0; i < points; i++)
      if (!paired_outputs(j) || bt[j + 1][i] != (i % 2 == 0 ? bt[j][i] : -bt[j][i])) return false;
    return true;
  }
};

template <int m, int taps, int r = m>
inline constexpr WinogradMatrices<r, taps> winograd{winograd_points<m + taps - 2>, m};

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
  each<last < 0 ? 0 : last / step + 1>([&](auto i) CNNC_ALWAYS_INLINE {
    constexpr int at = last - decltype(i)::value * step;
    sum.add(c.bt[row][at], x[at]);
  });
  return sum.v;
}

// t = Bᵀ d
template <int m, int taps, int r, class V>
CNNC_INLINE void winograd_input(const V* d, V* t) {
  constexpr int last = r + taps - 2, even = last / 2 * 2, odd = (last - 1) / 2 * 2 + 1;
  each<last + 1>([&](auto count) CNNC_ALWAYS_INLINE {
    constexpr int j = decltype(count)::value;
    constexpr auto& w = winograd<m, taps, r>;
    if constexpr (w.paired_inputs(j)) {
      V e = row_sum<w, j, even, 2>(d), o = row_sum<w, j, odd, 2>(d);
      t[j] = e + o, t[j + 1] = e - o;
    } else if constexpr (j == 0 || !w.paired_inputs(j - 1)) {
      t[j] = row_sum<w, j, last, 1>(d);
    }
  });
}

// z = A y, the adjoint of winograd_output.
template <int m, int taps, int r, class V>
CNNC_INLINE void winograd_gradient(const V* y, V* z) {
  each<r + taps - 1>([&](auto count) CNNC_ALWAYS_INLINE {
    constexpr int j = decltype(count)::value;
    constexpr auto& w = winograd<m, taps, r>;
    if constexpr (j > 0 && w.paired_outputs(max(0, j - 1))) return;
    ConstantSum<V> even, odd;
    each<r>([&](auto from_last) CNNC_ALWAYS_INLINE {
      constexpr int i = r - 1 - decltype(from_last)::value;
      (w.paired_outputs(j) && i % 2 == 1 ? odd : even).add(w.at[i][j], y[i]);
    });
    if constexpr (w.paired_outputs(j)) z[j] = odd.any ? even.v + odd.v : even.v, z[j + 1] = odd.any ? even.v - odd.v : even.v;
    else z[j] = even.v;
  });
}

// w = Gᵀ t, the adjoint of the transform of weights.
template <int m, int taps, class V>
CNNC_INLINE void winograd_weights_gradient(const V* t, V* w) {
  each<taps>([&](auto tap) CNNC_ALWAYS_INLINE {
    ConstantSum<V> sum;
    each<m + taps - 1>([&](auto point) CNNC_ALWAYS_INLINE {
      constexpr int j = decltype(point)::value;
      sum.add(winograd<m, taps>.g[j][decltype(tap)::value], t[j]);
    });
    w[decltype(tap)::value] = sum.v;
  });
}

// y = Aᵀ t
template <int m, int taps, int r, class V>
CNNC_INLINE void winograd_output(const V* t, V* y) {
  constexpr int points = r + taps - 1;
  V sum[points], difference[points];
  each<points>([&](auto j) CNNC_ALWAYS_INLINE {
    constexpr int i = decltype(j)::value;
    if constexpr (winograd<m, taps, r>.paired_outputs(i)) sum[i] = t[i] + t[i + 1], difference[i] = t[i] - t[i + 1];
  });
  each<r>([&](auto row) CNNC_ALWAYS_INLINE {
    constexpr int i = decltype(row)::value;
    ConstantSum<V> total;
    each<points>([&](auto from_last) CNNC_ALWAYS_INLINE {
      constexpr int j = points - 1 - decltype(from_last)::value;
      constexpr auto& w = winograd<m, taps, r>;
      if constexpr (w.paired_outputs(j)) total.add(w.at[i][j], i % 2 == 0 ? sum[j] : difference[j]);
      else if constexpr (j == 0 || !w.paired_outputs(j - 1)) total.add(w.at[i][j], t[j]);
    });
    y[i] = total.v;
  });
}

}  // namespace cnnc::CNNC_ISA
