// An instance on a CUDA device: one arena a program, one stream, and a graph for each program, batch and layout of inputs,
// recorded at its first run and replayed from then on. What differs between replays lies in memory of the device.
#pragma once
#include <map>
#include <mutex>
#include <vector>

#include "../../addon/instance.h"
#include "device-memory.h"

namespace cnnc {

class CudaInstance final : public Instance {
 public:
  explicit CudaInstance(const Model& model) : Instance(model) {}
  ~CudaInstance() override;
  // Null, or why the device cannot be used.
  [[nodiscard]] Error open(int device);

  int threads() const override { return 1; }
  [[nodiscard]] Error set_parameter(int32_t index, const float* logical) override;
  [[nodiscard]] Error get_parameter(int32_t index, float* logical) override;
  [[nodiscard]] Error set_state(int32_t slot, int32_t index, const float* logical) override;
  [[nodiscard]] Error get_state(int32_t slot, int32_t index, float* logical) override;
  void clear_state() override;
  [[nodiscard]] Error get_activity(uint8_t* fired) override;
  void clear_activity() override;
  [[nodiscard]] Error get_gradient(int32_t index, float* logical) override;
  [[nodiscard]] Error infer(int64_t batch, const InputView* inputs, float* const* outputs) override;
  [[nodiscard]] Error step(int64_t batch, const InputView* inputs, const void* const* targets,
                           const StepInfo& info, double* results) override;
  [[nodiscard]] Error gradient(int64_t batch, const InputView* inputs, const void* const* targets,
                               const StepInfo& info, float* const* input_gradients, double* results) override;
  int64_t arena_bytes() override;
  int64_t parameter_bytes() override;

 private:
  // What a recording belongs to: the batch, the strides of the inputs, which outputs are wanted.
  using Key = std::vector<int64_t>;

  struct Recorded {
    const Program& program;
    DeviceMemory arena, inputs, targets, outputs;
    std::map<Key, cudaGraphExec_t> graphs;
  };

  // Arrays of a call, one behind the other in a block.
  struct Slots {
    std::vector<int64_t> offsets;
    int64_t bytes = 0;
    void add(int64_t size);
  };

  struct Batch {
    int64_t size;
    const InputView* inputs;
    const void* const* targets;
    float* const* outputs;
    const Tensor* output_tensors;
    int32_t output_count;
    double* results;
    StepInfo info;
  };

  Error make_device_current() const;
  Error upload(char* to, const void* from, int64_t bytes);
  Error download(void* to, const char* from, int64_t bytes);
  Error upload_constants();
  Error upload_block();
  Error download_block();
  Error reserve_training();
  Error prepare();
  Error run(Recorded& recorded, const Batch& batch);
  Error reserve(Recorded& recorded, const Slots& inputs, const Slots& targets, const Slots& outputs, int64_t batch);
  Error record(Recorded& recorded, const DeviceCall& call, cudaGraphExec_t& graph);
  Error infer_chunk(int64_t batch, const InputView* inputs, float* const* outputs);
  void forget(Recorded& recorded);
  int64_t chunk_size() const;
  int64_t block_bytes() const { return model_.block * int64_t(sizeof(float)); }
  int64_t result_count() const { return 1 + model_.metric_count; }

  std::mutex mutex_;
  int device_ = 0;
  cudaStream_t stream_ = nullptr;
  // The parameter block is also kept on the host, packed: what is set one by one goes to the device in one copy.
  std::vector<float> block_;
  bool block_is_newer_ = true;    // than the device's
  bool device_is_newer_ = false;  // than block_
  bool prepared_ = false;         // derived_ belongs to the parameters of now
  bool has_gradients_ = false;
  DeviceMemory parameters_, constants_, gradients_, state_, derived_, activity_, numbers_, scalars_, results_;
  PinnedMemory staging_;
  Recorded prepare_{model_.prepare, {}, {}, {}, {}, {}}, infer_{model_.infer, {}, {}, {}, {}, {}},
      step_{model_.step, {}, {}, {}, {}, {}}, gradient_{model_.gradient, {}, {}, {}, {}, {}};
};

}  // namespace cnnc
