// One program of a model on a device. Its launches are recorded at the first call with a batch, layouts of inputs and wanted
// outputs, and replayed from then on; what differs between replays lies in memory of the device.
//
// What a chunk of a batch brings lies in one block, what it takes away in another, alike in pinned memory and on the device:
// one copy each way. Chunks of a long batch go through two lanes in turn, so that the copies of one, and the gathering of the
// next, run beside the computation.
#pragma once
#include <map>
#include <vector>

#include "streams.h"

namespace cnnc {

// A call of a program, in the caller's memory; null is what it does not have.
struct DeviceBatch {
  int64_t size = 0;
  const InputView* inputs = nullptr;
  const void* const* targets = nullptr;
  const StepInfo* info = nullptr;
  const Tensor* output_tensors = nullptr;
  int32_t output_count = 0;
  float* const* outputs = nullptr;  // one for each, null = not wanted
  double* results = nullptr;
  int32_t result_count = 0;
  int64_t first = 0, whole = size;  // of which batch it is a part, from which sample on
};

class DeviceProgram {
 public:
  DeviceProgram(const Model& model, const Program& program, const Streams& streams)
      : model_(model), program_(program), streams_(streams) {}
  ~DeviceProgram();
  DeviceProgram(const DeviceProgram&) = delete;
  DeviceProgram& operator=(const DeviceProgram&) = delete;

  bool exists() const { return program_.run != nullptr; }
  // `call` has the blocks of the instance, whose addresses stay. No more than `chunk` samples at a time.
  [[nodiscard]] Error run(const DeviceCall& call, const DeviceBatch& batch, int64_t chunk);
  int64_t arena_bytes() const { return arena_.bytes(); }

 private:
  // Arrays one behind the other.
  struct Slots {
    std::vector<int64_t> offsets;
    int64_t bytes = 0;
    void add(int64_t size);
  };
  // What a recording belongs to.
  using Key = std::vector<int64_t>;

  struct Lane {
    PinnedMemory host_in, host_out;
    DeviceMemory in, out;
    cudaEvent_t arrived = nullptr, computed = nullptr, left = nullptr;
    std::map<Key, cudaGraphExec_t> graphs;
    int64_t first = 0, samples = none;  // of the chunk under way
  };
  static constexpr int64_t none = -1;

  Slots incoming(const DeviceBatch& batch, int64_t samples) const;
  Slots outgoing(const DeviceBatch& batch, int64_t samples) const;
  Key key_of(const DeviceBatch& batch, int64_t samples) const;
  Error reserve(Lane& lane, const DeviceBatch& batch, int64_t samples);
  Error run_chunks(const DeviceCall& call, const DeviceBatch& batch, int64_t chunk);
  Error begin(Lane& lane, const DeviceCall& call, const DeviceBatch& batch, int64_t first, int64_t samples, bool overlaps);
  void gather(const Lane& lane, const Slots& in, const DeviceBatch& batch, int64_t first, int64_t samples) const;
  Error launch(Lane& lane, DeviceCall call, const Slots& in, const Slots& out, const DeviceBatch& batch, int64_t samples);
  Error finish(Lane& lane, const DeviceBatch& batch);
  Error record(const DeviceCall& call, cudaGraphExec_t* graph) const;
  void forget(Lane& lane);

  const Model& model_;
  const Program& program_;
  const Streams& streams_;
  DeviceMemory arena_;
  Lane lanes_[2];
};

}  // namespace cnnc
