// A step takes its batch in parts, one after the other, where the model says so.
#pragma once
#include <algorithm>
#include <vector>

#include "instance.h"

namespace cnnc {

// Samples from `first` on of a batch of `whole`.
struct BatchPart {
  int64_t first, samples, whole;
  const InputView* inputs;
  const void* const* targets;
  double* results;
};

// The most samples of a part.
inline int64_t part_samples(const Model& model, int64_t batch) { return (batch + model.accumulate - 1) / model.accumulate; }

// f(part) for parts of even sizes, until one fails. The results are means over the whole batch.
template <class F>
Error for_batch_parts(const Model& model, int64_t batch, const InputView* inputs, const void* const* targets, double* results,
                      const F& f) {
  const int64_t parts = std::min<int64_t>(model.accumulate, batch);
  const int32_t result_count = 1 + model.metric_count;
  std::vector<InputView> views(size_t(model.input_count));
  std::vector<const void*> some_targets(size_t(model.target_count));
  std::vector<double> means(size_t(result_count), 0.0);
  std::fill_n(results, result_count, 0.0);
  for (int64_t i = 0; i < parts; i++) {
    const int64_t first = batch * i / parts, samples = batch * (i + 1) / parts - first;
    for (int32_t k = 0; k < model.input_count; k++) {
      views[k] = inputs[k];
      views[k].data = static_cast<const char*>(inputs[k].data) + first * inputs[k].sample * element_bytes(model.inputs[k].type);
    }
    for (int32_t k = 0; k < model.target_count; k++) {
      const Tensor& target = model.targets[k];
      some_targets[k] = static_cast<const char*>(targets[k]) + first * element_count(target) * element_bytes(target.type);
    }
    if (Error error = f(BatchPart{first, samples, batch, views.data(), some_targets.data(), means.data()})) return error;
    for (int32_t k = 0; k < result_count; k++) results[k] += means[k] * (double(samples) / double(batch));
  }
  return nullptr;
}

}  // namespace cnnc
