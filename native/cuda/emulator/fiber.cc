#include "fiber.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>

#ifndef __x86_64__
#error "The emulator switches fibers on x86-64 only."
#endif

// What a function must keep (System V ABI) is pushed; a fiber that starts finds zeros there, and its entry as the
// return address.
asm(R"(
.text
.globl cnnc_emulator_switch
.hidden cnnc_emulator_switch
cnnc_emulator_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
)");

extern "C" void cnnc_emulator_switch(void** from, void* to);

namespace cnnc::emulator {

void switch_fiber(Place* from, Place to) { cnnc_emulator_switch(from, to); }

Stacks::Stacks() {
  // What is never touched costs nothing.
  void* memory = mmap(nullptr, count * bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  memory_ = static_cast<char*>(memory);
}

Stacks::~Stacks() { munmap(memory_, count * bytes); }

Place Stacks::start(int i, void (*entry)()) {
  // Stacks at the same offset of a page would compete for the same lines of the cache.
  auto* top = reinterpret_cast<uint64_t*>(memory_ + (i + 1) * bytes - 64 * (i % 61 + 1));
  *--top = 0;  // where a caller's return address would be: the ABI's alignment
  *--top = reinterpret_cast<uint64_t>(entry);
  for (int k = 0; k < 6; k++) *--top = 0;
  return top;
}

bool Stacks::contains(const void* p) const {
  const char* address = static_cast<const char*>(p);
  return address >= memory_ && address < memory_ + count * bytes;
}

}  // namespace cnnc::emulator
