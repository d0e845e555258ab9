// Convolutions and their gradients as products (implicit GEMM: Chetlur et al. 2014, arXiv:1410.0759).
#pragma once
#include "../launch.h"
#include "operands.h"
#include "product.h"

namespace cnnc::CNNC_ISA {

// The most bytes, of 16, 8, 4 and 2, that divide a run of elements: what one copy takes.
template <class T>
constexpr int copy_bytes(int run) {
  for (int bytes = 16; bytes > int(sizeof(T)); bytes /= 2)
    if (run * int(sizeof(T)) % bytes == 0) return bytes;
  return int(sizeof(T));
}

// Results that go through pointwise steps: rows are the pixels H × W of samples, columns are channels from `channel` on.
template <int H, int W, class Steps>
struct PixelResults {
  const Steps& steps;
  int pixels, channel, channels;

  struct Pixel {
    long n;
    int h, w;
    bool exists;
  };
  CNNC_DEVICE Pixel row(int i) const { return {i / (H * W), i / W % H, i % W, i < pixels}; }
  CNNC_DEVICE int column(int c) const { return c < channels ? channel + c : -1; }
  CNNC_DEVICE void put(Pixel at, int c, float x) const {
    if (at.exists && c >= 0) steps(f32x1(x), At{at.n, at.h, at.w, c});
  }
};

// Results in memory, row after row.
struct MatrixResults {
  float* data;
  int rows, columns;

  CNNC_DEVICE Coordinate row(int i) const { return {long(i) * columns, i < rows}; }
  CNNC_DEVICE Coordinate column(int i) const { return {i, i < columns}; }
  CNNC_DEVICE void put(Coordinate row, Coordinate column, float x) const {
    if (row.exists && column.exists) write(data + row.offset + column.offset, x);
  }
};

// y[n,k,p,q] = Σ_{r,s,c} x[n,c,p·sh+r·dh-ph,q·sw+s·dw-pw]·w[k,r,s,c]: rows are pixels of y, columns outputs, slices groups.
template <class X, Window win, int K, int G, int P, int Q, class Steps>
struct ConvProblem {
  using T = typename X::type;
  static constexpr int inputs = X::channels / G, columns = K / G, terms = win.kh * win.kw * inputs, slices = G;
  using A = Windows<X, P, Q, inputs, copy_bytes<T>(inputs), false>;
  using B = Matrix<T, copy_bytes<T>(terms), false>;
  X x;
  const T* w;
  int batch;
  Steps steps;

  CNNC_INLINE int rows() const { return batch * P * Q; }
  CNNC_DEVICE A a(int group) const {
    return {x, {win.sh, -win.ph, win.dh, win.kh}, {win.sw, -win.pw, win.dw, win.kw}, group * inputs, rows()};
  }
  CNNC_DEVICE B b(int group) const { return {w + long(group) * columns * terms, columns, terms, terms}; }
  CNNC_DEVICE Range depth(int) const { return {0, terms}; }
  CNNC_DEVICE PixelResults<P, Q, Steps> result(int group) const { return {steps, rows(), group * columns, columns}; }
};

// The pixels h of one class of an axis, h = first + i·stride, are reached by the taps r = tap + j·step alone, of which there are
// `taps`: from windows p = start + i - j·distance.
struct ParityClass {
  int first, tap, step, taps, start, distance;
};
constexpr int common_divisor(int a, int b) { return b == 0 ? a : common_divisor(b, a % b); }
CNNC_INLINE ParityClass parity_class(int i, int kernel, int stride, int pad, int dilation) {
  // i + pad ≡ r·dilation (mod stride); taps that do repeat after `step`.
  const int divisor = common_divisor(stride, dilation), step = stride / divisor;
  int tap = 0;
  while (tap < step && (i + pad - tap * dilation) % stride != 0) tap++;
  const int taps = tap < step && tap < kernel ? ceil_div(kernel - tap, step) : 0;
  return {i, tap, step, taps, (i + pad - tap * dilation) / stride, dilation / divisor};
}

// w[k,r,s,c] with lines (r,s,k), of the taps that a class of pixels has, and elements c.
template <class T, Window win, int Outputs, int Inputs>
struct TurnedWeights {
  using type = T;
  static constexpr int bytes = copy_bytes<T>(Inputs);
  static constexpr bool transposed = true;
  const T* data;
  ParityClass h, w;

  CNNC_DEVICE Coordinate row(int i) const {
    const int tap = i / Outputs, j = tap / max(w.taps, 1), r = h.tap + j * h.step, s = w.tap + (tap - j * w.taps) * w.step;
    return {((long(i % Outputs) * win.kh + r) * win.kw + s) * Inputs, j < h.taps};
  }
  CNNC_DEVICE Coordinate column(int c) const { return {c, c < Inputs}; }
  CNNC_DEVICE Found<T> find(Coordinate row, Coordinate column) const {
    const bool exists = row.exists && column.exists;
    return {exists ? data + row.offset + column.offset : data, exists};
  }
};

// Every stride-th pixel from (h, w) on.
template <int H, int W, Window win, class Steps>
struct StridedResults {
  static constexpr int rows_of_class = ceil_div(H, win.sh), columns_of_class = ceil_div(W, win.sw);
  PixelResults<rows_of_class, columns_of_class, Steps> results;
  int h, w;

  CNNC_DEVICE auto row(int i) const {
    auto pixel = results.row(i);
    pixel.h = pixel.h * win.sh + h;
    pixel.w = pixel.w * win.sw + w;
    pixel.exists = pixel.exists && pixel.h < H && pixel.w < W;
    return pixel;
  }
  CNNC_DEVICE int column(int c) const { return results.column(c); }
  template <class Pixel>
  CNNC_DEVICE void put(const Pixel& at, int c, float x) const {
    results.put(at, c, x);
  }
};

// dx[n,c,h,w] = Σ_{r,s,k} dy[n,k,(h+ph-r·dh)/sh,(w+pw-s·dw)/sw]·w[k,r,s,c] over taps where the quotients are whole: pixels that
// have the same ones are a product of their own. Rows are such pixels, columns channels of x, slices groups and classes of pixels.
template <class Y, Window win, int C, int G, int H, int W, class Steps>
struct ConvDataProblem {
  using T = typename Y::type;
  static constexpr int outputs = Y::channels / G, columns = C / G, classes = win.sh * win.sw, slices = G * classes;
  using Results = StridedResults<H, W, win, Steps>;
  using A = Windows<Y, Results::rows_of_class, Results::columns_of_class, outputs, copy_bytes<T>(outputs), false>;
  using B = TurnedWeights<T, win, outputs, columns>;
  Y y;
  const T* w;
  int batch;
  Steps steps;

  CNNC_INLINE int rows() const { return batch * Results::rows_of_class * Results::columns_of_class; }
  CNNC_DEVICE static ParityClass h_class(int slice) {
    return parity_class(win.sh == 1 ? 0 : slice % classes / win.sw, win.kh, win.sh, win.ph, win.dh);
  }
  CNNC_DEVICE static ParityClass w_class(int slice) {
    return parity_class(win.sw == 1 ? 0 : slice % win.sw, win.kw, win.sw, win.pw, win.dw);
  }
  CNNC_DEVICE A a(int slice) const {
    const ParityClass h = h_class(slice), v = w_class(slice);
    // Without taps there is no depth; the divisor of their numbers must not be 0.
    return {y, {1, h.start, -h.distance, h.taps}, {1, v.start, -v.distance, max(v.taps, 1)}, slice / classes * outputs, rows()};
  }
  CNNC_DEVICE B b(int slice) const {
    return {w + long(slice / classes) * outputs * win.kh * win.kw * columns, h_class(slice), w_class(slice)};
  }
  CNNC_DEVICE Range depth(int slice) const { return {0, h_class(slice).taps * w_class(slice).taps * outputs}; }
  CNNC_DEVICE Results result(int slice) const {
    return {{steps, rows(), slice / classes * columns, columns}, h_class(slice).first, w_class(slice).first};
  }
};

// Part `i` of `count` parts of a sum over `total` terms; all but the last are whole tiles of depth.
CNNC_INLINE Range part_of(int total, int count, int i, int depth) {
  const int size = round_up(ceil_div(total, count), depth), begin = min(total, i * size);
  return {begin, min(total, begin + size)};
}

// dw[k,r,s,c] = Σ_{n,p,q} dy[n,k,p,q]·x[n,c,p·sh+r·dh-ph,q·sw+s·dw-pw]: rows are outputs, columns taps, slices groups and, of
// each, parts of the sum, which lie `stride` floats apart.
template <class X, class Y, Window win, int G, int Parts, int Depth>
struct ConvWeightsProblem {
  using T = typename X::type;
  static constexpr int inputs = X::channels / G, outputs = Y::channels / G, columns = win.kh * win.kw * inputs;
  static constexpr int slices = G * Parts;
  using A = Windows<Y, Y::height, Y::width, outputs, copy_bytes<T>(outputs), true>;
  using B = Windows<X, Y::height, Y::width, inputs, copy_bytes<T>(inputs), true>;
  X x;
  Y y;
  int batch;
  float* dw;
  long stride;

  CNNC_INLINE static int rows() { return outputs; }
  CNNC_DEVICE int pixels() const { return batch * Y::height * Y::width; }
  CNNC_DEVICE A a(int slice) const { return {y, {1, 0, 1, 1}, {1, 0, 1, 1}, slice / Parts * outputs, pixels()}; }
  CNNC_DEVICE B b(int slice) const {
    return {x, {win.sh, -win.ph, win.dh, win.kh}, {win.sw, -win.pw, win.dw, win.kw}, slice / Parts * inputs, pixels()};
  }
  CNNC_DEVICE Range depth(int slice) const { return part_of(pixels(), Parts, slice % Parts, Depth); }
  CNNC_DEVICE MatrixResults result(int slice) const {
    return {dw + slice % Parts * stride + long(slice / Parts) * outputs * columns, outputs, columns};
  }
};

template <Unit unit, BlockTile t, Window win, int K, int G, int P, int Q, class X, class Steps>
auto conv(X x, const typename X::type* w, long batch, const Steps& steps) {
  using Problem = ConvProblem<X, win, K, G, P, Q, Steps>;
  return Product<Problem, unit, t>{Problem{x, w, int(batch), steps}};
}
template <Unit unit, BlockTile t, Window win, int C, int G, int H, int W, class Y, class Steps>
auto conv_data(Y y, const typename Y::type* w, long batch, const Steps& steps) {
  using Problem = ConvDataProblem<Y, win, C, G, H, W, Steps>;
  return Product<Problem, unit, t>{Problem{y, w, int(batch), steps}};
}
template <Unit unit, BlockTile t, Window win, int G, int Parts, class X, class Y>
auto conv_weights(X x, Y y, long batch, float* dw, long stride) {
  using Problem = ConvWeightsProblem<X, Y, win, G, Parts, t.depth>;
  return Product<Problem, unit, t>{Problem{x, y, int(batch), dw, stride}};
}

}  // namespace cnnc::CNNC_ISA
