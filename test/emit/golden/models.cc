#include "addon/c/c-api.h"
#include "addon/model.h"

namespace cnnc {
namespace avx512 {
extern const Model model_LeNet;
}  // namespace avx512

const Model* const models[] = {&avx512::model_LeNet};
const int32_t model_count = 1;
extern const cnnc_api c_api;
}  // namespace cnnc

extern "C" __attribute__((visibility("default"))) const cnnc_api* lenet_cnnc_api(void) { return &cnnc::c_api; }
