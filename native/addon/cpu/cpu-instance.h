// An instance on processors: blocks and arenas in memory, and threads of the pool.
#pragma once
#include <mutex>
#include <vector>

#include "../../parallel/pool.h"
#include "../instance.h"
#include "../buffer.h"

namespace cnnc {

class CpuInstance final : public Instance {
 public:
  CpuInstance(const Model& model, int threads) : Instance(model), team_(threads) {}
  // False when there is no memory for the weights.
  [[nodiscard]] bool reserve();

  int threads() const override { return team_.threads(); }
  const char* device() const override { return model_.cpu; }
  [[nodiscard]] Error set_parameter(int32_t index, const float* logical) override;
  [[nodiscard]] int32_t read_parameters(int file, const int64_t* positions, bool finite) override;
  [[nodiscard]] Error get_parameter(int32_t index, float* logical) override;
  [[nodiscard]] Error set_state(int32_t slot, int32_t index, const float* logical) override;
  [[nodiscard]] Error get_state(int32_t slot, int32_t index, float* logical) override;
  void clear_state() override;
  [[nodiscard]] Error get_activity(uint8_t* fired) override;
  void clear_activity() override;
  void keep_gradients(bool all) override;
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
  struct Arena {
    Buffer memory;
    [[nodiscard]] bool fit(const Program& program, int64_t batch);
  };

  // Where some of a call's samples are.
  struct Views {
    std::vector<InputView> inputs;
    std::vector<float*> outputs;
    void set(const Model& model, const InputView* from, float* const* to, int64_t first);
  };

  [[nodiscard]] bool compute_constants();
  // f(begin, end, thread) for the parts of a parameter, on all threads.
  template <class F>
  void for_parts(const Parameter& parameter, const F& f);
  Call make_call(int64_t batch, const Arena& arena);
  // Memory in which a program's kernels work, for each thread.
  [[nodiscard]] bool fit_scratch(const Program& program);
  Error prepare();
  [[nodiscard]] bool reserve_state();
  // Threads share the units of each stage.
  Error infer_by_stages(int64_t first, int64_t samples, const InputView* inputs, float* const* outputs);
  // Each thread takes groups of samples through all stages, in an arena of its own.
  Error infer_by_groups(int64_t first, int64_t groups, int64_t group, const InputView* inputs, float* const* outputs);
  Call infer_call(int64_t batch, Views& views);
  Error train(const Program& program, Arena& arena, Call call);
  int64_t chunk_size() const;
  int64_t group_size(int64_t samples) const;
  int64_t block_bytes() const { return model_.block * static_cast<int64_t>(sizeof(float)); }
  float* state_block(int32_t slot) { return state_.floats() + slot * model_.block; }

  Team team_;
  std::mutex mutex_;
  Buffer parameters_, constants_, gradients_, state_, derived_, activity_, scratch_;
  Arena prepare_arena_, infer_arena_, step_arena_, gradient_arena_;
  std::vector<Views> views_;  // of each thread
  bool keeps_gradients_ = false, has_all_gradients_ = true;
  bool prepared_ = false;   // derived_ belongs to the parameters of now
};

}  // namespace cnnc
