#include "instance.h"

namespace cnnc {
namespace {

int64_t product(const int64_t* shape, int32_t rank) {
  int64_t count = 1;
  for (int32_t i = 0; i < rank; i++) count *= shape[i];
  return count;
}

}  // namespace

int64_t element_count(const Tensor& tensor) { return product(tensor.shape, tensor.rank); }
int64_t element_count(const Parameter& parameter) { return product(parameter.shape, parameter.rank); }
int64_t element_bytes(Type type) { return type == Type::u8 ? 1 : 4; }

InputView dense_view(const Tensor& input, const void* data, Layout layout) {
  // [C], [C, L] and [C, H, W] as C, H, W.
  const int64_t channels = input.rank > 0 ? input.shape[0] : 1;
  const int64_t rows = input.rank > 2 ? input.shape[1] : 1;
  const int64_t columns = input.rank > 1 ? input.shape[input.rank - 1] : 1;
  const int64_t sample = channels * rows * columns;
  if (layout == Layout::hwc) return {data, sample, 1, columns * channels, channels};
  return {data, sample, rows * columns, columns, 1};
}

}  // namespace cnnc
