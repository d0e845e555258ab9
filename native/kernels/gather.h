// Elements of x at other places, or sums of a few of them. Each axis of the result tells by itself what its positions
// read: numbers of floats from where x begins, which add up over the three axes, and factors, which multiply.
#pragma once
#include "../simd/simd.h"
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

// Rows and columns of the result, in four forms. Of the first three a position reads one element, or none.

// Position p of [Begin, End) reads First + p·Step.
template <long First, long Step, int Begin, int End>
struct Line {
  static constexpr bool single = true;
  CNNC_INLINE bool reads(int p) const { return p >= Begin && p < End; }
  CNNC_INLINE long at(int p) const { return First + p * Step; }
};

// Position p reads the mirror image about both outermost of Last + 1 elements, the first of which is at Begin.
template <int Begin, int Last, long Step>
struct Mirror {
  static constexpr bool single = true;
  CNNC_INLINE bool reads(int) const { return true; }
  CNNC_INLINE long at(int p) const {
    const int i = p < Begin ? Begin - p : p - Begin;
    return (i > Last ? 2 * Last - i : i) * Step;
  }
};

// Position p reads offset[p], or nothing where that is negative.
struct Places {
  static constexpr bool single = true;
  const int* offset;
  CNNC_INLINE bool reads(int p) const { return offset[p] >= 0; }
  CNNC_INLINE long at(int p) const { return offset[p]; }
};

// Position p reads the elements offset[i] with weight[i], i from begin[p] to begin[p + 1].
struct Sums {
  static constexpr bool single = false;
  const int *begin, *offset;
  const float* weight;
  CNNC_INLINE bool reads(int p) const { return begin[p] < begin[p + 1]; }
};

// f(offset, weight) for all that position p reads, in their order.
template <class Axis, class F>
CNNC_INLINE void each_tap(Axis axis, int p, const F& f) {
  if constexpr (Axis::single) {
    if (axis.reads(p)) f(axis.at(p), 1.f);
  } else {
    for (int i = axis.begin[p]; i < axis.begin[p + 1]; i++) f(long(axis.offset[i]), axis.weight[i]);
  }
}

// Channels of the result, a vector at a time.

// Channel c of Count reads channel First + c of x, if x has that.
template <int First, int Count>
struct Run {
  template <class V, class X>
  CNNC_INLINE V read(const float* pixel, int c, V fill) const {
    const int first = First + c;
    if constexpr (First == 0 && Count <= X::channels) return load_lanes<V, X>(pixel, c);
    else if (first >= 0 && min(first + V::lanes, First + Count) <= X::channels) return load_from<V, X>(pixel, first);
    alignas(64) float lane[V::lanes];
    fill.store(lane);
    for (int i = 0; i < V::lanes; i++)
      if (unsigned(first + i) < unsigned(X::channels)) lane[i] = pixel[first + i];
    return V::load(lane);
  }
};

// Channel c reads offset[c]; there are whole vectors of these.
struct Lanes {
  const uint32_t* offset;
  template <class V, class X>
  CNNC_INLINE V read(const float* pixel, int c, V) const {
    return V::gather(pixel, V::index::load(offset + c));
  }
};

// The same where channels read nothing, if their offset is negative.
struct SomeLanes {
  const int* offset;
  template <class V, class X>
  CNNC_INLINE V read(const float* pixel, int c, V fill) const {
    alignas(64) float lane[V::lanes];
    fill.store(lane);
    for (int i = 0; i < V::lanes; i++)
      if (offset[c + i] >= 0) lane[i] = pixel[offset[c + i]];
    return V::load(lane);
  }
};

// y[n,h,w,c] = Σ_{i,j} rows.weight[i]·columns.weight[j]·x[n; rows.offset[i] + columns.offset[j] + channels.offset[c]] over
// what h and w read, `fill` where one of them, or c, reads nothing; for rows [h0, h1) of Y.
template <class V, class Y, class X, class Rows, class Columns, class Channels, class Body>
CNNC_KERNEL void gather(X x, Rows rows, Columns columns, Channels channels, float fill, long n, int h0, int h1, Body body) {
  const float* first = x.at(n, 0, 0);
  const auto read = [&](long offset, int c) { return channels.template read<V, X>(first + offset, c, V(fill)); };
  for (int h = h0; h < h1; h++)
    for (int w = 0; w < Y::width; w++) {
      const bool reads = rows.reads(h) && columns.reads(w);
      for (int c = 0; c < Y::channels; c += V::lanes) {
        const At at{n, h, w, c};
        if (!reads) {
          body(V(fill), at);
        } else if constexpr (Rows::single && Columns::single) {
          body(read(rows.at(h) + columns.at(w), c), at);
        } else {
          V sum = V::zero();
          each_tap(rows, h, [&](long row, float a) {
            each_tap(columns, w, [&](long column, float b) { sum = fma(V(a * b), read(row + column, c), sum); });
          });
          body(sum, at);
        }
      }
    }
}

}  // namespace cnnc::CNNC_ISA
