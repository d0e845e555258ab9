// How long the nodes of a program run, in builds that are made to be measured. Other builds contain nothing of this.
#pragma once
#include <stdint.h>

#ifndef CNNC_INLINE
#define CNNC_INLINE inline __attribute__((always_inline))
#endif

namespace cnnc {

// A slot for each node of the program that runs; all threads add to it.
constexpr int profile_slots = 1 << 14;
int64_t profile_clock();
void profile_add(int slot, int64_t nanoseconds);

// The seconds of the first `count` slots, which are 0 again then.
void profile_take(double* seconds, int count);

// The time from here to the end of the block is a node's.
struct Profiled {
  int slot;
  int64_t start;
  explicit CNNC_INLINE Profiled(int node) : slot(node), start(profile_clock()) {}
  CNNC_INLINE ~Profiled() { profile_add(slot, profile_clock() - start); }
};

}  // namespace cnnc
