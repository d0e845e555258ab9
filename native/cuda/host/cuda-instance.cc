#include "cuda-instance.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <set>
#include <string>

namespace cnnc {
namespace {

// A batch of a prediction runs in chunks, so that a call with ten thousand pictures needs no more memory than one with a
// few: at most this many samples, and at most this many bytes (but always one sample).
constexpr int64_t chunk_samples = 256;
constexpr int64_t chunk_bytes = int64_t{2} << 30;

constexpr Instance::Error no_program = "the model was compiled without this program";

int64_t aligned(int64_t bytes) { return (bytes + 255) / 256 * 256; }

// Bytes of a batch of an input in the caller's memory; its strides are dense.
int64_t input_bytes(const Tensor& input, int64_t batch) {
  return batch * element_count(input) * element_bytes(input.type);
}

const char* kept(std::string text) {
  static std::mutex mutex;
  static std::set<std::string> texts;
  const std::lock_guard lock(mutex);
  return texts.insert(std::move(text)).first->c_str();
}

// The device that CNNC_CUDA_DEVICE names, else the first; negative for a word that is no number.
int wanted_device() {
  const char* wanted = std::getenv("CNNC_CUDA_DEVICE");
  if (!wanted || !*wanted) return 0;
  char* end = nullptr;
  const long device = std::strtol(wanted, &end, 10);
  return *end || device < 0 || device > 1024 ? -1 : int(device);
}

}  // namespace

const char* refusal(const Model& model) {
  int count = 0;
  switch (const cudaError_t error = cudaGetDeviceCount(&count); error) {
    case cudaSuccess: break;
    case cudaErrorNoDevice: return "this machine has no CUDA device, or no driver for it";
    case cudaErrorInsufficientDriver:
      return "there is no CUDA driver, or it is older than this addon needs: install the driver of CUDA 13 or later";
    default: return told(error);
  }
  const int device = wanted_device();
  if (device < 0 || device >= count)
    return kept(std::string("CNNC_CUDA_DEVICE is ") + std::getenv("CNNC_CUDA_DEVICE") + ", but the devices of this machine are 0 to " +
                std::to_string(count - 1));
  cudaDeviceProp properties{};
  if (const char* error = told(cudaGetDeviceProperties(&properties, device))) return error;
  if (properties.major >= 8) return nullptr;
  return kept(std::string(properties.name) + " has compute capability " + std::to_string(properties.major) + "." +
              std::to_string(properties.minor) + ", and code for " + model.cpu + " needs 8.0");
}

Instance* Instance::create(const Model& model, int, Error* what) {
  if (const Error why = refusal(model)) {
    *what = why;
    return nullptr;
  }
  auto* instance = new (std::nothrow) CudaInstance(model);
  *what = instance ? instance->open(wanted_device()) : "out of memory";
  if (!*what) return instance;
  delete instance;
  return nullptr;
}

CudaInstance::~CudaInstance() {
  if (!stream_) return;
  cudaSetDevice(device_);
  cudaStreamSynchronize(stream_);
  for (Recorded* recorded : {&prepare_, &infer_, &step_, &gradient_}) forget(*recorded);
  cudaStreamDestroy(stream_);
}

Instance::Error CudaInstance::open(int device) {
  device_ = device;
  if (Error error = make_device_current()) return error;
  if (Error error = told(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking))) return error;
  block_.assign(size_t(model_.block), 0);
  const std::pair<DeviceMemory&, int64_t> blocks[] = {
      {parameters_, block_bytes()},
      {derived_, model_.derived_bytes},
      {activity_, model_.activity_bytes},
      {numbers_, int64_t(sizeof(StepNumbers))},
      {scalars_, int64_t(most_step_scalars * sizeof(float))},
      {results_, result_count() * int64_t(sizeof(double))},
  };
  for (const auto& [memory, bytes] : blocks)
    if (Error error = memory.reserve(bytes)) return error;
  if (Error error = told(cudaMemsetAsync(activity_.data(), 0, size_t(model_.activity_bytes), stream_))) return error;
  return upload_constants();
}

Instance::Error CudaInstance::upload_constants() {
  const int64_t bytes = model_.constant_block * int64_t(sizeof(float));
  if (Error error = constants_.reserve(bytes)) return error;
  std::vector<float> packed(size_t(model_.constant_block)), logical;
  for (int32_t i = 0; i < model_.constant_count; i++) {
    const Constant& constant = model_.constants[i];
    logical.resize(size_t(constant.elements));
    constant.compute(logical.data());
    constant.pack(logical.data(), packed.data() + constant.offset);
  }
  return upload(constants_.data(), packed.data(), bytes);
}

Instance::Error CudaInstance::make_device_current() const { return told(cudaSetDevice(device_)); }

Instance::Error CudaInstance::upload(char* to, const void* from, int64_t bytes) {
  if (bytes == 0) return nullptr;
  if (Error error = staging_.reserve(bytes)) return error;
  std::memcpy(staging_.data(), from, size_t(bytes));
  if (Error error = told(cudaMemcpyAsync(to, staging_.data(), size_t(bytes), cudaMemcpyHostToDevice, stream_))) return error;
  return told(cudaStreamSynchronize(stream_));
}

Instance::Error CudaInstance::download(void* to, const char* from, int64_t bytes) {
  if (bytes == 0) return nullptr;
  if (Error error = staging_.reserve(bytes)) return error;
  if (Error error = told(cudaMemcpyAsync(staging_.data(), from, size_t(bytes), cudaMemcpyDeviceToHost, stream_))) return error;
  if (Error error = told(cudaStreamSynchronize(stream_))) return error;
  std::memcpy(to, staging_.data(), size_t(bytes));
  return nullptr;
}

Instance::Error CudaInstance::upload_block() {
  if (!block_is_newer_) return nullptr;
  if (Error error = upload(parameters_.data(), block_.data(), block_bytes())) return error;
  block_is_newer_ = false;
  prepared_ = false;
  return nullptr;
}

Instance::Error CudaInstance::download_block() {
  if (!device_is_newer_) return nullptr;
  if (Error error = download(block_.data(), parameters_.data(), block_bytes())) return error;
  device_is_newer_ = false;
  return nullptr;
}

Instance::Error CudaInstance::set_parameter(int32_t index, const float* logical) {
  std::lock_guard lock(mutex_);
  if (Error error = make_device_current()) return error;
  if (Error error = download_block()) return error;
  const Parameter& parameter = model_.parameters[index];
  parameter.pack(logical, block_.data() + parameter.offset);
  block_is_newer_ = true;
  return nullptr;
}

Instance::Error CudaInstance::get_parameter(int32_t index, float* logical) {
  std::lock_guard lock(mutex_);
  if (Error error = make_device_current()) return error;
  if (Error error = download_block()) return error;
  const Parameter& parameter = model_.parameters[index];
  parameter.unpack(block_.data() + parameter.offset, logical);
  return nullptr;
}

Instance::Error CudaInstance::reserve_training() {
  if (Error error = gradients_.reserve(block_bytes())) return error;
  const int64_t bytes = model_.state_slots * block_bytes();
  if (bytes <= state_.bytes()) return nullptr;
  if (Error error = state_.reserve(bytes)) return error;
  return told(cudaMemsetAsync(state_.data(), 0, size_t(bytes), stream_));
}

Instance::Error CudaInstance::set_state(int32_t slot, int32_t index, const float* logical) {
  std::lock_guard lock(mutex_);
  if (Error error = make_device_current()) return error;
  if (Error error = reserve_training()) return error;
  char* const block = state_.data() + slot * block_bytes();
  std::vector<float> packed(size_t(model_.block));
  if (Error error = download(packed.data(), block, block_bytes())) return error;
  const Parameter& parameter = model_.parameters[index];
  parameter.pack(logical, packed.data() + parameter.offset);
  return upload(block, packed.data(), block_bytes());
}

Instance::Error CudaInstance::get_state(int32_t slot, int32_t index, float* logical) {
  std::lock_guard lock(mutex_);
  if (Error error = make_device_current()) return error;
  if (Error error = reserve_training()) return error;
  std::vector<float> packed(size_t(model_.block));
  if (Error error = download(packed.data(), state_.data() + slot * block_bytes(), block_bytes())) return error;
  const Parameter& parameter = model_.parameters[index];
  parameter.unpack(packed.data() + parameter.offset, logical);
  return nullptr;
}

void CudaInstance::clear_state() {
  std::lock_guard lock(mutex_);
  if (make_device_current()) return;
  forget(step_);
  state_.release();
}

Instance::Error CudaInstance::get_activity(uint8_t* fired) {
  std::lock_guard lock(mutex_);
  if (Error error = make_device_current()) return error;
  return download(fired, activity_.data(), model_.activity_bytes);
}

void CudaInstance::clear_activity() {
  std::lock_guard lock(mutex_);
  if (!make_device_current()) cudaMemsetAsync(activity_.data(), 0, size_t(model_.activity_bytes), stream_);
}

Instance::Error CudaInstance::get_gradient(int32_t index, float* logical) {
  std::lock_guard lock(mutex_);
  if (!has_gradients_) return "no gradient has been computed";
  if (Error error = make_device_current()) return error;
  std::vector<float> packed(size_t(model_.block));
  if (Error error = download(packed.data(), gradients_.data(), block_bytes())) return error;
  const Parameter& parameter = model_.parameters[index];
  parameter.unpack(packed.data() + parameter.offset, logical);
  return nullptr;
}

void CudaInstance::Slots::add(int64_t size) {
  offsets.push_back(bytes);
  bytes += aligned(size);
}

void CudaInstance::forget(Recorded& recorded) {
  for (const auto& [key, graph] : recorded.graphs) cudaGraphExecDestroy(graph);
  recorded.graphs.clear();
}

// Recordings know addresses: they are void when one changes.
Instance::Error CudaInstance::reserve(Recorded& recorded, const Slots& inputs, const Slots& targets, const Slots& outputs,
                                      int64_t batch) {
  const Program& program = recorded.program;
  const std::pair<DeviceMemory&, int64_t> wanted[] = {
      {recorded.arena, program.arena_fixed + batch * program.arena_per_sample},
      {recorded.inputs, inputs.bytes},
      {recorded.targets, targets.bytes},
      {recorded.outputs, outputs.bytes},
  };
  for (const auto& [memory, bytes] : wanted) {
    if (bytes > memory.bytes()) forget(recorded);
    if (Error error = memory.reserve(bytes)) return error;
  }
  return staging_.reserve(inputs.bytes + targets.bytes + outputs.bytes + aligned(sizeof(StepNumbers)) +
                          aligned(result_count() * int64_t(sizeof(double))));
}

Instance::Error CudaInstance::record(Recorded& recorded, const DeviceCall& call, cudaGraphExec_t& graph) {
  cudaGraph_t recording = nullptr;
  if (Error error = told(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal))) return error;
  recorded.program.run(call);
  if (Error error = told(cudaStreamEndCapture(stream_, &recording))) return error;
  const Error error = told(cudaGraphInstantiate(&graph, recording, 0));
  cudaGraphDestroy(recording);
  return error;
}

Instance::Error CudaInstance::run(Recorded& recorded, const Batch& batch) {
  Slots inputs, targets, outputs;
  Key key{batch.size};
  const bool predicts = batch.inputs != nullptr;
  for (int32_t i = 0; predicts && i < model_.input_count; i++) {
    inputs.add(input_bytes(model_.inputs[i], batch.size));
    key.push_back(batch.inputs[i].channel);
  }
  for (int32_t i = 0; batch.targets && i < model_.target_count; i++) {
    const Tensor& target = model_.targets[i];
    targets.add(batch.size * element_count(target) * element_bytes(target.type));
  }
  for (int32_t i = 0; i < batch.output_count; i++) {
    const bool wanted = batch.outputs && batch.outputs[i];
    outputs.add(wanted ? batch.size * element_count(batch.output_tensors[i]) * 4 : 0);
    key.push_back(wanted);
  }
  if (Error error = reserve(recorded, inputs, targets, outputs, batch.size)) return error;

  DeviceCall call{};
  call.batch = batch.size;
  call.arena = recorded.arena.data();
  call.parameters = parameters_.as<float>();
  call.constants = constants_.as<float>();
  call.gradients = gradients_.as<float>();
  call.state = state_.as<float>();
  call.derived = derived_.data();
  call.activity = activity_.as<uint8_t>();
  call.results = results_.as<double>();
  call.stream = stream_;
  call.numbers = numbers_.as<StepNumbers>();
  call.scalars = scalars_.as<float>();
  std::vector<InputView> views;
  std::vector<const int32_t*> device_targets;
  std::vector<float*> device_outputs;
  // Through pinned memory, one piece after the other; the copies run while the next piece is gathered.
  char* pinned = staging_.data();
  const auto send = [&](char* to, const void* from, int64_t bytes) {
    std::memcpy(pinned, from, size_t(bytes));
    const Error error = bytes > 0 ? told(cudaMemcpyAsync(to, pinned, size_t(bytes), cudaMemcpyHostToDevice, stream_)) : nullptr;
    pinned += aligned(bytes);
    return error;
  };
  for (int32_t i = 0; predicts && i < model_.input_count; i++) {
    InputView view = batch.inputs[i];
    char* const to = recorded.inputs.data() + inputs.offsets[size_t(i)];
    if (Error error = send(to, view.data, input_bytes(model_.inputs[i], batch.size))) return error;
    view.data = to;
    views.push_back(view);
  }
  for (size_t i = 0; i < targets.offsets.size(); i++) {
    const Tensor& target = model_.targets[i];
    char* const to = recorded.targets.data() + targets.offsets[i];
    if (Error error = send(to, batch.targets[i], batch.size * element_count(target) * element_bytes(target.type))) return error;
    device_targets.push_back(reinterpret_cast<const int32_t*>(to));
  }
  for (size_t i = 0; i < outputs.offsets.size(); i++)
    device_outputs.push_back(batch.outputs && batch.outputs[i] ? reinterpret_cast<float*>(recorded.outputs.data() + outputs.offsets[i])
                                                               : nullptr);
  call.inputs = views.data();
  call.targets = device_targets.data();
  call.outputs = device_outputs.data();
  const StepNumbers numbers{batch.info.seed, batch.info.step, batch.info.total_steps};
  if (Error error = send(numbers_.data(), &numbers, sizeof numbers)) return error;

  auto found = recorded.graphs.find(key);
  if (found == recorded.graphs.end()) {
    cudaGraphExec_t graph = nullptr;
    if (Error error = record(recorded, call, graph)) return error;
    found = recorded.graphs.emplace(std::move(key), graph).first;
  }
  if (Error error = told(cudaGraphLaunch(found->second, stream_))) return error;

  pinned = staging_.data();
  const auto fetch = [&](const char* from, int64_t bytes) {
    const Error error = bytes > 0 ? told(cudaMemcpyAsync(pinned, from, size_t(bytes), cudaMemcpyDeviceToHost, stream_)) : nullptr;
    pinned += aligned(bytes);
    return error;
  };
  const auto output_bytes = [&](size_t i) { return device_outputs[i] ? batch.size * element_count(batch.output_tensors[i]) * 4 : 0; };
  for (size_t i = 0; i < device_outputs.size(); i++)
    if (Error error = fetch(recorded.outputs.data() + outputs.offsets[i], output_bytes(i))) return error;
  if (batch.results)
    if (Error error = fetch(results_.data(), result_count() * int64_t(sizeof(double)))) return error;
  if (Error error = told(cudaStreamSynchronize(stream_))) return error;
  pinned = staging_.data();
  for (size_t i = 0; i < device_outputs.size(); i++) {
    if (device_outputs[i]) std::memcpy(batch.outputs[i], pinned, size_t(output_bytes(i)));
    pinned += aligned(output_bytes(i));
  }
  if (batch.results) std::memcpy(batch.results, pinned, size_t(result_count()) * sizeof(double));
  return nullptr;
}

Instance::Error CudaInstance::prepare() {
  if (Error error = upload_block()) return error;
  if (prepared_) return nullptr;
  if (model_.prepare.run)
    if (Error error = run(prepare_, Batch{})) return error;
  prepared_ = true;
  return nullptr;
}

int64_t CudaInstance::chunk_size() const {
  const int64_t per_sample = std::max<int64_t>(model_.infer.arena_per_sample, 1);
  return std::clamp<int64_t>((chunk_bytes - model_.infer.arena_fixed) / per_sample, 1, chunk_samples);
}

Instance::Error CudaInstance::infer_chunk(int64_t batch, const InputView* inputs, float* const* outputs) {
  return run(infer_, Batch{batch, inputs, nullptr, outputs, model_.outputs, model_.output_count, nullptr, {}});
}

Instance::Error CudaInstance::infer(int64_t batch, const InputView* inputs, float* const* outputs) {
  if (!model_.infer.run) return no_program;
  std::lock_guard lock(mutex_);
  if (Error error = make_device_current()) return error;
  if (Error error = prepare()) return error;
  std::vector<InputView> views(inputs, inputs + model_.input_count);
  std::vector<float*> results(outputs, outputs + model_.output_count);
  const int64_t chunk = chunk_size();
  for (int64_t done = 0; done < batch; done += chunk) {
    const int64_t samples = std::min(chunk, batch - done);
    if (Error error = infer_chunk(samples, views.data(), results.data())) return error;
    for (int32_t i = 0; i < model_.input_count; i++)
      views[size_t(i)].data = static_cast<const char*>(views[size_t(i)].data) + input_bytes(model_.inputs[i], samples);
    for (int32_t i = 0; i < model_.output_count; i++)
      if (results[size_t(i)]) results[size_t(i)] += samples * element_count(model_.outputs[i]);
  }
  return nullptr;
}

Instance::Error CudaInstance::step(int64_t batch, const InputView* inputs, const void* const* targets, const StepInfo& info,
                                   double* results) {
  if (!model_.step.run) return no_program;
  std::lock_guard lock(mutex_);
  if (Error error = make_device_current()) return error;
  if (Error error = upload_block()) return error;
  if (Error error = reserve_training()) return error;
  if (Error error = run(step_, Batch{batch, inputs, targets, nullptr, nullptr, 0, results, info})) return error;
  device_is_newer_ = has_gradients_ = true;
  prepared_ = false;
  return nullptr;
}

Instance::Error CudaInstance::gradient(int64_t batch, const InputView* inputs, const void* const* targets,
                                       const StepInfo& info, float* const* input_gradients, double* results) {
  if (!model_.gradient.run) return no_program;
  std::lock_guard lock(mutex_);
  if (Error error = make_device_current()) return error;
  if (Error error = upload_block()) return error;
  if (Error error = gradients_.reserve(block_bytes())) return error;
  const Batch all{batch, inputs, targets, input_gradients, model_.inputs, model_.input_count, results, info};
  if (Error error = run(gradient_, all)) return error;
  has_gradients_ = true;
  return nullptr;
}

int64_t CudaInstance::arena_bytes() {
  std::lock_guard lock(mutex_);
  int64_t bytes = 0;
  for (const Recorded* recorded : {&prepare_, &infer_, &step_, &gradient_}) bytes += recorded->arena.bytes();
  return bytes;
}

int64_t CudaInstance::parameter_bytes() {
  std::lock_guard lock(mutex_);
  return parameters_.bytes() + gradients_.bytes() + state_.bytes() + derived_.bytes() + activity_.bytes() +
         constants_.bytes();
}

}  // namespace cnnc
