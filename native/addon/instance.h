// One loaded model: its memory, and the calls into generated code. Knows nothing of Node.
//
// Every method is safe to call from any thread; calls of one instance take turns. Indices and sizes are
// the caller's duty (node/ and c/ check them). A method that can fail returns null when all
// went well, else a text that lives forever.
#pragma once
#include <cstdint>
#include <mutex>
#include <vector>

#include "../parallel/pool.h"
#include "buffer.h"
#include "model.h"

namespace cnnc {

int64_t element_count(const Tensor& tensor);
int64_t element_count(const Parameter& parameter);
int64_t element_bytes(Type type);

enum class Layout { chw, hwc };

// Strides of a dense batch. With three dimensions C,H,W in either order; with fewer the order is given.
InputView dense_view(const Tensor& input, const void* data, Layout layout);

struct StepInfo {
  uint64_t seed, step;
  double total_steps;
};

class Instance {
 public:
  using Error = const char*;

  // With null, `what` tells why: not the memory, or not the processor.
  static Instance* create(const Model& model, int threads, Error* what);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const Model& model() const { return model_; }
  int threads() const { return team_.threads(); }

  void set_parameter(int32_t index, const float* logical);
  void get_parameter(int32_t index, float* logical);
  // Before the first step the state is zero.
  [[nodiscard]] Error set_state(int32_t slot, int32_t index, const float* logical);
  [[nodiscard]] Error get_state(int32_t slot, int32_t index, float* logical);
  // Back to before the first step.
  void clear_state();
  // Model::activity_bytes bytes: 1 for each watched unit that has fired in a step since the last clear_activity.
  void get_activity(uint8_t* fired);
  void clear_activity();
  // Of the latest `gradient` or `step`.
  [[nodiscard]] Error get_gradient(int32_t index, float* logical);

  [[nodiscard]] Error infer(int64_t batch, const InputView* inputs, float* const* outputs);
  // results: 1 + Model::metric_count numbers.
  [[nodiscard]] Error step(int64_t batch, const InputView* inputs, const void* const* targets,
                           const StepInfo& info, double* results);
  // results: Model::measure_count numbers.
  [[nodiscard]] Error measure(int64_t batch, const InputView* inputs, double* results);
  // input_gradients: one per input, null = not wanted.
  [[nodiscard]] Error gradient(int64_t batch, const InputView* inputs, const void* const* targets,
                               const StepInfo& info, float* const* input_gradients, double* results);

  // What the arenas and blocks hold now.
  int64_t arena_bytes();
  int64_t parameter_bytes();

 private:
  struct Arena {
    Buffer memory;
    [[nodiscard]] bool fit(const Program& program, int64_t batch);
  };

  Instance(const Model& model, int threads) : model_(model), team_(threads) {}
  [[nodiscard]] bool compute_constants();
  Call make_call(int64_t batch, const Arena& arena);
  Error prepare();
  Error infer_chunk(int64_t batch, const InputView* inputs, float* const* outputs);
  Error train(const Program& program, Arena& arena, Call call);
  int64_t chunk_size() const;
  int64_t block_bytes() const { return model_.block * static_cast<int64_t>(sizeof(float)); }
  float* state_block(int32_t slot) { return state_.floats() + slot * model_.block; }

  const Model& model_;
  Team team_;
  std::mutex mutex_;
  Buffer parameters_, constants_, gradients_, state_, derived_, activity_;
  Arena prepare_arena_, infer_arena_, step_arena_, gradient_arena_;
  std::vector<InputView> chunk_inputs_;
  std::vector<float*> chunk_outputs_;
  bool prepared_ = false;   // derived_ belongs to the parameters of now
};

}  // namespace cnnc
