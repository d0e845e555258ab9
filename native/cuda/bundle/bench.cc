// How long a prediction and a training step take on the device, and what part that is of its roofline: programs are recorded
// and replayed as in use, without copies from and to the host.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>

#include "../../addon/instance.h"
#include "bundle.h"
#include "../host/devices.h"

using namespace cnnc;
using bundle::facts;
using bundle::must;

namespace {

constexpr int warm_up = 10, rounds = 30;
constexpr double round_ms = 5;  // at least, since events tell half a microsecond

// What a device can do at most, by its properties.
struct Roofline {
  double flops, bytes;  // a second
};

int attribute(cudaDeviceAttr which, int device) {
  int value = 0;
  must(told(cudaDeviceGetAttribute(&value, which, device)));
  return value;
}

// Multiply-adds of a multiprocessor in a cycle, dense, as NVIDIA's architecture white papers have them.
double multiply_adds(int major, int minor) {
  const bool server = (major == 8 && minor == 0) || major >= 9;
  if (std::strcmp(facts.precision, "f32") == 0) return major == 8 && minor == 0 ? 64 : 128;
  const double half = !server ? 512 : major == 8 ? 1024 : major >= 12 ? 1024 : major == 9 ? 2048 : 4096;
  return std::strcmp(facts.precision, "tf32") == 0 ? half / 2 : half;
}

Roofline roofline_of(int device) {
  const double clock = 1e3 * attribute(cudaDevAttrClockRate, device);
  const double each = multiply_adds(attribute(cudaDevAttrComputeCapabilityMajor, device),
                                    attribute(cudaDevAttrComputeCapabilityMinor, device));
  const double memory_clock = 1e3 * attribute(cudaDevAttrMemoryClockRate, device);
  return {2 * each * clock * attribute(cudaDevAttrMultiProcessorCount, device),
          2 * memory_clock * attribute(cudaDevAttrGlobalMemoryBusWidth, device) / 8};
}

int64_t bytes_of(const Tensor* tensors, int32_t count, int64_t batch) {
  int64_t bytes = 0;
  for (int32_t i = 0; i < count; i++) bytes += batch * element_count(tensors[i]) * element_bytes(tensors[i].type);
  return bytes;
}

// Memory that holds these bytes; zeros behind them.
char* on_device(DeviceMemory& memory, const void* from, size_t bytes, int64_t size, cudaStream_t stream) {
  must(memory.reserve(std::max<int64_t>(size, 1)));
  must(memory.clear(stream));
  if (bytes > 0) must(told(cudaMemcpyAsync(memory.data(), from, bytes, cudaMemcpyHostToDevice, stream)));
  must(told(cudaStreamSynchronize(stream)));
  return memory.data();
}

// What a call reads and writes on the device.
struct Arguments {
  std::vector<DeviceMemory> memory{64};
  std::vector<InputView> inputs;
  std::vector<const int32_t*> targets;
  std::vector<float*> outputs;
  DeviceCall call{};
};

void fill_block(std::vector<float>& block, const Model& model, bundle::Numbers& numbers) {
  for (int32_t i = 0; i < model.parameter_count; i++) {
    const Parameter& it = model.parameters[i];
    it.pack(numbers.read(std::string("parameter.") + it.name).data(), block.data() + it.offset, 0, element_count(it));
  }
}

void fill_constants(std::vector<float>& block, const Model& model) {
  for (int32_t i = 0; i < model.constant_count; i++) {
    const Constant& it = model.constants[i];
    std::vector<float> logical(size_t(it.elements));
    it.compute(logical.data());
    it.pack(logical.data(), block.data() + it.offset, 0, it.elements);
  }
}

void place(Arguments& to, const Model& model, const Program& program, int64_t batch, bundle::Numbers& numbers, cudaStream_t stream) {
  size_t used = 0;
  const auto room = [&](int64_t size, const void* from = nullptr, size_t bytes = 0) {
    if (used == to.memory.size()) must("a model with this many tensors is not measured");
    return on_device(to.memory[used++], from, bytes, size, stream);
  };
  // The batch's samples again and again.
  const auto tensor = [&](const std::string& name, const Tensor& it) {
    const std::vector<char> some = numbers.elements(name, it.type);
    std::vector<char> all(size_t(bytes_of(&it, 1, batch)));
    for (size_t i = 0; i < all.size(); i++) all[i] = some[i % some.size()];
    return room(int64_t(all.size()), all.data(), all.size());
  };
  std::vector<float> block(size_t(model.block)), constants(size_t(model.constant_block));
  fill_block(block, model, numbers);
  fill_constants(constants, model);
  const int64_t bytes = model.block * int64_t(sizeof(float));
  DeviceCall& call = to.call;
  call.batch = call.whole = batch;
  call.stream = stream;
  call.arena = room(program.arena_fixed + batch * program.arena_per_sample);
  call.parameters = reinterpret_cast<float*>(room(bytes, block.data(), size_t(bytes)));
  call.constants = reinterpret_cast<float*>(room(model.constant_block * 4, constants.data(), constants.size() * 4));
  call.gradients = reinterpret_cast<float*>(room(bytes));
  call.state = reinterpret_cast<float*>(room(model.state_slots * bytes));
  call.derived = room(model.derived_bytes);
  call.activity = reinterpret_cast<uint8_t*>(room(model.activity_bytes));
  call.results = reinterpret_cast<double*>(room((1 + model.metric_count) * int64_t(sizeof(double))));
  call.scalars = reinterpret_cast<float*>(room(most_step_scalars * int64_t(sizeof(float))));
  const StepNumbers now{1, 0, 100, 0, 1};
  call.numbers = reinterpret_cast<const StepNumbers*>(room(sizeof now, &now, sizeof now));
  for (int32_t i = 0; i < model.input_count; i++)
    to.inputs.push_back(dense_view(model.inputs[i], tensor(std::string("input.") + model.inputs[i].name, model.inputs[i]), Layout::chw));
  for (int32_t i = 0; model.step.run && i < model.target_count; i++)
    to.targets.push_back(reinterpret_cast<const int32_t*>(tensor(std::string("target.") + model.targets[i].name, model.targets[i])));
  for (int32_t i = 0; i < model.output_count; i++)
    to.outputs.push_back(reinterpret_cast<float*>(room(bytes_of(&model.outputs[i], 1, batch))));
  call.inputs = to.inputs.data();
  call.targets = to.targets.data();
  call.outputs = to.outputs.data();
}

cudaGraphExec_t record(const Program& program, const DeviceCall& call) {
  cudaGraph_t recording = nullptr;
  cudaGraphExec_t graph = nullptr;
  must(told(cudaStreamBeginCapture(call.stream, cudaStreamCaptureModeRelaxed)));
  program.run(call);
  must(told(cudaGetLastError()));
  must(told(cudaStreamEndCapture(call.stream, &recording)));
  must(told(cudaGraphInstantiate(&graph, recording, 0)));
  return graph;
}

// Of so many replays between two events.
double milliseconds(cudaGraphExec_t graph, cudaStream_t stream, int replays) {
  cudaEvent_t from, to;
  must(told(cudaEventCreate(&from)));
  must(told(cudaEventCreate(&to)));
  must(told(cudaEventRecord(from, stream)));
  for (int i = 0; i < replays; i++) must(told(cudaGraphLaunch(graph, stream)));
  must(told(cudaEventRecord(to, stream)));
  must(told(cudaEventSynchronize(to)));
  float found = 0;
  must(told(cudaEventElapsedTime(&found, from, to)));
  cudaEventDestroy(from);
  cudaEventDestroy(to);
  return found;
}

// The median of rounds, each long enough to be measured.
double median_of_rounds(cudaGraphExec_t graph, cudaStream_t stream) {
  milliseconds(graph, stream, warm_up);
  const int replays = 1 + int(round_ms * warm_up / std::max(milliseconds(graph, stream, warm_up), 1e-3));
  std::vector<double> all;
  for (int i = 0; i < rounds; i++) all.push_back(milliseconds(graph, stream, replays) / replays);
  std::nth_element(all.begin(), all.begin() + rounds / 2, all.end());
  return all[rounds / 2];
}

// Of a step three times the multiply-adds of a prediction, and parameters, gradients and state read and written.
void measure(const char* what, const Program& program, int64_t batch, bool trains, const Roofline& roofline, bundle::Numbers& numbers,
             cudaStream_t stream) {
  const Model& model = bundle::the_model();
  Arguments arguments;
  place(arguments, model, program, batch, numbers, stream);
  if (model.prepare.run) {
    DeviceMemory arena;
    DeviceCall prepare = arguments.call;
    prepare.batch = 0;
    prepare.arena = on_device(arena, nullptr, 0, model.prepare.arena_fixed, stream);
    model.prepare.run(prepare);
    must(told(cudaStreamSynchronize(stream)));
  }
  const cudaGraphExec_t graph = record(program, arguments.call);
  const double seconds = median_of_rounds(graph, stream) / 1e3;
  cudaGraphExecDestroy(graph);
  const double flops = 2 * facts.macs * double(batch) * (trains ? 3 : 1);
  const double blocks = double(model.block) * 4 * (trains ? 4 + 2 * model.state_slots : 1);
  const double bytes = blocks + double(bytes_of(model.inputs, model.input_count, batch)) +
                       (trains ? 0 : double(bytes_of(model.outputs, model.output_count, batch)));
  const double least = std::max(flops / roofline.flops, bytes / roofline.bytes);
  std::printf("%-8s batch %4ld  %10.4f ms  %10.0f samples/s  %8.2f TFLOP/s  %5.1f%% of the roofline\n", what, long(batch), seconds * 1e3,
              double(batch) / seconds, flops / seconds / 1e12, 100 * least / seconds);
}

}  // namespace

int main() {
  const Model& model = bundle::the_model();
  Device device;
  must(choose_device(any_device, &device));
  must(told(cudaSetDevice(device.number)));
  bundle::Numbers numbers;
  cudaStream_t stream = nullptr;
  must(told(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking)));
  const Roofline roofline = roofline_of(device.number);
  std::printf("%s, %s, on %s: %.1f TFLOP/s, %.0f GB/s at most\n", model.name, model.cpu, device.name, roofline.flops / 1e12, roofline.bytes / 1e9);
  for (const int64_t batch : {1, 32, 128}) measure("predict", model.infer, batch, false, roofline, numbers, stream);
  for (const int64_t batch : {1, 32, 128})
    if (model.step.run) measure("step", model.step, batch, true, roofline, numbers, stream);
  cudaStreamDestroy(stream);
}
