// Work over the parameter block: parts of gradients, their norm, the optimiser.
#pragma once
#include "../call.h"
#include "sums.h"

namespace cnnc::CNNC_ISA {

constexpr int threads_of_parameters = 256;

struct SumParts {
  static constexpr int threads = threads_of_parameters, shared_bytes = 0;
  const float* parts;
  int count;
  long stride, size;
  float* out;

  long blocks() const { return (size + threads - 1) / threads; }
  CNNC_DEVICE void operator()() const {
    const long i = block_index() * threads + thread_index();
    if (i >= size) return;
    float sum = read(parts + i);
    for (int j = 1; j < count; j++) sum += read(parts + j * stride + i);
    write(out + i, sum);
  }
};
// out[i] = Σ_{j < count} parts[j·stride + i], j ascending, for i < size.
inline SumParts sum_of_parts(const float* parts, int count, long stride, long size, float* out) {
  return {parts, count, stride, size, out};
}

template <int Floats>
struct SquareSums {
  static constexpr int threads = threads_of_parameters, shared_bytes = threads / warp_size * int(sizeof(double));
  const float* x;
  long size;
  double* squares;

  long blocks() const { return (size + Floats - 1) / Floats; }
  CNNC_DEVICE void operator()() const {
    const long begin = block_index() * Floats, end = begin + Floats < size ? begin + Floats : size;
    double own = 0;
    for (long i = begin + thread_index(); i < end; i += threads) {
      const double v = double(read(x + i));
      own += v * v;
    }
    const double all = block_sum<threads>(own, shared_memory<double>(0));
    if (thread_index() == 0) write(squares + block_index(), all);
  }
};
// squares[j] = Σ x[i]² over range j of Floats numbers.
template <int Floats>
SquareSums<Floats> squares_of_ranges(const float* x, long size, double* squares) {
  return {x, size, squares};
}

// √(Σ squares[j]), j < count: by one thread, in order.
CNNC_DEVICE double norm_of_ranges(const double* squares, long count) {
  double total = 0;
  for (long i = 0; i < count; i++) total += read(squares + i);
  return __builtin_sqrt(total);
}

// One thread: numbers that depend on the step alone.
template <class F>
struct Once {
  static constexpr int threads = warp_size, shared_bytes = 0;
  F f;
  long blocks() const { return 1; }
  CNNC_DEVICE void operator()() const {
    if (thread_index() == 0) f();
  }
};
template <class F>
Once<F> once(const F& f) {
  return {f};
}

struct AddUpGradients {
  static constexpr int threads = threads_of_parameters, shared_bytes = 0;
  const StepNumbers* numbers;
  float *gradients, *sums;
  long size;
  bool ends;

  long blocks() const { return (size + threads - 1) / threads; }
  CNNC_DEVICE void operator()() const {
    const long i = block_index() * threads + thread_index();
    if (i >= size) return;
    const StepNumbers now = read(numbers);
    float sum = read(gradients + i) * float(now.share);
    if (now.first > 0) sum += read(sums + i);
    write((ends ? gradients : sums) + i, sum);
  }
};
// What program.h calls by this name: the gradients of a part of a batch, added to the sum, which at its end is theirs.
inline AddUpGradients add_up_gradients(const StepNumbers* numbers, float* gradients, float* sums, long size, bool ends) {
  return {numbers, gradients, sums, size, ends};
}

template <class Move>
struct Update {
  static constexpr int threads = threads_of_parameters, shared_bytes = 0;
  Move move;
  long size;

  long blocks() const { return (size + threads - 1) / threads; }
  CNNC_DEVICE void operator()() const {
    const long i = block_index() * threads + thread_index();
    if (i < size) move(f32x1::zero(), i);
  }
};
// move(0, i) for every learned number i.
template <class Move>
Update<Move> update_all(const Move& move, long size) {
  return {move, size};
}

}  // namespace cnnc::CNNC_ISA
