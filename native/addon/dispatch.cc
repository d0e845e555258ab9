#include "dispatch.h"

#include <cstring>

#include "instance.h"

namespace cnnc {
namespace {

bool same_name(const Model& model, const char* name) { return std::strcmp(model.name, name) == 0; }

// Whether no table before it has the same name.
bool is_first(int32_t index) {
  for (int32_t i = 0; i < index; i++)
    if (same_name(*models[i], models[index]->name)) return false;
  return true;
}

}  // namespace

int32_t named_models() {
  int32_t count = 0;
  for (int32_t i = 0; i < model_count; i++) count += is_first(i);
  return count;
}

const Model* model_at(int32_t index) {
  for (int32_t i = 0; i < model_count; i++)
    if (is_first(i) && index-- == 0) return find_model(models[i]->name);
  return nullptr;
}

const Model* find_model(const char* name) {
  const Model* first = nullptr;
  for (int32_t i = 0; i < model_count; i++) {
    if (!same_name(*models[i], name)) continue;
    if (!refusal(*models[i])) return models[i];
    if (!first) first = models[i];
  }
  return first;
}

}  // namespace cnnc
