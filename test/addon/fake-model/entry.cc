// The only name that a library shows: the build writes it beside the list of models.
#include "c/c-api.h"

namespace cnnc {
extern const cnnc_api c_api;
}  // namespace cnnc

extern "C" __attribute__((visibility("default"))) const cnnc_api* linear_cnnc_api(void) { return &cnnc::c_api; }
