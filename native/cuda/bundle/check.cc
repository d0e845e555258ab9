// Predicts, and trains for a step, and compares with what was computed elsewhere: outputs with the operators' references in
// float64, the step with the same network on processors. Exit status 1: something differs by more than is allowed.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include "../../addon/instance.h"
#include "bundle.h"

using namespace cnnc;
using bundle::facts;
using bundle::must;

namespace {

// A tensor whose true values are all but 0 has the scale of the largest of its kind, by this share.
constexpr double least_scale = 1e-3;

bool failed = false;

double largest(const std::vector<float>& values) {
  double most = 0;
  for (const float x : values) most = std::max(most, std::fabs(double(x)));
  return most;
}

// The largest difference by the largest value, or by `scale` where that is more.
void compare(const std::string& what, const float* found, const std::vector<float>& expected, double allowed, double scale = 0) {
  double worst = 0;
  for (size_t i = 0; i < expected.size(); i++) {
    const double difference = std::fabs(double(found[i]) - double(expected[i]));
    worst = difference <= worst ? worst : difference;  // a NaN is the worst
  }
  const double relative = worst / std::max({largest(expected), scale, 1e-30});
  const bool fine = relative <= allowed;
  failed = failed || !fine;
  std::printf("%-48s %9.2e  of %7.0e allowed  %s\n", what.c_str(), relative, allowed, fine ? "ok" : "WRONG");
}

struct Batch {
  int64_t size = 1;
  std::vector<std::vector<char>> memory;
  std::vector<InputView> inputs;
  std::vector<const void*> targets;
};

Batch read_batch(bundle::Numbers& numbers, const Model& model) {
  Batch batch;
  const auto add = [&](const std::string& name, const Tensor& tensor) {
    batch.memory.push_back(numbers.elements(name, tensor.type));
    return static_cast<const void*>(batch.memory.back().data());
  };
  batch.memory.reserve(size_t(model.input_count + model.target_count));
  for (int32_t i = 0; i < model.input_count; i++) {
    const std::string name = std::string("input.") + model.inputs[i].name;
    batch.size = int64_t(numbers.read(name).size()) / element_count(model.inputs[i]);
    batch.inputs.push_back(dense_view(model.inputs[i], add(name, model.inputs[i]), Layout::chw));
  }
  for (int32_t i = 0; model.step.run && i < model.target_count; i++)
    batch.targets.push_back(add(std::string("target.") + model.targets[i].name, model.targets[i]));
  return batch;
}

void check_outputs(Instance& instance, bundle::Numbers& numbers, const Batch& batch) {
  const Model& model = instance.model();
  std::vector<std::vector<float>> found;
  std::vector<float*> outputs;
  for (int32_t i = 0; i < model.output_count; i++) found.emplace_back(size_t(batch.size * element_count(model.outputs[i])));
  for (auto& values : found) outputs.push_back(values.data());
  must(instance.infer(batch.size, batch.inputs.data(), outputs.data()));
  for (int32_t i = 0; i < model.output_count; i++) {
    const std::string name = std::string("output.") + model.outputs[i].name;
    compare(name, outputs[size_t(i)], numbers.read(name), facts.tolerance);
  }
}

// Where the gradient is no more than what it may be off by, an optimiser like Adam moves by its sign: either is right.
void leave_out_uncertain(std::vector<float>& values, const std::vector<float>& expected, const std::vector<float>& gradient,
                         double scale) {
  const double certain = facts.step_tolerance * std::max(largest(gradient), scale);
  for (size_t i = 0; i < values.size(); i++)
    if (std::fabs(double(gradient[i])) <= certain) values[i] = expected[i];
}

// The loss, the gradient of what learns, and what is kept beside it.
void check_step(Instance& instance, bundle::Numbers& numbers, const Batch& batch) {
  const Model& model = instance.model();
  std::vector<double> results(size_t(1 + model.metric_count));
  must(instance.step(batch.size, batch.inputs.data(), batch.targets.data(), {1, 0, 100}, results.data()));
  const std::vector<float> rounded(results.begin(), results.end());
  compare("loss", rounded.data(), {numbers.read("results")[0]}, facts.step_tolerance);
  double scale = 0;
  for (int32_t i = 0; i < model.parameter_count; i++) {
    const std::string name = std::string("gradient.") + model.parameters[i].name;
    if (numbers.has(name)) scale = std::max(scale, largest(numbers.read(name)));
  }
  std::vector<float> values;
  for (int32_t i = 0; i < model.parameter_count; i++) {
    const std::string own = model.parameters[i].name;
    const std::vector<float>& stepped = numbers.read("stepped." + own);
    values.resize(stepped.size());
    const bool learns = numbers.has("gradient." + own);
    if (learns) {
      must(instance.get_gradient(i, values.data()));
      compare("gradient." + own, values.data(), numbers.read("gradient." + own), facts.step_tolerance, least_scale * scale);
    }
    must(instance.get_parameter(i, values.data()));
    if (learns) leave_out_uncertain(values, stepped, numbers.read("gradient." + own), least_scale * scale);
    compare("stepped." + own, values.data(), stepped, facts.step_tolerance);
  }
}

}  // namespace

int main() {
  const Model& model = bundle::the_model();
  bundle::Numbers numbers;
  Error error;
  const std::unique_ptr<Instance> instance(Instance::create(model, 1, any_device, &error));
  must(error);
  std::printf("%s, %s, on %s\n", model.name, model.cpu, instance->device());
  for (int32_t i = 0; i < model.parameter_count; i++)
    must(instance->set_parameter(i, numbers.read(std::string("parameter.") + model.parameters[i].name).data()));
  const Batch batch = read_batch(numbers, model);
  check_outputs(*instance, numbers, batch);
  if (model.step.run) check_step(*instance, numbers, batch);
  std::printf(failed ? "check failed\n" : "check passed\n");
  return failed;
}
