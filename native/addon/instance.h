// One loaded model: its memory, and the calls into generated code. Knows nothing of Node.
//
// Every method is safe to call from any thread; calls of one instance take turns. Indices and sizes are
// the caller's duty (node/ and c/ check them). A method that can fail returns an Error.
#pragma once
#include <cstdint>

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

// The most threads that an instance may use.
constexpr int max_threads = 256;

// What went wrong, a text that lives forever; null when all went well.
struct Error {
  const char* text;
  bool of_device;  // and not of the call: with another device, or less at a time, it may go well
  constexpr Error(const char* what = nullptr, bool device = false) : text(what), of_device(device) {}
  constexpr explicit operator bool() const { return text != nullptr; }
};

// Instance::create may choose the device.
constexpr int any_device = -1;

// What stands against running a model's code on this machine: a text that lives forever, null when nothing does.
const char* refusal(const Model& model);

class Instance {
 public:
  using Error = cnnc::Error;

  // With null, `what` tells why: not the memory, or not the machine. Devices have numbers from 0.
  static Instance* create(const Model& model, int threads, int device, Error* what);
  virtual ~Instance() = default;
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const Model& model() const { return model_; }
  virtual int threads() const = 0;
  // What computes: the level of processors, or the device by number and name.
  virtual const char* device() const = 0;

  [[nodiscard]] virtual Error set_parameter(int32_t index, const float* logical) = 0;
  // Sets parameters to f32 numbers of an open file, number i from positions[i] on (-1: they are elsewhere), and tells how many are
  // set: those before the first that cannot be read, or, where `finite` is asked for, is not. What it does not take, nobody lost.
  [[nodiscard]] virtual int32_t read_parameters(int /*file*/, const int64_t* /*positions*/, bool /*finite*/) { return 0; }
  [[nodiscard]] virtual Error get_parameter(int32_t index, float* logical) = 0;
  // Before the first step the state is zero, but for weights that have an average: they are the parameters then.
  [[nodiscard]] virtual Error set_state(int32_t slot, int32_t index, const float* logical) = 0;
  [[nodiscard]] virtual Error get_state(int32_t slot, int32_t index, float* logical) = 0;
  // Back to before the first step.
  virtual void clear_state() = 0;
  // Model::activity_bytes bytes: 1 for each watched unit that has fired in a step since the last clear_activity.
  [[nodiscard]] virtual Error get_activity(uint8_t* fired) = 0;
  virtual void clear_activity() = 0;
  // Whether steps store the gradients of all parameters: at first they leave out those of parameters that move at once.
  virtual void keep_gradients(bool all) = 0;
  // Of the latest `gradient` or `step`.
  [[nodiscard]] virtual Error get_gradient(int32_t index, float* logical) = 0;

  [[nodiscard]] virtual Error infer(int64_t batch, const InputView* inputs, float* const* outputs) = 0;
  // results: 1 + Model::metric_count numbers.
  [[nodiscard]] virtual Error step(int64_t batch, const InputView* inputs, const void* const* targets,
                                   const StepInfo& info, double* results) = 0;
  // results: Model::measure_count numbers.
  [[nodiscard]] virtual Error measure(int64_t batch, const InputView* inputs, double* results) = 0;
  // input_gradients: one per input, null = not wanted.
  [[nodiscard]] virtual Error gradient(int64_t batch, const InputView* inputs, const void* const* targets,
                                       const StepInfo& info, float* const* input_gradients, double* results) = 0;

  // What the arenas and blocks hold now.
  virtual int64_t arena_bytes() = 0;
  virtual int64_t parameter_bytes() = 0;

 protected:
  explicit Instance(const Model& model) : model_(model) {}

  const Model& model_;
};

}  // namespace cnnc
