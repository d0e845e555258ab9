#include "device-program.h"

#include <algorithm>
#include <cstring>

namespace cnnc {
namespace {

// Recordings that a lane keeps: of a program that is called with ever other batches, all are made anew.
constexpr size_t most_graphs = 16;

int64_t aligned(int64_t bytes) { return (bytes + 255) / 256 * 256; }

// In the caller's memory; strides of inputs are dense.
int64_t bytes_of(const Tensor& tensor, int64_t samples) {
  return samples * element_count(tensor) * element_bytes(tensor.type);
}

// `to` waits for all that is in `from` now.
Error wait_for(cudaStream_t from, cudaStream_t to, cudaEvent_t event) {
  if (from == to) return nullptr;
  if (Error error = told(cudaEventRecord(event, from))) return error;
  return told(cudaStreamWaitEvent(to, event, 0));
}

}  // namespace

DeviceProgram::~DeviceProgram() {
  streams_.settle();
  for (Lane& lane : lanes_) {
    forget(lane);
    for (cudaEvent_t event : {lane.arrived, lane.computed, lane.left})
      if (event) cudaEventDestroy(event);
  }
}

void DeviceProgram::Slots::add(int64_t size) {
  offsets.push_back(bytes);
  bytes += aligned(size);
}

// Inputs, targets, numbers of the step.
DeviceProgram::Slots DeviceProgram::incoming(const DeviceBatch& batch, int64_t samples) const {
  Slots slots;
  for (int32_t i = 0; batch.inputs && i < model_.input_count; i++) slots.add(bytes_of(model_.inputs[i], samples));
  for (int32_t i = 0; batch.targets && i < model_.target_count; i++) slots.add(bytes_of(model_.targets[i], samples));
  if (batch.info) slots.add(sizeof(StepNumbers));
  return slots;
}

// Outputs, results.
DeviceProgram::Slots DeviceProgram::outgoing(const DeviceBatch& batch, int64_t samples) const {
  Slots slots;
  for (int32_t i = 0; i < batch.output_count; i++)
    slots.add(batch.outputs[i] ? samples * element_count(batch.output_tensors[i]) * int64_t(sizeof(float)) : 0);
  if (batch.results) slots.add(batch.result_count * int64_t(sizeof(double)));
  return slots;
}

// Layouts differ in the step from channel to channel; the last part of a batch moves parameters.
DeviceProgram::Key DeviceProgram::key_of(const DeviceBatch& batch, int64_t samples) const {
  const bool ends = batch.first + batch.size == batch.whole;
  Key key{samples, batch.size < batch.whole, ends};
  for (int32_t i = 0; batch.inputs && i < model_.input_count; i++) key.push_back(batch.inputs[i].channel);
  for (int32_t i = 0; i < batch.output_count; i++) key.push_back(batch.outputs[i] != nullptr);
  return key;
}

void DeviceProgram::forget(Lane& lane) {
  for (const auto& [key, graph] : lane.graphs) cudaGraphExecDestroy(graph);
  lane.graphs.clear();
}

// Nothing is under way. Recordings know addresses: they are void when one changes.
Error DeviceProgram::reserve(Lane& lane, const DeviceBatch& batch, int64_t samples) {
  for (cudaEvent_t* event : {&lane.arrived, &lane.computed, &lane.left})
    if (!*event)
      if (Error error = told(cudaEventCreateWithFlags(event, cudaEventDisableTiming))) return error;
  const int64_t in = incoming(batch, samples).bytes, out = outgoing(batch, samples).bytes;
  if (in > lane.in.bytes() || out > lane.out.bytes()) forget(lane);
  if (Error error = lane.host_in.reserve(in)) return error;
  if (Error error = lane.host_out.reserve(out)) return error;
  if (Error error = lane.in.reserve(in)) return error;
  return lane.out.reserve(out);
}

Error DeviceProgram::run(const DeviceCall& call, const DeviceBatch& batch, int64_t chunk) {
  const int64_t samples = std::min(batch.size, chunk);
  const int64_t arena = program_.arena_fixed + samples * program_.arena_per_sample;
  if (arena > arena_.bytes())
    for (Lane& lane : lanes_) forget(lane);
  if (Error error = arena_.reserve(arena)) return error;
  for (Lane& lane : lanes_) {
    if (Error error = reserve(lane, batch, samples)) return error;
    if (batch.size <= chunk) break;
  }
  const Error error = run_chunks(call, batch, chunk);
  if (error) {
    // What was begun ends before its memory serves the next call.
    streams_.settle();
    for (Lane& lane : lanes_) lane.samples = none;
  }
  return error;
}

Error DeviceProgram::run_chunks(const DeviceCall& call, const DeviceBatch& batch, int64_t chunk) {
  int turn = 0;
  int64_t first = 0;
  do {
    Lane& lane = lanes_[turn++ % 2];
    if (Error error = finish(lane, batch)) return error;
    const int64_t samples = std::min(chunk, batch.size - first);
    if (Error error = begin(lane, call, batch, first, samples, batch.size > chunk)) return error;
    first += samples;
  } while (first < batch.size);
  if (Error error = finish(lanes_[turn % 2], batch)) return error;
  return finish(lanes_[(turn + 1) % 2], batch);
}

Error DeviceProgram::begin(Lane& lane, const DeviceCall& call, const DeviceBatch& batch, int64_t first, int64_t samples,
                           bool overlaps) {
  const cudaStream_t compute = streams_.compute;
  const cudaStream_t arrivals = overlaps ? streams_.in : compute, departures = overlaps ? streams_.out : compute;
  const Slots in = incoming(batch, samples), out = outgoing(batch, samples);
  gather(lane, in, batch, first, samples);
  if (in.bytes > 0) {
    const size_t bytes = size_t(in.bytes);
    if (Error error = told(cudaMemcpyAsync(lane.in.data(), lane.host_in.data(), bytes, cudaMemcpyHostToDevice, arrivals))) return error;
  }
  if (Error error = wait_for(arrivals, compute, lane.arrived)) return error;
  if (Error error = launch(lane, call, in, out, batch, samples)) return error;
  if (Error error = wait_for(compute, departures, lane.computed)) return error;
  if (out.bytes > 0) {
    const size_t bytes = size_t(out.bytes);
    if (Error error = told(cudaMemcpyAsync(lane.host_out.data(), lane.out.data(), bytes, cudaMemcpyDeviceToHost, departures))) return error;
  }
  lane.first = first;
  lane.samples = samples;
  return told(cudaEventRecord(lane.left, departures));
}

// From the caller's memory to the lane's pinned memory.
void DeviceProgram::gather(const Lane& lane, const Slots& in, const DeviceBatch& batch, int64_t first, int64_t samples) const {
  size_t slot = 0;
  const auto place = [&](const Tensor& tensor, const void* data) {
    std::memcpy(lane.host_in.data() + in.offsets[slot++], static_cast<const char*>(data) + bytes_of(tensor, first),
                size_t(bytes_of(tensor, samples)));
  };
  for (int32_t i = 0; batch.inputs && i < model_.input_count; i++) place(model_.inputs[i], batch.inputs[i].data);
  for (int32_t i = 0; batch.targets && i < model_.target_count; i++) place(model_.targets[i], batch.targets[i]);
  if (!batch.info) return;
  const double share = double(samples) / double(batch.whole);
  const StepNumbers numbers{batch.info->seed, batch.info->step, batch.info->total_steps, batch.first, share};
  std::memcpy(lane.host_in.data() + in.offsets[slot], &numbers, sizeof numbers);
}

// The recording for this batch, which is made where there is none.
Error DeviceProgram::launch(Lane& lane, DeviceCall call, const Slots& in, const Slots& out, const DeviceBatch& batch,
                            int64_t samples) {
  const cudaStream_t compute = streams_.compute;
  Key key = key_of(batch, samples);
  if (const auto found = lane.graphs.find(key); found != lane.graphs.end()) return told(cudaGraphLaunch(found->second, compute));
  if (lane.graphs.size() == most_graphs) {
    if (Error error = told(cudaStreamSynchronize(compute))) return error;
    forget(lane);
  }
  std::vector<InputView> inputs;
  std::vector<const int32_t*> targets;
  std::vector<float*> outputs;
  size_t slot = 0;
  const auto arrived = [&] { return lane.in.data() + in.offsets[slot++]; };
  for (int32_t i = 0; batch.inputs && i < model_.input_count; i++) {
    inputs.push_back(batch.inputs[i]);
    inputs.back().data = arrived();
  }
  for (int32_t i = 0; batch.targets && i < model_.target_count; i++)
    targets.push_back(reinterpret_cast<const int32_t*>(arrived()));
  if (batch.info) call.numbers = reinterpret_cast<const StepNumbers*>(arrived());
  for (int32_t i = 0; i < batch.output_count; i++) {
    char* const to = lane.out.data() + out.offsets[size_t(i)];
    outputs.push_back(batch.outputs[i] ? reinterpret_cast<float*>(to) : nullptr);
  }
  if (batch.results) call.results = reinterpret_cast<double*>(lane.out.data() + out.offsets.back());
  call.batch = samples;
  call.first = batch.first;
  call.whole = batch.whole;
  call.arena = arena_.data();
  call.inputs = inputs.data();
  call.targets = targets.data();
  call.outputs = outputs.data();
  call.stream = compute;
  cudaGraphExec_t graph = nullptr;
  if (Error error = record(call, &graph)) return error;
  lane.graphs.emplace(std::move(key), graph);
  return told(cudaGraphLaunch(graph, compute));
}

// Relaxed: the first launch of a kernel may load its code, which other modes forbid while they record.
Error DeviceProgram::record(const DeviceCall& call, cudaGraphExec_t* graph) const {
  cudaGetLastError();
  if (Error error = told(cudaStreamBeginCapture(call.stream, cudaStreamCaptureModeRelaxed))) return error;
  program_.run(call);
  // A launch that fails leaves the recording without it.
  Error error = told(cudaGetLastError());
  cudaGraph_t recording = nullptr;
  const Error ended = told(cudaStreamEndCapture(call.stream, &recording));
  if (!error) error = ended;
  if (!error) error = told(cudaGraphInstantiate(graph, recording, 0));
  if (recording) cudaGraphDestroy(recording);
  return error;
}

// Waits for the chunk under way, if there is one, and hands its results to the caller.
Error DeviceProgram::finish(Lane& lane, const DeviceBatch& batch) {
  if (lane.samples == none) return nullptr;
  const int64_t samples = lane.samples;
  lane.samples = none;
  if (Error error = told(cudaEventSynchronize(lane.left))) return error;
  const Slots out = outgoing(batch, samples);
  for (int32_t i = 0; i < batch.output_count; i++) {
    const int64_t count = element_count(batch.output_tensors[i]);
    if (batch.outputs[i])
      std::memcpy(batch.outputs[i] + lane.first * count, lane.host_out.data() + out.offsets[size_t(i)], size_t(samples * count) * sizeof(float));
  }
  if (batch.results)
    std::memcpy(batch.results, lane.host_out.data() + out.offsets.back(), size_t(batch.result_count) * sizeof(double));
  return nullptr;
}

}  // namespace cnnc
