// Opens each file that is named and reads all its tensors, by name; prints one line per file: "read" and the values, or
// what is wrong.
#include <cstdio>

#include "c/safetensors.h"

int main(int count, char** arguments) {
  for (int i = 1; i < count; i++) {
    cnnc::SafetensorsFile file;
    std::string error;
    std::vector<float> values, all;
    bool fine = file.open(arguments[i], error);
    for (const auto& [name, tensor] : file.tensors()) {
      fine = fine && file.read(tensor, values, error);
      all.insert(all.end(), values.begin(), values.end());
    }
    std::printf("%s", fine ? "read" : error.c_str());
    for (float value : all) std::printf(" %.9g", value);
    std::printf("\n");
  }
}
