// Calls one of the models that it is linked with, for tests of code that the machine at hand cannot load:
//
//   program infer|gradient MODEL THREADS BATCH SEED STEP TOTAL-STEPS
//
// Reads the parameters, the inputs and, for a gradient, the targets; writes the outputs, or the gradients of f32 inputs, those of
// parameters, and the results: all as they lie in memory, in the order of the model. Predictions go through the interface for C,
// which has no gradients.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "addon/c/c-api.h"
#include "addon/dispatch.h"
#include "addon/instance.h"
#include "parallel/float-mode.h"

namespace cnnc {

extern const cnnc_api c_api;

namespace {

using Bytes = std::vector<char>;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what ? what : "?");
  std::exit(1);
}

Bytes read(int64_t bytes) {
  Bytes data(static_cast<size_t>(bytes));
  expect(std::fread(data.data(), 1, data.size(), stdin) == data.size(), "too few bytes were given");
  return data;
}

std::vector<Bytes> read_all(const Tensor* tensors, int32_t count, int64_t batch) {
  std::vector<Bytes> all;
  for (int32_t i = 0; i < count; i++)
    all.push_back(read(batch * element_count(tensors[i]) * element_bytes(tensors[i].type)));
  return all;
}

template <class T>
void write(const std::vector<T>& data) {
  std::fwrite(data.data(), sizeof(T), data.size(), stdout);
}

std::vector<std::vector<float>> read_parameters(const Model& model) {
  std::vector<std::vector<float>> all;
  for (int32_t i = 0; i < model.parameter_count; i++) {
    all.emplace_back(static_cast<size_t>(element_count(model.parameters[i])));
    const size_t read = std::fread(all.back().data(), sizeof(float), all.back().size(), stdin);
    expect(read == all.back().size(), "too few parameters were given");
  }
  return all;
}

void infer(const Model& model, int32_t threads, int64_t batch) {
  const char* error = nullptr;
  cnnc_net* net = c_api.create(model.name, threads, &error);
  expect(net, error);
  const auto parameters = read_parameters(model);
  for (int32_t i = 0; i < model.parameter_count; i++) {
    const auto& values = parameters[static_cast<size_t>(i)];
    expect(!c_api.set_parameter(net, model.parameters[i].name, values.data(), int64_t(values.size())), c_api.error(net));
  }
  const auto data = read_all(model.inputs, model.input_count, batch);
  std::vector<cnnc_input> inputs;
  for (const Bytes& input : data) inputs.push_back({input.data(), 0});
  std::vector<std::vector<float>> outputs;
  std::vector<float*> into;
  for (int32_t i = 0; i < model.output_count; i++) {
    outputs.emplace_back(static_cast<size_t>(batch * element_count(model.outputs[i])));
    into.push_back(outputs.back().data());
  }
  expect(!c_api.predict(net, batch, inputs.data(), into.data()), c_api.error(net));
  for (const auto& output : outputs) write(output);
  c_api.destroy(net);
}

void gradient(const Model& model, int threads, int64_t batch, const StepInfo& info) {
  Error error;
  Instance* instance = Instance::create(model, threads, any_device, &error);
  expect(instance, error.text);
  const auto parameters = read_parameters(model);
  for (int32_t i = 0; i < model.parameter_count; i++)
    expect(!instance->set_parameter(i, parameters[static_cast<size_t>(i)].data()), "a parameter was refused");
  const auto inputs = read_all(model.inputs, model.input_count, batch);
  const auto targets = read_all(model.targets, model.target_count, batch);
  std::vector<InputView> views;
  std::vector<std::vector<float>> found;
  std::vector<float*> into;
  for (int32_t i = 0; i < model.input_count; i++) {
    const Tensor& input = model.inputs[i];
    views.push_back(dense_view(input, inputs[static_cast<size_t>(i)].data(), Layout::chw));
    const bool real = input.type == Type::f32;
    found.emplace_back(static_cast<size_t>(real ? batch * element_count(input) : 0));
    into.push_back(real ? found.back().data() : nullptr);
  }
  std::vector<const void*> given;
  for (const Bytes& target : targets) given.push_back(target.data());
  std::vector<double> results(static_cast<size_t>(1 + model.metric_count));
  error = instance->gradient(batch, views.data(), given.data(), info, into.data(), results.data());
  expect(!error, error.text);
  for (const auto& values : found) write(values);
  for (int32_t i = 0; i < model.parameter_count; i++) {
    std::vector<float> values(static_cast<size_t>(element_count(model.parameters[i])));
    expect(!instance->get_gradient(i, values.data()), "a gradient could not be had");
    write(values);
  }
  write(results);
  delete instance;
}

}  // namespace
}  // namespace cnnc

int main(int argc, char** argv) {
  using namespace cnnc;
  expect(argc == 8, "infer|gradient MODEL THREADS BATCH SEED STEP TOTAL-STEPS");
  const Model* model = find_model(argv[2]);
  expect(model, "there is no such model");
  const FloatMode mode = read_float_mode();
  const int threads = std::atoi(argv[3]);
  const int64_t batch = std::atoll(argv[4]);
  const StepInfo info{std::strtoull(argv[5], nullptr, 10), std::strtoull(argv[6], nullptr, 10), std::atof(argv[7])};
  if (argv[1] == std::string("infer")) infer(*model, threads, batch);
  else gradient(*model, threads, batch, info);
  expect(read_float_mode() == mode, "the floating-point mode is not the caller's any more");
  return 0;
}
