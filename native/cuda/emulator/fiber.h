// Threads that take turns by their own will: a stack each, and a switch between two of them.
#pragma once
#include <cstddef>

namespace cnnc::emulator {

// Where a fiber stands while it does not run: its registers are on top of its stack.
using Place = void*;

// Leaves this fiber, whose place goes to `from`, and goes on at `to`.
void switch_fiber(Place* from, Place to);

// Stacks side by side, as many as a block has threads at most; kept from launch to launch.
class Stacks {
 public:
  static constexpr int count = 1024;
  static constexpr size_t bytes = size_t{256} << 10;

  Stacks();
  ~Stacks();
  Stacks(const Stacks&) = delete;
  Stacks& operator=(const Stacks&) = delete;

  // The place from which fiber i starts with `entry`, which never returns.
  Place start(int i, void (*entry)());
  bool contains(const void* p) const;

 private:
  char* memory_;
};

}  // namespace cnnc::emulator
