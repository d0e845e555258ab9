// Opens each file that is named and reads all its tensors; prints one line per file: "read", or what is wrong.
#include <cstdio>

#include "c/safetensors.h"

int main(int count, char** arguments) {
  for (int i = 1; i < count; i++) {
    cnnc::SafetensorsFile file;
    std::string error;
    std::vector<float> values;
    bool fine = file.open(arguments[i], error);
    for (const auto& [name, tensor] : file.tensors()) fine = fine && file.read(tensor, values, error);
    std::printf("%s\n", fine ? "read" : error.c_str());
  }
}
