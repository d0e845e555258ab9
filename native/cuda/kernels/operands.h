// Operands of products: matrices as they lie in memory, and pictures from which windows are gathered.
#pragma once
#include "../../tensor/window.h"
#include "copy-tile.h"

namespace cnnc::CNNC_ISA {

// A coordinate of an operand: where it is, in elements, and whether there is such a one.
struct Coordinate {
  long offset;
  bool exists;
};

// Lines of so many elements, `stride` elements apart.
template <class T, int Bytes, bool Transposed>
struct Matrix {
  using type = T;
  static constexpr int bytes = Bytes;
  static constexpr bool transposed = Transposed;
  const T* data;
  int lines, elements;
  long stride;

  CNNC_DEVICE Coordinate row(int line) const { return {line * stride, line < lines}; }
  CNNC_DEVICE Coordinate column(int element) const { return {element, element < elements}; }
  CNNC_DEVICE Found<T> find(Coordinate row, Coordinate column) const {
    const bool exists = row.exists && column.exists;
    return {exists ? data + row.offset + column.offset : data, exists};
  }
};

// Windows along one axis: window i begins at i·step + start and has `taps`, each `tap` behind the one before (or before it,
// where `tap` is negative).
struct Axis {
  int step, start, tap, taps;
};

// Lines are windows, Rows × Columns of each sample; elements of one are taps along rows, along columns, and of each the
// `Channels` from x's channel `channel` on. Beyond the edges of x there is nothing.
template <class X, int Rows, int Columns, int Channels, int Bytes, bool Transposed>
struct Windows {
  using type = typename X::type;
  static constexpr int bytes = Bytes;
  static constexpr bool transposed = Transposed;
  X x;
  Axis rows, columns;
  int channel, windows;

  struct Place {
    long offset;
    int h, w;
  };
  CNNC_DEVICE Place row(int i) const {
    const long n = i / (Rows * Columns);
    const int h = i / Columns % Rows * rows.step + rows.start, w = i % Columns * columns.step + columns.start;
    // Out of the reach of every tap.
    return {n * X::sample + h * X::row + w * X::pixel + channel, i < windows ? h : -(1 << 30), w};
  }
  CNNC_DEVICE Place column(int i) const {
    const int tap = i / Channels, r = tap / columns.taps;
    const int h = r * rows.tap, w = (tap - r * columns.taps) * columns.tap;
    return {h * X::row + w * X::pixel + i % Channels, r < rows.taps ? h : -(1 << 30), w};
  }
  CNNC_DEVICE Found<type> find(Place window, Place tap) const {
    const bool exists = unsigned(window.h + tap.h) < unsigned(X::height) && unsigned(window.w + tap.w) < unsigned(X::width);
    return {exists ? x.data + window.offset + tap.offset : x.data, exists};
  }
};

}  // namespace cnnc::CNNC_ISA
