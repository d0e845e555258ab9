#include "cuda_runtime_api.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

// False: it failed.
using Operation = std::function<bool()>;

// What was recorded, in order.
struct cudaGraph {
  std::vector<Operation> operations;
};
struct cudaStream {
  std::deque<Operation> waiting;
  int64_t enqueued = 0, done = 0;
  cudaGraph* recording = nullptr;
  bool failed = false;
};
// Happens when a stream has done so much.
struct cudaEvent {
  cudaStream* stream = nullptr;
  int64_t after = 0;
};

namespace {

// The device does one thing at a time, whatever threads wait for it.
std::recursive_mutex mutex;
thread_local cudaError_t last = cudaSuccess;
std::set<cudaStream*> streams;
int objects = 0;

cudaError_t noted(cudaError_t error) {
  if (error != cudaSuccess) last = error;
  return error;
}

template <class T, class... Arguments>
T* made(Arguments&&... arguments) {
  const std::lock_guard lock(mutex);
  objects++;
  return new T{std::forward<Arguments>(arguments)...};
}
template <class T>
void destroyed(T* object) {
  const std::lock_guard lock(mutex);
  objects--;
  delete object;
}

cudaError_t enqueue(cudaStream_t stream, Operation operation) {
  const std::lock_guard lock(mutex);
  if (stream->recording) stream->recording->operations.push_back(std::move(operation));
  else stream->waiting.push_back(std::move(operation)), stream->enqueued++;
  return cudaSuccess;
}

// Until the stream has done so much of what is enqueued; what comes behind a failure is left out.
void perform(cudaStream_t stream, int64_t until) {
  while (stream->done < until) {
    const Operation operation = std::move(stream->waiting.front());
    stream->waiting.pop_front();
    if (!stream->failed && !operation()) stream->failed = true;
    stream->done++;
  }
}

cudaError_t wait(cudaStream_t stream, int64_t until) {
  const std::lock_guard lock(mutex);
  perform(stream, until);
  return noted(std::exchange(stream->failed, false) ? cudaErrorLaunchFailure : cudaSuccess);
}

// Memory that kernels may access, full of NaNs.
cudaError_t allocate(void** data, size_t bytes) {
  *data = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  if (!*data) return noted(cudaErrorMemoryAllocation);
  objects++;
  std::memset(*data, 0xff, bytes);
  return cudaSuccess;
}

}  // namespace

namespace cnnc::emulator {

void enqueue(const Launch& launch, size_t kernel_bytes, cudaStream_t stream) {
  const std::shared_ptr<void> kernel(std::aligned_alloc(64, (kernel_bytes + 63) / 64 * 64), std::free);
  std::memcpy(kernel.get(), launch.kernel, kernel_bytes);
  ::enqueue(stream, [launch, kernel] {
    Launch own = launch;
    own.kernel = kernel.get();
    return emulator::launch(own);
  });
}

int living() {
  const std::lock_guard lock(mutex);
  return objects;
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

// CNNC_EMULATED_DEVICES: how many devices there are; "old driver" and "no driver" say what it says.
cudaError_t cudaDriverGetVersion(int* version) {
  const char* devices = std::getenv("CNNC_EMULATED_DEVICES");
  *version = devices && std::strcmp(devices, "no driver") == 0 ? 0 : devices && std::strcmp(devices, "old driver") == 0 ? 11040 : 13000;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceCount(int* count) {
  int version = 0;
  cudaDriverGetVersion(&version);
  if (version < CUDART_VERSION) return noted(cudaErrorInsufficientDriver);
  const char* devices = std::getenv("CNNC_EMULATED_DEVICES");
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
// Waits for all that is under way, as CUDA does.
cudaError_t cudaFree(void* data) {
  const std::lock_guard lock(mutex);
  for (cudaStream* stream : streams) perform(stream, stream->enqueued);
  if (data) cnnc::emulator::remove_memory(data), objects--;
  std::free(data);
  return cudaSuccess;
}
cudaError_t cudaMallocHost(void** data, size_t bytes) {
  const std::lock_guard lock(mutex);
  return allocate(data, bytes);
}
cudaError_t cudaFreeHost(void* data) {
  const std::lock_guard lock(mutex);
  for (cudaStream* stream : streams) perform(stream, stream->enqueued);
  if (data) objects--;
  std::free(data);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind, cudaStream_t stream) {
  return enqueue(stream, [=] {
    std::memcpy(to, from, bytes);
    return true;
  });
}
cudaError_t cudaMemsetAsync(void* data, int value, size_t bytes, cudaStream_t stream) {
  return enqueue(stream, [=] {
    std::memset(data, value, bytes);
    return true;
  });
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  const std::lock_guard lock(mutex);
  *stream = made<cudaStream>();
  streams.insert(*stream);
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  const std::lock_guard lock(mutex);
  perform(stream, stream->enqueued);
  streams.erase(stream);
  destroyed(stream);
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) { return wait(stream, stream->enqueued); }
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  return enqueue(stream, [other = event->stream, after = event->after] {
    perform(other, after);
    return !other->failed;
  });
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = made<cudaEvent>();
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  destroyed(event);
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  *event = {stream, stream->enqueued};
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) { return wait(event->stream, event->after); }

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  stream->recording = made<cudaGraph>();
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  *graph = std::exchange(stream->recording, nullptr);
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
  *exec = made<cudaGraph>(*graph);
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
  for (const Operation& operation : exec->operations) enqueue(stream, operation);
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  destroyed(graph);
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
  destroyed(exec);
  return cudaSuccess;
}
