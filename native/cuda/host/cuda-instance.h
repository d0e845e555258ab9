// An instance on a CUDA device: blocks of parameters and what belongs to them, and its programs.
#pragma once
#include <mutex>
#include <vector>

#include "../../addon/instance.h"
#include "device-program.h"
#include "devices.h"

namespace cnnc {

class CudaInstance final : public Instance {
 public:
  CudaInstance(const Model& model, const Device& device) : Instance(model), device_(device) {}
  ~CudaInstance() override;
  [[nodiscard]] Error open();

  int threads() const override { return 1; }
  const char* device() const override { return device_.name; }
  [[nodiscard]] Error set_parameter(int32_t index, const float* logical) override;
  [[nodiscard]] Error get_parameter(int32_t index, float* logical) override;
  [[nodiscard]] Error set_state(int32_t slot, int32_t index, const float* logical) override;
  [[nodiscard]] Error get_state(int32_t slot, int32_t index, float* logical) override;
  void clear_state() override;
  [[nodiscard]] Error get_activity(uint8_t* fired) override;
  void clear_activity() override;
  // A device's steps store all.
  void keep_gradients(bool) override {}
  [[nodiscard]] Error get_gradient(int32_t index, float* logical) override;
  [[nodiscard]] Error infer(int64_t batch, const InputView* inputs, float* const* outputs) override;
  [[nodiscard]] Error step(int64_t batch, const InputView* inputs, const void* const* targets,
                           const StepInfo& info, double* results) override;
  [[nodiscard]] Error measure(int64_t batch, const InputView* inputs, double* results) override;
  [[nodiscard]] Error gradient(int64_t batch, const InputView* inputs, const void* const* targets,
                               const StepInfo& info, float* const* input_gradients, double* results) override;
  int64_t arena_bytes() override;
  int64_t parameter_bytes() override;

 private:
  // One parameter of a block, which is packed.
  Error set_packed(char* block, int32_t index, const float* logical);
  Error get_packed(const char* block, int32_t index, float* logical);
  int64_t packed_floats(int32_t index) const;
  Error upload(char* to, int64_t bytes);
  Error download(const char* from, int64_t bytes);
  Error make_device_current() const;
  Error upload_constants();
  Error reserve_block(DeviceMemory& memory, int64_t bytes);
  Error reserve_state();
  Error clear_activity_where_wanted();
  Error prepare();
  DeviceCall call_with_blocks() const;
  int64_t chunk_size() const;
  int64_t block_bytes() const { return model_.block * int64_t(sizeof(float)); }

  const Device device_;
  std::mutex mutex_;
  bool prepared_ = false;        // derived_ belongs to the parameters of now
  bool clears_state_ = true;     // before it is used next
  bool clears_activity_ = true;
  Streams streams_;
  DeviceMemory parameters_, constants_, gradients_, state_, derived_, activity_, scalars_;
  PinnedMemory staging_;
  DeviceProgram prepare_{model_, model_.prepare, streams_}, infer_{model_, model_.infer, streams_},
      step_{model_, model_.step, streams_}, gradient_{model_, model_.gradient, streams_},
      measure_{model_, model_.measure, streams_};
};

}  // namespace cnnc
