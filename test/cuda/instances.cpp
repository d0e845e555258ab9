// An instance on the emulated device with a model of a few lines: chunks and lanes, recordings, errors in the middle of a call,
// and that nothing is left of it. Prints what is wrong, and "done" at the end.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "addon/instance.h"
#include "cuda/call.h"
#include "cuda/launch.h"

namespace cnnc::CNNC_ISA {
namespace {

constexpr int elements = 6;  // of a sample: 2 channels, 1 row, 3 columns

struct Threads {
  static constexpr int threads = 32, shared_bytes = 0;
};

// y[n][c][w] = p·x[n,c,w]; where p is 13, it reads what is no memory.
struct Scale : Threads {
  const float* p;
  InputView x;
  long batch;
  float* y;
  long blocks() const { return (batch * elements + threads - 1) / threads; }
  void operator()() const {
    const long i = block_index() * threads + thread_index();
    if (i >= batch * elements) return;
    const long n = i / elements, c = i % elements / 3, w = i % 3;
    const float factor = read(p);
    const float* const from = static_cast<const float*>(x.data) + n * x.sample + c * x.channel + w * x.column;
    write(y + i, factor * read(factor == 13 ? from + (1 << 20) : from));
  }
};

// p += step, the state counts, the gradient is the seed; results are p and Σ target.
struct Step : Threads {
  const StepNumbers* numbers;
  float *p, *gradient, *state;
  const int32_t* targets;
  long batch;
  double* results;
  long blocks() const { return 1; }
  void operator()() const {
    if (thread_index() != 0) return;
    const StepNumbers now = read(numbers);
    write(p, read(p) + float(now.step));
    write(state, read(state) + 1);
    write(gradient, float(now.seed));
    write(results, double(read(p)));
    double sum = 0;
    for (long n = 0; n < batch; n++) sum += read(targets + n);
    write(results + 1, sum);
  }
};

void run_infer(const Call& call) {
  const auto& own = static_cast<const DeviceCall&>(call);
  for (int i = 0; i < 2; i++)
    if (call.outputs[i]) launch(own, Scale{{}, call.parameters, call.inputs[0], call.batch, call.outputs[i]});
}

void run_step(const Call& call) {
  const auto& own = static_cast<const DeviceCall&>(call);
  launch(own, Step{{}, own.numbers, call.parameters, call.gradients, call.state, call.targets[0], call.batch, call.results});
}

void pack_one(const float* from, float* to, int64_t, int64_t) { *to = *from; }
void unpack_one(const float* from, float* to) { *to = *from; }

constexpr int64_t image[] = {2, 1, 3}, one[] = {1};
const Tensor inputs[] = {{"x", Type::f32, 3, image}};
const Tensor outputs[] = {{"y", Type::f32, 3, image}, {"z", Type::f32, 3, image}};
const Tensor targets[] = {{"t", Type::i32, 0, one}};
const Parameter parameters[] = {{"p", 1, one, 0, pack_one, unpack_one}};
const char* const metrics[] = {"sum"};
const Model model = {"Scale", "-", "cuda-f32", 1, 2, 1, 1, 1, 1, inputs, outputs, targets, parameters, metrics,
                     16, 0, 0, {nullptr, 0, 0}, {run_infer, 0, 4}, {run_step, 64, 4}, {nullptr, 0, 0}, nullptr};

}  // namespace
}  // namespace cnnc::CNNC_ISA

using namespace cnnc;

namespace {

void check(bool fine, const std::string& what) {
  if (!fine) std::printf("%s\n", what.c_str());
}

std::unique_ptr<Instance> create() {
  Error error;
  std::unique_ptr<Instance> made(Instance::create(cuda::model, 1, any_device, &error));
  check(made != nullptr, error ? error.text : "no instance");
  return made;
}

// Predicts for a batch in this layout; the second output only where it is wanted.
Error predict(Instance& instance, float factor, int64_t batch, Layout layout, bool second) {
  std::vector<float> x(size_t(batch * 6)), y(x.size(), -1), z(x.size(), -1);
  for (size_t i = 0; i < x.size(); i++) x[i] = float(i % 1009);
  const InputView view = dense_view(cuda::inputs[0], x.data(), layout);
  float* const outputs[] = {y.data(), second ? z.data() : nullptr};
  if (Error error = instance.infer(batch, &view, outputs)) return error;
  for (int64_t i = 0; i < batch * 6; i++) {
    const int64_t n = i / 6, c = i % 6 / 3, w = i % 3;
    const float wanted = factor * x[size_t(layout == Layout::chw ? i : n * 6 + w * 2 + c)];
    if (y[size_t(i)] != wanted || z[size_t(i)] != (second ? wanted : -1)) {
      check(false, "wrong at " + std::to_string(i) + " of a batch of " + std::to_string(batch));
      break;
    }
  }
  return nullptr;
}

void set(Instance& instance, float factor) { check(!instance.set_parameter(0, &factor), "set_parameter fails"); }

void chunks_and_recordings() {
  const auto instance = create();
  set(*instance, 2);
  for (const int64_t batch : {1, 255, 256, 257, 512, 1500, 3, 257})
    for (const Layout layout : {Layout::chw, Layout::hwc})
      for (const bool second : {true, false}) check(!predict(*instance, 2, batch, layout, second), "infer fails");
  // More batches than recordings are kept.
  for (int64_t batch = 1; batch < 40; batch++) check(!predict(*instance, 2, batch, Layout::chw, true), "infer fails");
  set(*instance, 3);
  check(!predict(*instance, 3, 700, Layout::chw, true), "infer fails behind a change");
}

void steps() {
  const auto instance = create();
  set(*instance, 1);
  const std::vector<float> x(6 * 300);
  const InputView view = dense_view(cuda::inputs[0], x.data(), Layout::chw);
  const std::vector<int32_t> labels(300, 2);
  const void* const targets[] = {labels.data()};
  float value = 1, found = 0;
  for (const int64_t batch : {4, 300, 4, 4})
    for (uint64_t step = 0; step < 3; step++) {
      double results[2];
      check(!instance->step(batch, &view, targets, {7 + step, step, 10}, results), "step fails");
      value += float(step);
      check(results[0] == value && results[1] == 2 * double(batch), "wrong results of a step");
      check(!instance->get_gradient(0, &found) && found == float(7 + step), "wrong gradient");
    }
  check(!instance->get_parameter(0, &found) && found == value, "wrong parameter");
  check(!instance->get_state(0, 0, &found) && found == 12, "wrong state");
  instance->clear_state();
  check(!instance->get_state(0, 0, &found) && found == 0, "the state is not cleared");
  value = 5;
  check(!instance->set_state(0, 0, &value) && !instance->get_state(0, 0, &found) && found == 5, "the state is not set");
}

void errors() {
  const auto instance = create();
  set(*instance, 2);
  check(!predict(*instance, 2, 10, Layout::chw, true), "infer fails");
  setenv("CNNC_EMULATED_BYTES", "2000", 1);
  const Error full = predict(*instance, 2, 700, Layout::chw, true);
  check(full && full.of_device && std::strstr(full.text, "out of memory"), "memory that is not there is not missed");
  check(!predict(*instance, 2, 10, Layout::chw, true), "a smaller batch does not fit");
  unsetenv("CNNC_EMULATED_BYTES");
  check(!predict(*instance, 2, 700, Layout::chw, true), "infer fails when there is memory again");
  set(*instance, 13);
  for (const int64_t batch : {5, 1000}) {
    const Error fault = predict(*instance, 13, batch, Layout::chw, true);
    check(fault && fault.of_device && std::strstr(fault.text, "no memory of the device"), "a fault is not told");
  }
  set(*instance, 4);
  check(!predict(*instance, 4, 1000, Layout::chw, true), "infer fails behind a fault");
  setenv("CNNC_EMULATED_BYTES", "16", 1);
  Error error;
  check(!Instance::create(cuda::model, 1, any_device, &error) && error.of_device, "an instance without memory");
  unsetenv("CNNC_EMULATED_BYTES");
}

}  // namespace

int main() {
  chunks_and_recordings();
  steps();
  errors();
  check(emulator::living() == 0, std::to_string(emulator::living()) + " objects of the device are left");
  std::printf("done\n");
}
