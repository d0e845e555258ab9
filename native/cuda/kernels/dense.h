// Dense layers and their gradients as products; i counts the elements of a sample as they lie in memory.
#pragma once
#include "conv.h"

namespace cnnc::CNNC_ISA {

template <class X>
constexpr int flat_size = X::height * X::width * X::channels;

// Results of which a row is a sample, and columns are its elements of H × W × C.
template <int W, int C, class Steps>
struct SampleResults {
  const Steps& steps;
  int samples, elements;

  struct Element {
    int h, w, c;
    bool exists;
  };
  CNNC_DEVICE int row(int n) const { return n < samples ? n : -1; }
  CNNC_DEVICE Element column(int i) const { return {i / (W * C), i / C % W, i % C, i < elements}; }
  CNNC_DEVICE void put(int n, Element at, float x) const {
    if (n >= 0 && at.exists) steps(f32x1(x), At{n, at.h, at.w, at.c});
  }
};

// y[n,k] = Σ_i x[n,i]·w[k,i]
template <class X, int K, class Steps>
struct DenseProblem {
  using T = typename X::type;
  static constexpr int columns = K, terms = flat_size<X>, slices = 1;
  using A = Matrix<T, copy_bytes<T>(terms), false>;
  using B = Matrix<T, copy_bytes<T>(terms), false>;
  X x;
  const T* w;
  int batch;
  Steps steps;

  CNNC_INLINE int rows() const { return batch; }
  CNNC_DEVICE A a(int) const { return {x.data, batch, terms, X::sample}; }
  CNNC_DEVICE B b(int) const { return {w, K, terms, terms}; }
  CNNC_DEVICE Range depth(int) const { return {0, terms}; }
  CNNC_DEVICE SampleResults<1, K, Steps> result(int) const { return {steps, batch, K}; }
};

// dx[n,i] = Σ_k dy[n,k]·w[k,i]
template <class Y, int H, int W, int C, class Steps>
struct DenseDataProblem {
  using T = typename Y::type;
  static constexpr int columns = H * W * C, terms = Y::channels, slices = 1;
  using A = Matrix<T, copy_bytes<T>(terms), false>;
  using B = Matrix<T, copy_bytes<T>(columns), true>;
  Y y;
  const T* w;
  int batch;
  Steps steps;

  CNNC_INLINE int rows() const { return batch; }
  CNNC_DEVICE A a(int) const { return {y.data, batch, terms, Y::sample}; }
  CNNC_DEVICE B b(int) const { return {w, terms, columns, columns}; }
  CNNC_DEVICE Range depth(int) const { return {0, terms}; }
  CNNC_DEVICE SampleResults<W, C, Steps> result(int) const { return {steps, batch, columns}; }
};

// dw[k,i] = Σ_n dy[n,k]·x[n,i]
template <class X, class Y>
struct DenseWeightsProblem {
  using T = typename X::type;
  static constexpr int columns = flat_size<X>, slices = 1;
  using A = Matrix<T, copy_bytes<T>(Y::channels), true>;
  using B = Matrix<T, copy_bytes<T>(columns), true>;
  X x;
  Y y;
  int batch;
  float* dw;

  CNNC_INLINE static int rows() { return Y::channels; }
  CNNC_DEVICE A a(int) const { return {y.data, batch, Y::channels, Y::sample}; }
  CNNC_DEVICE B b(int) const { return {x.data, batch, columns, X::sample}; }
  CNNC_DEVICE Range depth(int) const { return {0, batch}; }
  CNNC_DEVICE MatrixResults result(int) const { return {dw, Y::channels, columns}; }
};

template <Unit unit, BlockTile t, int K, class X, class Steps>
auto dense(X x, const typename X::type* w, long batch, const Steps& steps) {
  return Product<DenseProblem<X, K, Steps>, unit, t>{{x, w, int(batch), steps}};
}
template <Unit unit, BlockTile t, int H, int W, int C, class Y, class Steps>
auto dense_data(Y y, const typename Y::type* w, long batch, const Steps& steps) {
  return Product<DenseDataProblem<Y, H, W, C, Steps>, unit, t>{{y, w, int(batch), steps}};
}
template <Unit unit, BlockTile t, class X, class Y>
auto dense_weights(X x, Y y, long batch, float* dw) {
  return Product<DenseWeightsProblem<X, Y>, unit, t>{{x, y, int(batch), dw}};
}

}  // namespace cnnc::CNNC_ISA
