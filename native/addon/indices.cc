#include "indices.h"

#include "instance.h"

namespace cnnc {

std::string index_fault(const Tensor& tensor, const void* data, int64_t samples) {
  if (tensor.type != Type::i32 || tensor.below == 0) return "";
  const auto* values = static_cast<const int32_t*>(data);
  const int64_t size = element_count(tensor);
  for (int64_t i = 0; i < samples * size; i++) {
    if (values[i] >= 0 && values[i] < tensor.below) continue;
    return std::string(tensor.name) + ": expected whole numbers from 0 to " + std::to_string(tensor.below - 1) + ", got " +
           std::to_string(values[i]) + " in sample " + std::to_string(i / size) + " at place " + std::to_string(i % size);
  }
  return "";
}

}  // namespace cnnc
