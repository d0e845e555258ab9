#include "addon/model.h"

extern const cnnc::Model model_LeNet;

namespace cnnc {
const Model* const models[] = {&model_LeNet};
const int32_t model_count = 1;
}  // namespace cnnc
