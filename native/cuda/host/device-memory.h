// Memory of the device, and pinned memory of the host that copies to it and from it go through.
#pragma once
#include <cstdint>
#include <string>

#include "../../addon/instance.h"
#include "../call.h"

namespace cnnc {

// A text that lives forever.
const char* kept(const std::string& text);

// An error about the device, with a text of its own.
Error device_error(const std::string& text);

// What CUDA says of an error, if it is one.
Error told(cudaError_t error);

class DeviceMemory {
 public:
  DeviceMemory() = default;
  ~DeviceMemory() { release(); }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  // Makes at least `bytes` available. When it grows the contents are lost and the address is another; otherwise both stay.
  [[nodiscard]] Error reserve(int64_t bytes);
  void release();
  // In the order of the stream.
  [[nodiscard]] Error clear(cudaStream_t stream);

  char* data() const { return data_; }
  template <class T>
  T* as() const { return reinterpret_cast<T*>(data_); }
  int64_t bytes() const { return bytes_; }

 private:
  char* data_ = nullptr;
  int64_t bytes_ = 0;
};

class PinnedMemory {
 public:
  PinnedMemory() = default;
  ~PinnedMemory() { release(); }
  PinnedMemory(const PinnedMemory&) = delete;
  PinnedMemory& operator=(const PinnedMemory&) = delete;

  [[nodiscard]] Error reserve(int64_t bytes);
  void release();

  char* data() const { return data_; }
  template <class T>
  T* as() const { return reinterpret_cast<T*>(data_); }

 private:
  char* data_ = nullptr;
  int64_t bytes_ = 0;
};

}  // namespace cnnc
