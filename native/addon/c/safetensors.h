// Reading safetensors files: eight bytes of length, a JSON header, then the tensors without holes.
// Nothing in the file is believed: lengths, offsets and shapes are compared with each other first.
#pragma once
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "number-formats.h"

namespace cnnc {

struct StoredTensor {
  std::vector<int64_t> shape;
  int64_t begin = 0, end = 0;  // bytes, from the end of the header
  const NumberFormat* format = nullptr;
};

class SafetensorsFile {
 public:
  // False: `error` tells why.
  bool open(const char* path, std::string& error);

  const std::map<std::string, StoredTensor>& tensors() const { return tensors_; }
  bool read(const StoredTensor& tensor, std::vector<float>& values, std::string& error);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  bool check_coverage(int64_t bytes, std::string& error) const;

  std::unique_ptr<std::FILE, Close> file_;
  int64_t data_at_ = 0;
  std::map<std::string, StoredTensor> tensors_;
};

// The header's text, for tests and for `open`.
bool parse_safetensors_header(const std::string& json, std::map<std::string, StoredTensor>& tensors,
                              std::string& error);

}  // namespace cnnc
