#include "arguments.h"

#include <cmath>

#include "../indices.h"

namespace cnnc {
namespace {

constexpr int64_t largest_batch = int64_t{1} << 31;

const char* type_name(napi_typedarray_type type) {
  switch (type) {
    case napi_uint8_array: return "Uint8Array";
    case napi_float32_array: return "Float32Array";
    case napi_int32_array: return "Int32Array";
    case napi_float64_array: return "Float64Array";
    default: return "typed array of another kind";
  }
}

bool same_type(napi_typedarray_type have, napi_typedarray_type want) {
  return have == want || (want == napi_uint8_array && have == napi_uint8_clamped_array);
}

// The elements of a batch of a tensor.
Span read_elements(Arguments& arguments, napi_value value, const Tensor& tensor, int64_t batch) {
  const Span span =
      arguments.array(value, tensor.name, typed_array_type(tensor.type), batch * element_count(tensor));
  if (!arguments.ok()) return span;
  if (const std::string fault = index_fault(tensor, span.data, batch); !fault.empty()) arguments.fail_range(fault);
  return span;
}

}  // namespace

StepInfo read_step_info(Arguments& arguments, size_t at) {
  StepInfo info;
  info.seed = static_cast<uint64_t>(arguments.integer(at, "seed", 0, largest_whole));
  info.step = static_cast<uint64_t>(arguments.integer(at + 1, "step", 0, largest_whole));
  info.total_steps = arguments.number(at + 2, "totalSteps");
  if (arguments.ok() && !(info.total_steps > 0)) arguments.fail_range("totalSteps: expected a positive number");
  return info;
}

std::vector<int64_t> read_positions(Arguments& arguments, size_t at, int64_t count) {
  const Span span = arguments.array(arguments[at], "positions", napi_float64_array, count);
  std::vector<int64_t> positions;
  for (size_t i = 0; arguments.ok() && i < span.length; i++) {
    const double position = static_cast<const double*>(span.data)[i];
    const bool is_one = position >= 0 && position <= double(largest_whole);
    positions.push_back(is_one ? static_cast<int64_t>(position) : -1);
  }
  return positions;
}

napi_typedarray_type typed_array_type(Type type) {
  switch (type) {
    case Type::u8: return napi_uint8_array;
    case Type::f32: return napi_float32_array;
    case Type::i32: return napi_int32_array;
  }
  return napi_uint8_array;
}

void Arguments::fail_type(const std::string& message) {
  if (ok_ && !env_.IsExceptionPending()) Napi::TypeError::New(env_, message).ThrowAsJavaScriptException();
  ok_ = false;
}

void Arguments::fail_range(const std::string& message) {
  if (ok_ && !env_.IsExceptionPending()) Napi::RangeError::New(env_, message).ThrowAsJavaScriptException();
  ok_ = false;
}

double Arguments::number(size_t index, const char* name) {
  if (!ok_) return 0;
  double value = 0;
  if (napi_get_value_double(env_, info_[index], &value) != napi_ok)
    fail_type(std::string(name) + ": expected a number");
  return value;
}

int64_t Arguments::integer(size_t index, const char* name, int64_t low, int64_t high) {
  const double value = number(index, name);
  if (!ok_) return low;
  if (!(value >= -double(largest_whole) && value <= double(largest_whole)) || value != std::floor(value)) {
    fail_range(std::string(name) + ": expected a whole number");
    return low;
  }
  const auto whole = static_cast<int64_t>(value);
  if (whole < low || whole > high) {
    fail_range(std::string(name) + ": " + std::to_string(whole) + " is not in " + std::to_string(low) + ".." +
               std::to_string(high));
    return low;
  }
  return whole;
}

std::string Arguments::text(size_t index, const char* name) {
  if (!ok_) return {};
  if (!info_[index].IsString()) {
    fail_type(std::string(name) + ": expected a string");
    return {};
  }
  return info_[index].As<Napi::String>().Utf8Value();
}

std::vector<napi_value> Arguments::elements(size_t index, const char* name, int32_t count) {
  std::vector<napi_value> found(static_cast<size_t>(count));
  if (!ok_) return found;
  uint32_t length = 0;
  bool is_array = false;
  napi_is_array(env_, info_[index], &is_array);
  if (!is_array || napi_get_array_length(env_, info_[index], &length) != napi_ok ||
      length != static_cast<uint32_t>(count)) {
    fail_type(std::string(name) + ": expected an array of " + std::to_string(count));
    return found;
  }
  for (uint32_t i = 0; i < length && ok_; i++)
    if (napi_get_element(env_, info_[index], i, &found[i]) != napi_ok) ok_ = false;
  if (env_.IsExceptionPending()) ok_ = false;
  if (!ok_) fail_type(std::string(name) + ": cannot be read");
  return found;
}

Span Arguments::array(napi_value value, const char* name, napi_typedarray_type type, int64_t length,
                      bool optional) {
  Span span;
  if (!ok_) return span;
  bool is_array = false;
  if (optional) {
    napi_valuetype kind = napi_undefined;
    napi_typeof(env_, value, &kind);
    if (kind == napi_undefined || kind == napi_null) return span;
  }
  if (napi_is_typedarray(env_, value, &is_array) != napi_ok || !is_array) {
    fail_type(std::string(name) + ": expected a " + type_name(type));
    return span;
  }
  napi_get_typedarray_info(env_, value, &span.type, &span.length, &span.data, nullptr, nullptr);
  if (!same_type(span.type, type))
    fail_type(std::string(name) + ": expected a " + type_name(type) + ", got a " + type_name(span.type));
  else if (span.length != static_cast<size_t>(length))
    fail_range(std::string(name) + ": expected " + std::to_string(length) + " elements, got " +
               std::to_string(span.length));
  else if (length > 0 && !span.data)
    fail_type(std::string(name) + ": its memory is gone");
  return span;
}

Batch read_batch(Arguments& arguments, const BatchShape& shape, std::vector<float*>* outputs) {
  const Model& model = shape.model;
  Batch batch;
  batch.size = arguments.integer(0, "batch", 1, largest_batch);
  const auto inputs = arguments.elements(1, "inputs", model.input_count);
  const auto hwc = static_cast<uint64_t>(arguments.integer(2, "layouts", 0, int64_t{1} << 52));
  std::vector<napi_value> targets, memory;
  if (shape.with_targets) targets = arguments.elements(3, "targets", model.target_count);
  if (outputs)
    memory = arguments.elements(static_cast<size_t>(shape.outputs_at), "outputs",
                                static_cast<int32_t>(shape.output_sizes.size()));
  // From here on no JavaScript runs, so addresses stay true.
  for (int32_t i = 0; i < model.input_count; i++) {
    const Tensor& input = model.inputs[i];
    const Span span = read_elements(arguments, inputs[static_cast<size_t>(i)], input, batch.size);
    batch.spans.push_back(span);
    batch.inputs.push_back(dense_view(input, span.data, i < 52 && (hwc >> i & 1) ? Layout::hwc : Layout::chw));
  }
  for (int32_t i = 0; shape.with_targets && i < model.target_count; i++) {
    const Span span = read_elements(arguments, targets[static_cast<size_t>(i)], model.targets[i], batch.size);
    batch.target_spans.push_back(span);
    batch.targets.push_back(span.data);
  }
  for (size_t i = 0; outputs && i < memory.size(); i++) {
    const Span span = arguments.array(memory[i], "output", napi_float32_array,
                                      batch.size * shape.output_sizes[i], true);
    outputs->push_back(static_cast<float*>(span.data));
  }
  return batch;
}

}  // namespace cnnc
