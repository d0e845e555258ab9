// Global memory: what kernels may read and write.
#include <dlfcn.h>

#include <map>

#include "block.h"

namespace cnnc::emulator {

Range latest{nullptr, nullptr};

namespace {

// By address: bytes of each allocation.
std::map<const char*, int64_t>& allocations() {
  static std::map<const char*, int64_t> all;
  return all;
}

bool find_allocation(const char* p, int64_t bytes) {
  auto next = allocations().upper_bound(p);
  if (next == allocations().begin()) return false;
  const auto& [begin, size] = *--next;
  if (p + bytes > begin + size) return false;
  latest = {begin, begin + size};
  return true;
}

// Tables of constants stand in the library itself.
bool is_constant(const char* p) {
  static const char* page = nullptr;
  const auto own = reinterpret_cast<const char*>(reinterpret_cast<uintptr_t>(p) & ~uintptr_t{4095});
  if (own == page) return true;
  Dl_info here, there;
  const bool same = dladdr(reinterpret_cast<const void*>(&is_constant), &here) != 0 &&
                    dladdr(static_cast<const void*>(p), &there) != 0 && here.dli_fbase == there.dli_fbase;
  if (same) page = own;
  return same;
}

}  // namespace

void add_memory(const void* data, int64_t bytes) { allocations()[static_cast<const char*>(data)] = bytes; }

void remove_memory(const void* data) {
  allocations().erase(static_cast<const char*>(data));
  latest = {nullptr, nullptr};
}

void check_slowly(const void* p, int64_t bytes, bool writes) {
  const char* address = static_cast<const char*>(p);
  if (!in_kernel() || on_stack(p) || find_allocation(address, bytes) || (!writes && is_constant(address))) return;
  fail("%s %ld bytes of global memory at %p, which is no memory of the device", writes ? "writes" : "reads", bytes, p);
}

}  // namespace cnnc::emulator
