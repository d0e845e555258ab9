// Sums over threads, always in the same order.
#pragma once
#include "../device.h"

namespace cnnc::CNNC_ISA {

constexpr int warp_size = 32;
CNNC_DEVICE int lane_index() { return thread_index() % warp_size; }
CNNC_DEVICE int warp_index() { return thread_index() / warp_size; }

// Over the lanes of a warp; all of them get it.
template <class T>
CNNC_DEVICE T warp_sum(T x) {
  for (int mask = warp_size / 2; mask > 0; mask /= 2) x = x + shuffle_xor(x, mask);
  return x;
}
CNNC_DEVICE float warp_largest(float x) {
  for (int mask = warp_size / 2; mask > 0; mask /= 2) {
    const float other = shuffle_xor(x, mask);
    x = x > other ? x : other;
  }
  return x;
}

// Over the Threads threads of a block, by way of `room` for a double per warp; all of them get it.
template <int Threads>
CNNC_DEVICE double block_sum(double x, Shared<double> room) {
  x = warp_sum(x);
  sync_block();  // whoever still reads the last sum
  if (lane_index() == 0) room.store(warp_index(), x);
  sync_block();
  double total = 0;
  for (int i = 0; i < Threads / warp_size; i++) total += room.load(i);
  return total;
}

// Some numbers are added in float before they are in double: nothing is lost of so few, and doubles are slow.
template <class F>
CNNC_DEVICE double sum_of_run(long begin, long end, long step, const F& f) {
  constexpr int run = 32;
  double total = 0;
  for (long i = begin; i < end;) {
    float sum = 0;
    for (int k = 0; k < run && i < end; k++, i += step) sum += f(i);
    total += double(sum);
  }
  return total;
}

}  // namespace cnnc::CNNC_ISA
