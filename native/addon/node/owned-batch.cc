#include "owned-batch.h"

#include <cstring>

namespace cnnc {

std::shared_ptr<OwnedBatch> OwnedBatch::copy(const Model& model, Batch&& batch) {
  auto owned = std::make_shared<OwnedBatch>();
  owned->batch = std::move(batch);
  Batch& it = owned->batch;
  int64_t total = 0;
  auto place = [&total](const Tensor& tensor, const Span& span) {
    const int64_t at = total;
    total += (static_cast<int64_t>(span.length) * element_bytes(tensor.type) + 63) / 64 * 64;
    return at;
  };
  std::vector<int64_t> offsets;
  for (size_t i = 0; i < it.spans.size(); i++) offsets.push_back(place(model.inputs[i], it.spans[i]));
  for (size_t i = 0; i < it.target_spans.size(); i++)
    offsets.push_back(place(model.targets[i], it.target_spans[i]));
  if (!owned->memory.reserve(total)) return nullptr;
  auto move_in = [&](const Tensor& tensor, const Span& span, int64_t offset) {
    char* to = owned->memory.data() + offset;
    std::memcpy(to, span.data, span.length * static_cast<size_t>(element_bytes(tensor.type)));
    return to;
  };
  for (size_t i = 0; i < it.spans.size(); i++)
    it.inputs[i].data = move_in(model.inputs[i], it.spans[i], offsets[i]);
  for (size_t i = 0; i < it.target_spans.size(); i++)
    it.targets[i] = move_in(model.targets[i], it.target_spans[i], offsets[it.spans.size() + i]);
  return owned;
}

}  // namespace cnnc
