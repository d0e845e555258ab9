#include "cuda-instance.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "../../addon/parts.h"

namespace cnnc {
namespace {

// A batch of a prediction runs in chunks, so that a call with ten thousand pictures needs no more memory than one with a
// few: at most this many samples, and at most this many bytes (but always one sample).
constexpr int64_t chunk_samples = 256;
constexpr int64_t chunk_bytes = int64_t{2} << 30;

constexpr Error no_program = "the model was compiled without this program";

}  // namespace

Instance* Instance::create(const Model& model, int, int wanted, Error* what) {
  Device device;
  *what = choose_device(wanted, &device);
  if (*what) return nullptr;
  auto* instance = new (std::nothrow) CudaInstance(model, device);
  *what = instance ? instance->open() : "out of memory";
  if (!*what) return instance;
  delete instance;
  return nullptr;
}

// Memory and programs are freed on their device.
CudaInstance::~CudaInstance() { cudaSetDevice(device_.number); }

Error CudaInstance::make_device_current() const { return told(cudaSetDevice(device_.number)); }

Error CudaInstance::open() {
  if (Error error = make_device_current()) return error;
  if (Error error = streams_.open()) return error;
  if (Error error = scalars_.reserve(most_step_scalars * int64_t(sizeof(float)))) return error;
  if (Error error = parameters_.reserve(block_bytes())) return error;
  if (Error error = derived_.reserve(model_.derived_bytes)) return error;
  if (Error error = activity_.reserve(model_.activity_bytes)) return error;
  // Between packed parameters stand zeros.
  if (Error error = derived_.clear(streams_.compute)) return error;
  if (Error error = parameters_.clear(streams_.compute)) return error;
  return upload_constants();
}

Error CudaInstance::upload_constants() {
  const int64_t bytes = model_.constant_block * int64_t(sizeof(float));
  if (bytes == 0) return nullptr;
  if (Error error = constants_.reserve(bytes)) return error;
  if (Error error = staging_.reserve(bytes)) return error;
  std::memset(staging_.data(), 0, size_t(bytes));
  std::vector<float> logical;
  for (int32_t i = 0; i < model_.constant_count; i++) {
    const Constant& constant = model_.constants[i];
    logical.resize(size_t(constant.elements));
    constant.compute(logical.data());
    constant.pack(logical.data(), staging_.as<float>() + constant.offset, 0, constant.elements);
  }
  return upload(constants_.data(), bytes);
}

// From the staging memory.
Error CudaInstance::upload(char* to, int64_t bytes) {
  const cudaStream_t stream = streams_.compute;
  if (Error error = told(cudaMemcpyAsync(to, staging_.data(), size_t(bytes), cudaMemcpyHostToDevice, stream))) return error;
  return told(cudaStreamSynchronize(stream));
}

// To the staging memory.
Error CudaInstance::download(const char* from, int64_t bytes) {
  const cudaStream_t stream = streams_.compute;
  if (Error error = staging_.reserve(bytes)) return error;
  if (Error error = told(cudaMemcpyAsync(staging_.data(), from, size_t(bytes), cudaMemcpyDeviceToHost, stream))) return error;
  return told(cudaStreamSynchronize(stream));
}

// Up to where the next parameter begins.
int64_t CudaInstance::packed_floats(int32_t index) const {
  const int64_t begin = model_.parameters[index].offset;
  int64_t end = model_.block;
  for (int32_t i = 0; i < model_.parameter_count; i++)
    if (model_.parameters[i].offset > begin) end = std::min(end, model_.parameters[i].offset);
  return end - begin;
}

Error CudaInstance::set_packed(char* block, int32_t index, const float* logical) {
  const Parameter& parameter = model_.parameters[index];
  const int64_t bytes = packed_floats(index) * int64_t(sizeof(float));
  if (Error error = staging_.reserve(bytes)) return error;
  std::memset(staging_.data(), 0, size_t(bytes));
  parameter.pack(logical, staging_.as<float>(), 0, element_count(parameter));
  return upload(block + parameter.offset * int64_t(sizeof(float)), bytes);
}

Error CudaInstance::get_packed(const char* block, int32_t index, float* logical) {
  const Parameter& parameter = model_.parameters[index];
  const int64_t at = parameter.offset * int64_t(sizeof(float));
  if (Error error = download(block + at, packed_floats(index) * int64_t(sizeof(float)))) return error;
  parameter.unpack(staging_.as<float>(), logical);
  return nullptr;
}

Error CudaInstance::set_parameter(int32_t index, const float* logical) {
  std::lock_guard lock(mutex_);
  if (Error error = make_device_current()) return error;
  prepared_ = false;
  // Training that keeps an average of its weights goes on from these.
  if (model_.weight_slot >= 0 && !clears_state_)
    if (Error error = set_packed(state_.data() + model_.weight_slot * block_bytes(), index, logical)) return error;
  return set_packed(parameters_.data(), index, logical);
}

Error CudaInstance::get_parameter(int32_t index, float* logical) {
  std::lock_guard lock(mutex_);
  if (Error error = make_device_current()) return error;
  return get_packed(parameters_.data(), index, logical);
}

// What is set and read one by one belongs to all: its memory, once had, stays where it is.
Error CudaInstance::reserve_block(DeviceMemory& memory, int64_t bytes) {
  if (bytes <= memory.bytes()) return nullptr;
  if (Error error = memory.reserve(bytes)) return error;
  return memory.clear(streams_.compute);
}

Error CudaInstance::reserve_state() {
  if (Error error = state_.reserve(model_.state_slots * block_bytes())) return error;
  if (!clears_state_) return nullptr;
  if (Error error = state_.clear(streams_.compute)) return error;
  clears_state_ = false;
  if (model_.weight_slot < 0) return nullptr;
  char* const weights = state_.data() + model_.weight_slot * block_bytes();
  return told(cudaMemcpyAsync(weights, parameters_.data(), size_t(block_bytes()), cudaMemcpyDeviceToDevice, streams_.compute));
}

Error CudaInstance::set_state(int32_t slot, int32_t index, const float* logical) {
  std::lock_guard lock(mutex_);
  if (Error error = make_device_current()) return error;
  if (Error error = reserve_state()) return error;
  return set_packed(state_.data() + slot * block_bytes(), index, logical);
}

Error CudaInstance::get_state(int32_t slot, int32_t index, float* logical) {
  std::lock_guard lock(mutex_);
  if (Error error = make_device_current()) return error;
  if (Error error = reserve_state()) return error;
  return get_packed(state_.data() + slot * block_bytes(), index, logical);
}

void CudaInstance::clear_state() {
  std::lock_guard lock(mutex_);
  clears_state_ = true;
}

Error CudaInstance::clear_activity_where_wanted() {
  if (!clears_activity_) return nullptr;
  if (Error error = activity_.clear(streams_.compute)) return error;
  clears_activity_ = false;
  return nullptr;
}

Error CudaInstance::get_activity(uint8_t* fired) {
  std::lock_guard lock(mutex_);
  if (model_.activity_bytes == 0) return nullptr;
  if (Error error = make_device_current()) return error;
  if (Error error = clear_activity_where_wanted()) return error;
  if (Error error = download(activity_.data(), model_.activity_bytes)) return error;
  std::memcpy(fired, staging_.data(), size_t(model_.activity_bytes));
  return nullptr;
}

void CudaInstance::clear_activity() {
  std::lock_guard lock(mutex_);
  clears_activity_ = true;
}

Error CudaInstance::get_gradient(int32_t index, float* logical) {
  std::lock_guard lock(mutex_);
  if (gradients_.bytes() == 0) return "no gradient has been computed";
  if (Error error = make_device_current()) return error;
  return get_packed(gradients_.data(), index, logical);
}

DeviceCall CudaInstance::call_with_blocks() const {
  DeviceCall call{};
  call.parameters = parameters_.as<float>();
  call.constants = constants_.as<float>();
  call.gradients = gradients_.as<float>();
  call.state = state_.as<float>();
  call.derived = derived_.data();
  call.activity = activity_.as<uint8_t>();
  call.scalars = scalars_.as<float>();
  return call;
}

Error CudaInstance::prepare() {
  if (prepared_) return nullptr;
  if (prepare_.exists())
    if (Error error = prepare_.run(call_with_blocks(), {}, 1)) return error;
  prepared_ = true;
  return nullptr;
}

int64_t CudaInstance::chunk_size() const {
  const int64_t per_sample = std::max<int64_t>(model_.infer.arena_per_sample, 1);
  return std::clamp<int64_t>((chunk_bytes - model_.infer.arena_fixed) / per_sample, 1, chunk_samples);
}

Error CudaInstance::infer(int64_t batch, const InputView* inputs, float* const* outputs) {
  if (!infer_.exists()) return no_program;
  std::lock_guard lock(mutex_);
  if (Error error = make_device_current()) return error;
  if (Error error = prepare()) return error;
  DeviceBatch all{batch, inputs};
  all.output_tensors = model_.outputs;
  all.output_count = model_.output_count;
  all.outputs = outputs;
  return infer_.run(call_with_blocks(), all, chunk_size());
}

Error CudaInstance::step(int64_t batch, const InputView* inputs, const void* const* targets, const StepInfo& info,
                         double* results) {
  if (!step_.exists()) return no_program;
  std::lock_guard lock(mutex_);
  if (Error error = make_device_current()) return error;
  if (Error error = reserve_block(gradients_, (model_.accumulate > 1 ? 2 : 1) * block_bytes())) return error;
  if (Error error = reserve_state()) return error;
  if (Error error = clear_activity_where_wanted()) return error;
  prepared_ = false;
  return for_batch_parts(model_, batch, inputs, targets, results, [&](const BatchPart& part) {
    DeviceBatch all{part.samples, part.inputs, part.targets, &info};
    all.first = part.first;
    all.whole = part.whole;
    all.results = part.results;
    all.result_count = 1 + model_.metric_count;
    return step_.run(call_with_blocks(), all, part.samples);
  });
}

Error CudaInstance::gradient(int64_t batch, const InputView* inputs, const void* const* targets, const StepInfo& info,
                             float* const* input_gradients, double* results) {
  if (!gradient_.exists()) return no_program;
  std::lock_guard lock(mutex_);
  if (Error error = make_device_current()) return error;
  if (Error error = reserve_block(gradients_, block_bytes())) return error;
  const DeviceBatch all{batch, inputs, targets, &info, model_.inputs, model_.input_count, input_gradients, results,
                        1 + model_.metric_count};
  return gradient_.run(call_with_blocks(), all, batch);
}

Error CudaInstance::measure(int64_t batch, const InputView* inputs, double* results) {
  if (!measure_.exists()) return no_program;
  std::lock_guard lock(mutex_);
  if (Error error = make_device_current()) return error;
  DeviceBatch all;
  all.size = batch;
  all.inputs = inputs;
  all.results = results;
  all.result_count = model_.measure_count;
  return measure_.run(call_with_blocks(), all, batch);
}

int64_t CudaInstance::arena_bytes() {
  std::lock_guard lock(mutex_);
  return prepare_.arena_bytes() + infer_.arena_bytes() + step_.arena_bytes() +
         gradient_.arena_bytes() + measure_.arena_bytes();
}

int64_t CudaInstance::parameter_bytes() {
  std::lock_guard lock(mutex_);
  return parameters_.bytes() + gradients_.bytes() + state_.bytes() + derived_.bytes() + activity_.bytes() +
         constants_.bytes();
}

}  // namespace cnnc
