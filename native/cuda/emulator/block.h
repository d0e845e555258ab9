// The block that runs now, for the parts of the emulator.
#pragma once
#include "emulator.h"

namespace cnnc::emulator {

constexpr int warp_size = 32;

// When something happens: how many barriers of the block, and of the warp, were before.
struct Time {
  uint32_t block, warp;
};

bool in_kernel();
bool on_stack(const void* p);
Time now();

// Ends the launch: what the kernel does wrong, as printf has it. Does not return.
[[noreturn]] [[gnu::format(printf, 1, 2)]] void fail(const char* format, ...);

// Shared memory, and what is known of each of its cells.
namespace shared {
void start_block(int bytes);
}
// Copies of a thread that are on their way.
void start_thread_copies(int threads);

// Lets other threads run until `ready(context)`.
void wait_until(bool (*ready)(const void* context), const void* context);

// All lanes of the warp come to the same instruction, each with an argument; the last one performs it for all.
void meet(const char* instruction, void* argument, void (*perform)(void* const* arguments));

}  // namespace cnnc::emulator
