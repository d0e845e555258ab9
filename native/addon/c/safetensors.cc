#include "safetensors.h"

#include <sys/stat.h>

#include <algorithm>

#include "json-reader.h"

namespace cnnc {
namespace {

constexpr int64_t largest_header = 100'000'000;  // the format's own limit

// 64-bit positions on every system that has files of that size.
bool seek(std::FILE* file, int64_t position) {
#if defined(_WIN32)
  return _fseeki64(file, position, SEEK_SET) == 0;
#else
  return fseeko(file, static_cast<off_t>(position), SEEK_SET) == 0;
#endif
}

int64_t size_of(std::FILE* file) {
#if defined(_WIN32)
  return _fseeki64(file, 0, SEEK_END) == 0 ? _ftelli64(file) : -1;
#else
  return fseeko(file, 0, SEEK_END) == 0 ? static_cast<int64_t>(ftello(file)) : -1;
#endif
}

// A pipe would be waited for, for ever.
bool is_file(const char* path) {
  struct stat status {};
  return stat(path, &status) == 0 && (status.st_mode & S_IFMT) == S_IFREG;
}

bool read_bytes(std::FILE* file, int64_t position, void* to, size_t count) {
  return seek(file, position) && std::fread(to, 1, count, file) == count;
}

// Bytes of a shape; -1 when they are more than a file can have.
int64_t bytes_of(const NumberFormat& format, const std::vector<int64_t>& shape) {
  int64_t bytes = format.bytes;
  for (int64_t size : shape)
    if (__builtin_mul_overflow(bytes, size, &bytes)) return -1;
  return bytes;
}

// No overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(const std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at++]);
    if (first < 0x80) continue;
    if (first < 0xc2 || first > 0xf4) return false;
    const int more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    int code = first & (0x3f >> more);
    for (int i = 0; i < more; i++, at++) {
      if (at == text.size() || (text[at] & 0xc0) != 0x80) return false;
      code = code << 6 | (text[at] & 0x3f);
    }
    if ((more == 2 && code < 0x800) || (more == 3 && code < 0x10000)) return false;
    if ((code >= 0xd800 && code < 0xe000) || code > 0x10ffff) return false;
  }
  return true;
}

struct Entry {
  std::string dtype;
  std::vector<int64_t> shape, offsets;
};

Entry read_entry(JsonReader& json) {
  Entry entry;
  json.object([&](const std::string& key) {
    if (key == "dtype")
      entry.dtype = json.string();
    else if (key == "shape")
      json.array([&] { entry.shape.push_back(json.size()); });
    else if (key == "data_offsets")
      json.array([&] { entry.offsets.push_back(json.size()); });
    else
      json.skip_value();
  });
  return entry;
}

std::string fault_of(const std::string& name, const Entry& entry) {
  const std::string tensor = "tensor " + name + ": ";
  const NumberFormat* format = find_number_format(entry.dtype);
  if (!format) return tensor + "dtype " + entry.dtype + "; F32, F64, F16, BF16 can be read";
  if (entry.offsets.size() != 2) return tensor + "its data_offsets are not two positions";
  const int64_t bytes = bytes_of(*format, entry.shape);
  if (bytes < 0 || entry.offsets[1] - entry.offsets[0] != bytes) return tensor + "its shape and its data differ in size";
  return "";
}

}  // namespace

bool parse_safetensors_header(const std::string& text, std::map<std::string, StoredTensor>& tensors,
                              std::string& error) {
  JsonReader json(text);
  json.object([&](const std::string& name) {
    if (name == "__metadata__") return json.object([&](const std::string&) { json.string(); });
    Entry entry = read_entry(json);
    if (!json.ok() || !error.empty()) return;
    error = fault_of(name, entry);
    if (error.empty())
      tensors[name] = {entry.shape, entry.offsets[0], entry.offsets[1], find_number_format(entry.dtype)};
  });
  if (!json.ok() || !json.at_end() || !is_utf8(text)) error = "the header is not the JSON of a safetensors file";
  return error.empty();
}

bool SafetensorsFile::open(const char* path, std::string& error) {
  file_.reset(is_file(path) ? std::fopen(path, "rb") : nullptr);
  if (!file_) return error = std::string(path) + " cannot be opened", false;
  const std::string file = std::string(path) + ": ";
  const int64_t size = size_of(file_.get());
  unsigned char prefix[8];
  if (size < 8 || !read_bytes(file_.get(), 0, prefix, 8)) return error = file + "not a safetensors file", false;
  uint64_t length = 0;
  for (int i = 0; i < 8; i++) length |= uint64_t{prefix[i]} << 8 * i;
  if (length > largest_header || static_cast<int64_t>(length) > size - 8)
    return error = file + "not a safetensors file: its header is longer than itself", false;
  std::string json(length, '\0');
  if (!read_bytes(file_.get(), 8, json.data(), json.size())) return error = file + "cannot be read", false;
  data_at_ = 8 + static_cast<int64_t>(length);
  if (parse_safetensors_header(json, tensors_, error) && check_coverage(size - data_at_, error)) return true;
  error = file + error;
  return false;
}

bool SafetensorsFile::check_coverage(int64_t bytes, std::string& error) const {
  std::vector<const StoredTensor*> in_order;
  for (const auto& [name, tensor] : tensors_) in_order.push_back(&tensor);
  std::sort(in_order.begin(), in_order.end(), [](const StoredTensor* a, const StoredTensor* b) {
    return a->begin != b->begin ? a->begin < b->begin : a->end < b->end;
  });
  int64_t at = 0;
  for (const StoredTensor* tensor : in_order) {
    if (tensor->begin != at) return error = "its tensors overlap or leave holes", false;
    at = tensor->end;
  }
  if (at != bytes) error = at > bytes ? "it is cut off" : "it is too long";
  return at == bytes;
}

bool SafetensorsFile::read(const StoredTensor& tensor, std::vector<float>& values, std::string& error) {
  const auto& [shape, begin, end, format] = tensor;
  std::vector<unsigned char> bytes(static_cast<size_t>(end - begin));
  if (!read_bytes(file_.get(), data_at_ + begin, bytes.data(), bytes.size()))
    return error = "the file ended while it was read", false;
  values.resize(bytes.size() / format->bytes);
  for (size_t i = 0; i < values.size(); i++) values[i] = format->decode(&bytes[i * format->bytes]);
  return true;
}

}  // namespace cnnc
