// Reading the arguments of a call from JavaScript. Every value is checked, whatever the wrapper has
// checked before: a wrong call throws, it never reads memory that is not there.
#pragma once
#include <napi.h>

#include <vector>

#include "../instance.h"

namespace cnnc {

// A typed array as it is at this moment. Valid until JavaScript runs again.
struct Span {
  void* data = nullptr;
  size_t length = 0;
  napi_typedarray_type type = napi_uint8_array;
};

// After the first fault an exception is pending and all further reads do nothing: ask ok() at the end.
class Arguments {
 public:
  explicit Arguments(const Napi::CallbackInfo& info) : info_(info), env_(info.Env()) {}

  bool ok() const { return ok_; }
  size_t count() const { return info_.Length(); }
  Napi::Value operator[](size_t index) const { return info_[index]; }

  void fail_type(const std::string& message);
  void fail_range(const std::string& message);

  // A whole number in [low, high].
  int64_t integer(size_t index, const char* name, int64_t low, int64_t high);
  double number(size_t index, const char* name);
  std::string text(size_t index, const char* name);

  // The elements of an array of exactly `count`. This may run JavaScript (getters, proxies), so it
  // comes before anything asks for the address of memory.
  std::vector<napi_value> elements(size_t index, const char* name, int32_t count);

  // A typed array of this type and length; with `optional`, null and undefined give an empty span.
  Span array(napi_value value, const char* name, napi_typedarray_type type, int64_t length,
             bool optional = false);

 private:
  const Napi::CallbackInfo& info_;
  Napi::Env env_;
  bool ok_ = true;
};

constexpr int64_t largest_whole = (int64_t{1} << 53) - 1;  // that a JavaScript number can be

// Arguments at, at + 1 and at + 2: seed, step, totalSteps.
StepInfo read_step_info(Arguments& arguments, size_t at);

// A Float64Array of `count` positions in a file; -1 for what is none.
std::vector<int64_t> read_positions(Arguments& arguments, size_t at, int64_t count);

napi_typedarray_type typed_array_type(Type type);

// What infer, step and gradient have in common: the batch, its inputs, and which of them are H,W,C.
struct Batch {
  int64_t size = 0;
  std::vector<Span> spans;
  std::vector<InputView> inputs;
  std::vector<const void*> targets;
  std::vector<Span> target_spans;
};

// Arguments 0 to 2: batch, inputs, bits of the inputs that lie as H,W,C. `targets` (argument 3) is read
// for training only, `outputs` (the last one) where the caller gives memory: `each` has the element
// count of one sample for every entry.
struct BatchShape {
  const Model& model;
  bool with_targets;
  int outputs_at = -1;
  std::vector<int64_t> output_sizes = {};
};
Batch read_batch(Arguments& arguments, const BatchShape& shape, std::vector<float*>* outputs);

}  // namespace cnnc
