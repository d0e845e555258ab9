#include "buffer.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

namespace cnnc {
namespace {

constexpr size_t line = 64;
constexpr size_t huge_page = size_t{2} << 20;

size_t round_up(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

}  // namespace

bool Buffer::reserve(int64_t bytes) {
  if (bytes <= bytes_) return true;
  release();
  const size_t wanted = static_cast<size_t>(bytes);
  if (wanted < huge_page) {
    const size_t size = round_up(wanted, line);
    data_ = static_cast<char*>(std::aligned_alloc(line, size));
    if (!data_) return false;
    std::memset(data_, 0, size);
  } else {
    // One page more than needed, so that the start can be moved to a page boundary; what is never
    // touched costs nothing.
    mapped_ = round_up(wanted, huge_page) + huge_page;
    void* mapping = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) return false;
    mapping_ = mapping;
    data_ = reinterpret_cast<char*>(round_up(reinterpret_cast<size_t>(mapping), huge_page));
#if defined(MADV_HUGEPAGE)
    madvise(data_, round_up(wanted, huge_page), MADV_HUGEPAGE);
#endif
  }
  bytes_ = bytes;
  return true;
}

void Buffer::release() {
  if (mapping_)
    munmap(mapping_, mapped_);
  else
    std::free(data_);
  data_ = nullptr;
  mapping_ = nullptr;
  bytes_ = 0;
  mapped_ = 0;
}

}  // namespace cnnc
