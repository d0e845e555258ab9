#include "bundle.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "../../addon/instance.h"

namespace cnnc::bundle {
namespace {

template <class T>
std::vector<char> converted(const std::vector<float>& values) {
  std::vector<T> typed(values.begin(), values.end());
  std::vector<char> bytes(typed.size() * sizeof(T));
  std::memcpy(bytes.data(), typed.data(), bytes.size());
  return bytes;
}

}  // namespace

const Model& the_model() { return *models[0]; }

void must(Error error) {
  if (!error) return;
  std::fprintf(stderr, "%s\n", error.text);
  std::exit(2);
}

Numbers::Numbers() {
  static std::string error;
  if (!file_.open("data.safetensors", error)) must(error.c_str());
}

bool Numbers::has(const std::string& name) const { return file_.tensors().count(name) > 0; }

const std::vector<float>& Numbers::read(const std::string& name) {
  const auto known = values_.find(name);
  if (known != values_.end()) return known->second;
  static std::string error;
  const auto found = file_.tensors().find(name);
  if (found == file_.tensors().end()) error = "data.safetensors has no " + name;
  else file_.read(found->second, values_[name], error);
  if (!error.empty()) must(error.c_str());
  return values_[name];
}

std::vector<char> Numbers::elements(const std::string& name, Type type) {
  const std::vector<float>& values = read(name);
  switch (type) {
    case Type::u8: return converted<uint8_t>(values);
    case Type::f32: return converted<float>(values);
    case Type::i32: return converted<int32_t>(values);
  }
  return {};
}

}  // namespace cnnc::bundle
