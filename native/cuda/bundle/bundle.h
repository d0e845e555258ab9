// What the programs of a bundle share: the model, its numbers in data.safetensors, and how they are compared.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "../../addon/c/safetensors.h"
#include "../../addon/model.h"
#include "../host/device-memory.h"

namespace cnnc::bundle {

// Made by cnnc beside this (facts.cc).
struct Facts {
  const char* precision;
  double macs;            // multiply-accumulates of one sample, in inference
  double tolerance;       // of outputs, relative to the largest
  double step_tolerance;  // of a training step
};
extern const Facts facts;

// The one model of the bundle.
const Model& the_model();

// Ends the program where there is an error.
void must(Error error);

// The tensors of data.safetensors.
class Numbers {
 public:
  Numbers();
  bool has(const std::string& name) const;
  // As they are stored.
  const std::vector<float>& read(const std::string& name);
  // As the model takes them: bytes, floats or whole numbers.
  std::vector<char> elements(const std::string& name, Type type);

 private:
  SafetensorsFile file_;
  std::map<std::string, std::vector<float>> values_;
};

}  // namespace cnnc::bundle
