#include "cuda_runtime_api.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

// What was recorded, in order.
struct cudaGraph {
  std::vector<std::function<bool()>> operations;
};
struct cudaStream {
  cudaGraph* recording = nullptr;
  bool failed = false;
};
struct cudaEvent {};

namespace {

// Launches take turns, whatever thread they come from.
std::mutex mutex;
cudaError_t last = cudaSuccess;

cudaError_t noted(cudaError_t error) {
  if (error != cudaSuccess) last = error;
  return error;
}

cudaError_t perform(cudaStream_t stream, std::function<bool()> operation) {
  if (stream->recording) {
    stream->recording->operations.push_back(std::move(operation));
    return cudaSuccess;
  }
  if (!operation()) stream->failed = true;
  return noted(stream->failed ? cudaErrorLaunchFailure : cudaSuccess);
}

// Memory that kernels may access, full of NaNs.
cudaError_t allocate(void** data, size_t bytes) {
  *data = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  if (!*data) return noted(cudaErrorMemoryAllocation);
  std::memset(*data, 0xff, bytes);
  return cudaSuccess;
}

}  // namespace

namespace cnnc::emulator {

void enqueue(const Launch& launch, size_t kernel_bytes, cudaStream_t stream) {
  const std::shared_ptr<void> kernel(std::aligned_alloc(64, (kernel_bytes + 63) / 64 * 64), std::free);
  std::memcpy(kernel.get(), launch.kernel, kernel_bytes);
  perform(stream, [launch, kernel] {
    const std::lock_guard lock(mutex);
    Launch own = launch;
    own.kernel = kernel.get();
    return emulator::launch(own);
  });
}

}  // namespace cnnc::emulator

const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess: return "no error";
    case cudaErrorMemoryAllocation: return "out of memory";
    case cudaErrorInsufficientDriver: return "CUDA driver version is insufficient for CUDA runtime version";
    case cudaErrorNoDevice: return "no CUDA-capable device is detected";
    case cudaErrorInvalidDevice: return "invalid device ordinal";
    case cudaErrorLaunchFailure: return cnnc::emulator::failure();
  }
  return "unknown error";
}

cudaError_t cudaGetLastError() { return std::exchange(last, cudaSuccess); }

// CNNC_EMULATED_DEVICES: how many devices there are; "driver" is a driver that is too old.
cudaError_t cudaGetDeviceCount(int* count) {
  const char* devices = std::getenv("CNNC_EMULATED_DEVICES");
  if (devices && std::strcmp(devices, "driver") == 0) return noted(cudaErrorInsufficientDriver);
  *count = devices ? std::atoi(devices) : 1;
  return noted(*count > 0 ? cudaSuccess : cudaErrorNoDevice);
}
cudaError_t cudaSetDevice(int device) {
  int count = 0;
  if (const cudaError_t error = cudaGetDeviceCount(&count)) return error;
  return noted(device < count ? cudaSuccess : cudaErrorInvalidDevice);
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  *properties = {"emulated", 8, 0};
  return cudaSetDevice(device);
}

// CNNC_EMULATED_BYTES: the most that one allocation may have.
cudaError_t cudaMalloc(void** data, size_t bytes) {
  const char* most = std::getenv("CNNC_EMULATED_BYTES");
  if (most && bytes > std::strtoull(most, nullptr, 10)) return noted(cudaErrorMemoryAllocation);
  const std::lock_guard lock(mutex);
  const cudaError_t error = allocate(data, bytes);
  if (error == cudaSuccess) cnnc::emulator::add_memory(*data, int64_t(bytes));
  return error;
}
cudaError_t cudaFree(void* data) {
  const std::lock_guard lock(mutex);
  if (data) cnnc::emulator::remove_memory(data);
  std::free(data);
  return cudaSuccess;
}
cudaError_t cudaMallocHost(void** data, size_t bytes) { return allocate(data, bytes); }
cudaError_t cudaFreeHost(void* data) {
  std::free(data);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind, cudaStream_t stream) {
  return perform(stream, [=] {
    std::memcpy(to, from, bytes);
    return true;
  });
}
cudaError_t cudaMemsetAsync(void* data, int value, size_t bytes, cudaStream_t stream) {
  return perform(stream, [=] {
    std::memset(data, value, bytes);
    return true;
  });
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = new cudaStream;
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  return noted(std::exchange(stream->failed, false) ? cudaErrorLaunchFailure : cudaSuccess);
}
cudaError_t cudaStreamWaitEvent(cudaStream_t, cudaEvent_t, unsigned) { return cudaSuccess; }
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = new cudaEvent;
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t) { return cudaSuccess; }
cudaError_t cudaEventSynchronize(cudaEvent_t) { return cudaSuccess; }

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  stream->recording = new cudaGraph;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  *graph = std::exchange(stream->recording, nullptr);
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
  *exec = new cudaGraph(*graph);
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
  for (const auto& operation : exec->operations)
    if (const cudaError_t error = perform(stream, operation)) return error;
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
  delete exec;
  return cudaSuccess;
}
