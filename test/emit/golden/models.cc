#include "addon/model.h"

namespace cnnc {
namespace avx512 {
extern const Model model_LeNet;
}  // namespace avx512

const Model* const models[] = {&avx512::model_LeNet};
const int32_t model_count = 1;
}  // namespace cnnc
