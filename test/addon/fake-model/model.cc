// What the compiler would generate for y = w·x + b, by hand and slowly: three inputs, two outputs,
// softmax over them as a class, cross-entropy, plain gradient descent. Everything that the host may get
// wrong shows: packed parameters (transposed), a derived block, an arena, units on threads, metrics.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "model.h"

namespace cnnc {
namespace {

constexpr int64_t in = 3, out = 2, state_slots = 1;
constexpr int64_t bias_at = 16, block = 32;

// Packed: w as [in][out].
void pack_weight(const float* logical, float* packed, int64_t begin, int64_t end) {
  for (int64_t o = begin / in; o < end / in; o++)
    for (int64_t i = 0; i < in; i++) packed[i * out + o] = *logical++;
}
void unpack_weight(const float* packed, float* logical) {
  for (int64_t o = 0; o < out; o++)
    for (int64_t i = 0; i < in; i++) logical[o * in + i] = packed[i * out + o];
}
void pack_bias(const float* logical, float* packed, int64_t begin, int64_t end) {
  std::copy_n(logical, end - begin, packed + begin);
}
void unpack_bias(const float* packed, float* logical) { std::copy_n(packed, out, logical); }

struct Sample {
  const Call& call;
  const float* parameters;
};

float input_at(const Call& call, int64_t n, int64_t i) {
  const InputView& view = call.inputs[0];
  return static_cast<float>(
      static_cast<const uint8_t*>(view.data)[n * view.sample + i / 3 * view.channel + i % 3 * view.column]);
}

// Logits and probabilities of one sample into the arena: [n][4].
void forward(void* context, int64_t n, int) {
  const Sample& sample = *static_cast<const Sample*>(context);
  float* row = reinterpret_cast<float*>(sample.call.arena) + n * 4;
  float sum = 0;
  for (int64_t o = 0; o < out; o++) {
    float y = sample.parameters[bias_at + o];
    for (int64_t i = 0; i < in; i++) y += sample.parameters[i * out + o] * input_at(sample.call, n, i);
    row[o] = y;
    sum += std::exp(y);
  }
  for (int64_t o = 0; o < out; o++) row[2 + o] = std::exp(row[o]) / sum;
}

void prepare(const Call& call) { std::memcpy(call.derived, call.parameters, block * sizeof(float)); }

void infer(const Call& call) {
  Sample sample{call, reinterpret_cast<const float*>(call.derived)};
  call.parallel(call.pool, call.batch, forward, &sample);
  const float* rows = reinterpret_cast<const float*>(call.arena);
  for (int64_t n = 0; n < call.batch; n++)
    for (int64_t o = 0; o < out; o++) {
      if (call.outputs[0]) call.outputs[0][n * out + o] = rows[n * 4 + 2 + o];
      if (call.outputs[1]) call.outputs[1][n * out + o] = rows[n * 4 + o];
    }
}

void gradient(const Call& call) {
  Sample sample{call, call.parameters};
  call.parallel(call.pool, call.batch, forward, &sample);
  std::memset(call.gradients, 0, block * sizeof(float));
  double loss = 0, right = 0;
  for (int64_t n = 0; n < call.batch; n++) {
    const float* row = reinterpret_cast<const float*>(call.arena) + n * 4;
    const int32_t target = call.targets[0][n];
    loss -= std::log(row[2 + target]);
    right += row[2 + target] > 0.5f;
    for (int64_t i = 0; call.outputs && call.outputs[0] && i < in; i++) call.outputs[0][n * in + i] = 0;
    for (int64_t o = 0; o < out; o++) {
      const float d = (row[2 + o] - static_cast<float>(o == target)) / static_cast<float>(call.batch);
      call.gradients[bias_at + o] += d;
      for (int64_t i = 0; i < in; i++) {
        call.gradients[i * out + o] += d * input_at(call, n, i);
        if (call.outputs && call.outputs[0]) call.outputs[0][n * in + i] += d * call.parameters[i * out + o];
      }
    }
  }
  call.results[0] = loss / static_cast<double>(call.batch);
  call.results[1] = right / static_cast<double>(call.batch);
}

double learning_rate(double step, double total) { return 0.1 * (1 - step / total); }

// Unit o has fired once it was the truth of a sample.
void step(const Call& call) {
  gradient(call);
  for (int64_t n = 0; n < call.batch; n++) call.activity[call.targets[0][n]] = 1;
  const auto rate = static_cast<float>(learning_rate(static_cast<double>(call.step), call.total_steps));
  for (int64_t i = 0; i < block; i++) {
    call.state[i] = 0.5f * call.state[i] + call.gradients[i];
    call.parameters[i] -= rate * call.state[i];
  }
}

// A model that takes its time: `spin` work per sample, to see what the event loop does meanwhile.
void slow(void*, int64_t, int) {
  volatile double x = 1;
  for (int i = 0; i < 20000000; i++) x = x * 1.0000001;
}
void slow_infer(const Call& call) {
  call.parallel(call.pool, call.batch, slow, nullptr);
  infer(call);
}

constexpr int64_t image_shape[] = {1, 1, 3}, class_shape[] = {2}, weight_shape[] = {2, 3}, bias_shape[] = {2};
constexpr Tensor inputs[] = {{"image", Type::u8, 3, image_shape}};
constexpr Tensor outputs[] = {{"kind", Type::f32, 1, class_shape}, {"logits", Type::f32, 1, class_shape}};
constexpr Tensor targets[] = {{"kind", Type::i32, 0, nullptr, 2}};
constexpr Parameter parameters[] = {{"dense1.weight", 2, weight_shape, 0, pack_weight, unpack_weight},
                                    {"dense1.bias", 1, bias_shape, bias_at, pack_bias, unpack_bias}};
constexpr const char* metrics[] = {"kind.accuracy"};

constexpr Model make(const char* name, const char* cpu, Program infer_program) {
  return {name,
          "fake-hash",
          cpu,
          1,
          2,
          1,
          2,
          1,
          state_slots,
          inputs,
          outputs,
          targets,
          parameters,
          metrics,
          block,
          block * 4,
          2,
          {prepare, 0, 0},
          infer_program,
          {step, 0, 16},
          {gradient, 0, 16},
          learning_rate};
}

// Code for processors that nobody has stands before what runs.
const Model better = make("Linear", "quantum", {slow_infer, 0, 16});
const Model linear = make("Linear", "x86-64", {infer, 0, 16, 0, 2});
const Model slow_model = make("Slow", "x86-64", {slow_infer, 0, 16});
const Model alien = make("Alien", "quantum", {infer, 0, 16});

}  // namespace

extern const Model* const models[] = {&better, &linear, &slow_model, &alien};
extern const int32_t model_count = 4;

}  // namespace cnnc
