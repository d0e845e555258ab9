// A GPU for tests: blocks run one after the other, in any order; the threads of a block are fibers, warps take turns in any
// order. What a real GPU would forgive by chance is a failure here:
//
// - Global memory: an access outside of what cudaMalloc gave.
// - Shared memory is full of NaNs when a block starts. Two threads of a block that access the same bytes, one of them writing,
//   without a barrier between (of the block, or of the warp for its own lanes), race.
// - Bytes of an asynchronous copy arrive when its thread waits for them, not before; until then nobody may touch them.
// - A barrier that a thread never reaches; lanes of a warp that do not come to the same instruction.
//
// Lane layouts of load_matrices and multiply_add are those of the PTX ISA (ldmatrix, mma.m16n8k8, mma.m16n8k16).
// One launch at a time, on one host thread.
#pragma once
#include <stdint.h>

namespace cnnc::emulator {

struct Launch {
  const char* name;  // of the kernel, in messages
  long blocks;
  int threads, shared_bytes;
  void (*body)(const void* kernel);
  const void* kernel;
};

// False when something was wrong: `failure` tells what, where.
bool launch(const Launch& launch);
const char* failure();

// Global memory.
void add_memory(const void* data, int64_t bytes);
void remove_memory(const void* data);

// What kernels call.
int thread_index();
long block_index();
void sync_block();
void sync_warp();
void shuffle_xor(void* x, int bytes, int mask);
void load_shared(int offset, void* x, int bytes);
void store_shared(int offset, const void* x, int bytes);
void copy_async(int to, const void* from, int bytes, bool reads);
void commit_copies();
void wait_copies(int pending);
void load_matrices(uint32_t* registers, int offset, bool transposed);
// `element` takes element i of a register apart, of which there are so many.
void multiply_add(float* c, const uint32_t* a, const uint32_t* b, float (*element)(uint32_t, int), int elements);

// The memory that was accessed last: the quick way of the checks.
struct Range {
  const char *begin, *end;
};
extern Range latest;
void check_slowly(const void* p, int64_t bytes, bool writes);

inline void check(const void* p, int64_t bytes, bool writes) {
  const char* address = static_cast<const char*>(p);
  if (address < latest.begin || address + bytes > latest.end) check_slowly(p, bytes, writes);
}
inline void check_read(const void* p, int64_t bytes) { check(p, bytes, false); }
inline void check_write(const void* p, int64_t bytes) { check(p, bytes, true); }

}  // namespace cnnc::emulator
