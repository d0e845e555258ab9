// Which table of a model is used: one name may stand for several, one for each level of processors that it
// was built for, the best first.
#pragma once
#include "model.h"

namespace cnnc {

// How many names there are, and what stands under them, by number or by name (null: there is no such model):
// the first table that may run here; where none may, the first of all.
int32_t named_models();
const Model* model_at(int32_t index);
const Model* find_model(const char* name);

}  // namespace cnnc
