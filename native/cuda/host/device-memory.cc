#include "device-memory.h"

#include <mutex>
#include <set>
#include <string>

namespace cnnc {

const char* told(cudaError_t error) {
  if (error == cudaSuccess) return nullptr;
  cudaGetLastError();  // or the next call would report it again
  static std::mutex mutex;
  static std::set<std::string> texts;
  const std::lock_guard lock(mutex);
  return texts.insert(std::string("CUDA: ") + cudaGetErrorString(error)).first->c_str();
}

const char* DeviceMemory::reserve(int64_t bytes) {
  if (bytes <= bytes_) return nullptr;
  release();
  void* data = nullptr;
  if (const char* error = told(cudaMalloc(&data, size_t(bytes)))) return error;
  data_ = static_cast<char*>(data);
  bytes_ = bytes;
  return nullptr;
}

void DeviceMemory::release() {
  if (data_) cudaFree(data_);
  data_ = nullptr;
  bytes_ = 0;
}

const char* PinnedMemory::reserve(int64_t bytes) {
  if (bytes <= bytes_) return nullptr;
  release();
  void* data = nullptr;
  if (const char* error = told(cudaMallocHost(&data, size_t(bytes)))) return error;
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
