#include "device-memory.h"

#include <mutex>
#include <set>

namespace cnnc {
namespace {

// The text for an allocation that failed: how much was wanted says whether a smaller batch may do.
Error allocated(cudaError_t error, int64_t bytes, const char* what) {
  if (error != cudaErrorMemoryAllocation) return told(error);
  cudaGetLastError();
  return device_error("out of memory: " + std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB of " + what + " cannot be had");
}

}  // namespace

const char* kept(const std::string& text) {
  static std::mutex mutex;
  static std::set<std::string> texts;
  const std::lock_guard lock(mutex);
  return texts.insert(text).first->c_str();
}

Error device_error(const std::string& text) { return {kept(text), true}; }

Error told(cudaError_t error) {
  if (error == cudaSuccess) return nullptr;
  cudaGetLastError();  // or the next call would report it again
  return device_error(std::string("CUDA: ") + cudaGetErrorString(error));
}

Error DeviceMemory::reserve(int64_t bytes) {
  if (bytes <= bytes_) return nullptr;
  release();
  void* data = nullptr;
  if (Error error = allocated(cudaMalloc(&data, size_t(bytes)), bytes, "the device's memory")) return error;
  data_ = static_cast<char*>(data);
  bytes_ = bytes;
  return nullptr;
}

void DeviceMemory::release() {
  if (data_) cudaFree(data_);
  data_ = nullptr;
  bytes_ = 0;
}

Error DeviceMemory::clear(cudaStream_t stream) {
  return bytes_ == 0 ? nullptr : told(cudaMemsetAsync(data_, 0, size_t(bytes_), stream));
}

Error PinnedMemory::reserve(int64_t bytes) {
  if (bytes <= bytes_) return nullptr;
  release();
  void* data = nullptr;
  if (Error error = allocated(cudaMallocHost(&data, size_t(bytes)), bytes, "pinned memory")) return error;
  data_ = static_cast<char*>(data);
  bytes_ = bytes;
  return nullptr;
}

void PinnedMemory::release() {
  if (data_) cudaFreeHost(data_);
  data_ = nullptr;
  bytes_ = 0;
}

}  // namespace cnnc
