#include "cpu-instance.h"

#include <algorithm>
#include <atomic>
#include <new>

#include "../../parallel/float-mode.h"
#include "../parts.h"
#include "cpu.h"
#include "read-values.h"

namespace cnnc {
namespace {

constexpr Instance::Error no_memory_for_weights = "out of memory: the model's weights do not fit";
constexpr Instance::Error no_memory_for_arena = "out of memory: the model's arena does not fit";
constexpr Instance::Error no_memory_for_training = "out of memory: gradients and optimiser state do not fit";
constexpr Instance::Error no_program = "the model was compiled without this program";

// A batch runs in chunks, so that a call with ten thousand images needs no more memory than one with
// a few: at most this many samples, and at most this many bytes (but always one sample).
constexpr int64_t chunk_samples = 64;
constexpr int64_t chunk_bytes = int64_t{512} << 20;

// Whole pages, so that threads share none, and a line, so that arenas do not all fall into the same sets of a cache.
constexpr int64_t apart(int64_t bytes) { return (bytes + 4095) / 4096 * 4096 + 64; }

// Units in order on the calling thread.
void alone(void*, int64_t units, Pool::Task task, void* context) {
  for (int64_t unit = 0; unit < units; unit++) task(context, unit, 0);
}

// So many elements of a parameter, and more only where a step of rows has more, are packed by a thread at a time.
constexpr int64_t part_elements = int64_t{1} << 16;

int64_t part_size(const Parameter& parameter) {
  const int64_t rows = parameter.rank > 0 ? parameter.shape[0] : 1;
  const int64_t step = pack_step * (element_count(parameter) / rows);
  return std::max(part_elements / step, int64_t{1}) * step;
}

}  // namespace

bool CpuInstance::reserve() {
  views_.resize(threads());
  return parameters_.reserve(block_bytes()) && derived_.reserve(model_.derived_bytes) &&
         activity_.reserve(model_.activity_bytes) && compute_constants();
}

bool CpuInstance::compute_constants() {
  if (!constants_.reserve(model_.constant_block * static_cast<int64_t>(sizeof(float)))) return false;
  Buffer logical;
  for (int32_t i = 0; i < model_.constant_count; i++) {
    const Constant& constant = model_.constants[i];
    if (!logical.reserve(constant.elements * static_cast<int64_t>(sizeof(float)))) return false;
    constant.compute(logical.floats());
    constant.pack(logical.floats(), constants_.floats() + constant.offset, 0, constant.elements);
  }
  return true;
}

bool CpuInstance::Arena::fit(const Program& program, int64_t batch) {
  return memory.reserve(program.arena_fixed + batch * program.arena_per_sample);
}

bool CpuInstance::fit_scratch(const Program& program) { return scratch_.reserve(team_.threads() * program.scratch); }

const char* refusal(const Model& model) { return cpu_refusal(model.cpu); }

Instance* Instance::create(const Model& model, int threads, int device, Error* what) {
  *what = device == any_device ? Error(refusal(model)) : Error("it was built for processors: there is no device to choose", true);
  if (*what) return nullptr;
  auto* instance = new (std::nothrow) CpuInstance(model, std::clamp(threads, 1, max_threads));
  if (instance && instance->reserve()) return instance;
  delete instance;
  *what = no_memory_for_weights;
  return nullptr;
}

template <class F>
void CpuInstance::for_parts(const Parameter& parameter, const F& f) {
  struct Parts {
    const F& f;
    int64_t elements, size;
    static void run(void* context, int64_t part, int thread) {
      const auto& [f, elements, size] = *static_cast<const Parts*>(context);
      f(part * size, std::min((part + 1) * size, elements), thread);
    }
  };
  Parts parts{f, element_count(parameter), part_size(parameter)};
  Team::run(&team_, (parts.elements + parts.size - 1) / parts.size, Parts::run, &parts);
}

Instance::Error CpuInstance::set_parameter(int32_t index, const float* logical) {
  std::lock_guard lock(mutex_);
  const Parameter& parameter = model_.parameters[index];
  float* packed = parameters_.floats() + parameter.offset;
  prepared_ = false;
  // Training that keeps an average of its weights goes on from these.
  float* moved = model_.weight_slot >= 0 && state_.data() ? state_block(model_.weight_slot) + parameter.offset : nullptr;
  for_parts(parameter, [&](int64_t begin, int64_t end, int) {
    parameter.pack(logical + begin, packed, begin, end);
    if (moved) parameter.pack(logical + begin, moved, begin, end);
  });
  return nullptr;
}

int32_t CpuInstance::read_parameters(int file, const int64_t* positions, bool finite) {
  std::lock_guard lock(mutex_);
  prepared_ = false;
  int64_t largest = 0;
  for (int32_t i = 0; i < model_.parameter_count; i++)
    largest = std::max(largest, std::min(element_count(model_.parameters[i]), part_size(model_.parameters[i])));
  Buffer room;
  if (!room.reserve(team_.threads() * largest * static_cast<int64_t>(sizeof(float)))) return 0;
  for (int32_t i = 0; i < model_.parameter_count; i++) {
    if (positions[i] < 0) return i;
    const Parameter& parameter = model_.parameters[i];
    std::atomic<bool> taken{true};
    for_parts(parameter, [&](int64_t begin, int64_t end, int thread) {
      float* values = room.floats() + thread * largest;
      const int64_t at = positions[i] + begin * static_cast<int64_t>(sizeof(float)), count = end - begin;
      if (!read_values(file, at, values, count) || (finite && !all_finite(values, count))) taken = false;
      if (taken) parameter.pack(values, parameters_.floats() + parameter.offset, begin, end);
    });
    if (!taken) return i;
  }
  return model_.parameter_count;
}

Instance::Error CpuInstance::get_parameter(int32_t index, float* logical) {
  std::lock_guard lock(mutex_);
  const Parameter& parameter = model_.parameters[index];
  parameter.unpack(parameters_.floats() + parameter.offset, logical);
  return nullptr;
}

bool CpuInstance::reserve_state() {
  const bool begins = !state_.data();
  if (!state_.reserve(model_.state_slots * block_bytes())) return false;
  if (begins && model_.weight_slot >= 0) std::copy_n(parameters_.floats(), model_.block, state_block(model_.weight_slot));
  return true;
}

Instance::Error CpuInstance::set_state(int32_t slot, int32_t index, const float* logical) {
  std::lock_guard lock(mutex_);
  if (!reserve_state()) return no_memory_for_training;
  const Parameter& parameter = model_.parameters[index];
  parameter.pack(logical, state_block(slot) + parameter.offset, 0, element_count(parameter));
  return nullptr;
}

Instance::Error CpuInstance::get_state(int32_t slot, int32_t index, float* logical) {
  std::lock_guard lock(mutex_);
  if (!reserve_state()) return no_memory_for_training;
  const Parameter& parameter = model_.parameters[index];
  parameter.unpack(state_block(slot) + parameter.offset, logical);
  return nullptr;
}

void CpuInstance::clear_state() {
  std::lock_guard lock(mutex_);
  state_.release();
}

Instance::Error CpuInstance::get_activity(uint8_t* fired) {
  std::lock_guard lock(mutex_);
  std::copy_n(reinterpret_cast<const uint8_t*>(activity_.data()), model_.activity_bytes, fired);
  return nullptr;
}

void CpuInstance::clear_activity() {
  std::lock_guard lock(mutex_);
  std::fill_n(activity_.data(), model_.activity_bytes, 0);
}

void CpuInstance::keep_gradients(bool all) {
  std::lock_guard lock(mutex_);
  keeps_gradients_ = all;
}

Instance::Error CpuInstance::get_gradient(int32_t index, float* logical) {
  std::lock_guard lock(mutex_);
  if (!gradients_.data()) return "no gradient has been computed";
  const Parameter& parameter = model_.parameters[index];
  if (parameter.moves_at_once && !has_all_gradients_)
    return "the step used up this gradient where it was computed: set parameters.keepGradients before it, and it is stored as well";
  parameter.unpack(gradients_.floats() + parameter.offset, logical);
  return nullptr;
}

Call CpuInstance::make_call(int64_t batch, const Arena& arena) {
  Call call{};
  call.batch = batch;
  call.arena = arena.memory.data();
  call.parameters = parameters_.floats();
  call.constants = constants_.floats();
  call.derived = derived_.data();
  call.activity = reinterpret_cast<uint8_t*>(activity_.data());
  call.scratch = scratch_.data();
  call.parallel = Team::run;
  call.pool = &team_;
  call.threads = team_.threads();
  return call;
}

Instance::Error CpuInstance::prepare() {
  if (prepared_) return nullptr;
  if (model_.prepare.run) {
    if (!prepare_arena_.fit(model_.prepare, 0)) return no_memory_for_arena;
    model_.prepare.run(make_call(0, prepare_arena_));
    prepare_arena_.memory.release();
  }
  prepared_ = true;
  return nullptr;
}

// Samples of a call in which threads share each stage. One thread gains from a group's values in its caches by itself.
int64_t CpuInstance::chunk_size() const {
  const Program& program = model_.infer;
  if (threads() == 1 && program.group > 0) return program.group;
  const int64_t per_sample = std::max<int64_t>(program.arena_per_sample, 1);
  return std::clamp<int64_t>((chunk_bytes - program.arena_fixed) / per_sample, 1, chunk_samples);
}

// Samples of a group when each thread takes groups of its own through all stages; 0: there are too few for that.
int64_t CpuInstance::group_size(int64_t samples) const {
  if (threads() == 1) return 0;
  const int64_t wanted = model_.infer.group, size = std::min(wanted, samples / threads());
  return 2 * size < wanted ? 0 : size;
}

void CpuInstance::Views::set(const Model& model, const InputView* from, float* const* to, int64_t first) {
  inputs.assign(from, from + model.input_count);
  outputs.assign(to, to + model.output_count);
  for (int32_t i = 0; i < model.input_count; i++)
    inputs[i].data = static_cast<const char*>(from[i].data) + first * from[i].sample * element_bytes(model.inputs[i].type);
  for (int32_t i = 0; i < model.output_count; i++)
    if (to[i]) outputs[i] = to[i] + first * element_count(model.outputs[i]);
}

Call CpuInstance::infer_call(int64_t batch, Views& views) {
  Call call = make_call(batch, infer_arena_);
  call.inputs = views.inputs.data();
  call.outputs = views.outputs.data();
  return call;
}

Instance::Error CpuInstance::infer_by_stages(int64_t first, int64_t samples, const InputView* inputs, float* const* outputs) {
  if (!infer_arena_.fit(model_.infer, samples) || !fit_scratch(model_.infer)) return no_memory_for_arena;
  views_[0].set(model_, inputs, outputs, first);
  model_.infer.run(infer_call(samples, views_[0]));
  return nullptr;
}

Instance::Error CpuInstance::infer_by_groups(int64_t first, int64_t groups, int64_t group, const InputView* inputs,
                                             float* const* outputs) {
  const int64_t arena = apart(model_.infer.arena_fixed + group * model_.infer.arena_per_sample);
  if (!infer_arena_.memory.reserve(threads() * arena) || !fit_scratch(model_.infer)) return no_memory_for_arena;
  auto run = [&](int64_t unit, int thread) {
    Views& views = views_[thread];
    views.set(model_, inputs, outputs, first + unit * group);
    Call call = infer_call(group, views);
    call.arena += thread * arena;
    call.scratch += thread * model_.infer.scratch;
    call.threads = 1;
    call.parallel = alone;
    model_.infer.run(call);
  };
  Team::run(&team_, groups, [](void* f, int64_t unit, int thread) { (*static_cast<decltype(run)*>(f))(unit, thread); }, &run);
  return nullptr;
}

Instance::Error CpuInstance::infer(int64_t batch, const InputView* inputs, float* const* outputs) {
  if (!model_.infer.run) return no_program;
  std::lock_guard lock(mutex_);
  FlushDenormals flush;
  if (Error error = prepare()) return error;
  for (int64_t done = 0; done < batch;) {
    const int64_t rest = batch - done, group = group_size(rest);
    const int64_t samples = group > 0 ? rest / (group * threads()) * group * threads() : std::min(rest, chunk_size());
    const Error error = group > 0 ? infer_by_groups(done, samples / group, group, inputs, outputs)
                                  : infer_by_stages(done, samples, inputs, outputs);
    if (error) return error;
    done += samples;
  }
  return nullptr;
}

Instance::Error CpuInstance::train(const Program& program, Arena& arena, Call call) {
  if (!arena.fit(program, call.batch) || !fit_scratch(program)) return no_memory_for_arena;
  if (!gradients_.reserve((model_.accumulate > 1 ? 2 : 1) * block_bytes())) return no_memory_for_training;
  call.arena = arena.memory.data();
  call.scratch = scratch_.data();
  call.gradients = gradients_.floats();
  program.run(call);
  return nullptr;
}

namespace {

// The contract calls every target int32_t; what the elements are stands in Model::targets.
const int32_t* const* as_targets(const void* const* targets) {
  return reinterpret_cast<const int32_t* const*>(targets);
}

}  // namespace

Instance::Error CpuInstance::step(int64_t batch, const InputView* inputs, const void* const* targets,
                               const StepInfo& info, double* results) {
  if (!model_.step.run) return no_program;
  std::lock_guard lock(mutex_);
  FlushDenormals flush;
  // All parts have memory, or none begins.
  if (!reserve_state()) return no_memory_for_training;
  if (!step_arena_.fit(model_.step, part_samples(model_, batch))) return no_memory_for_arena;
  prepared_ = false;
  return for_batch_parts(model_, batch, inputs, targets, results, [&](const BatchPart& part) {
    Call call = make_call(part.samples, step_arena_);
    call.first = part.first;
    call.whole = part.whole;
    call.state = state_.floats();
    call.inputs = part.inputs;
    call.targets = as_targets(part.targets);
    call.results = part.results;
    call.seed = info.seed;
    call.step = info.step;
    call.total_steps = info.total_steps;
    call.keep_gradients = has_all_gradients_ = keeps_gradients_;
    return train(model_.step, step_arena_, call);
  });
}

Instance::Error CpuInstance::gradient(int64_t batch, const InputView* inputs, const void* const* targets,
                                   const StepInfo& info, float* const* input_gradients, double* results) {
  if (!model_.gradient.run) return no_program;
  std::lock_guard lock(mutex_);
  FlushDenormals flush;
  Call call = make_call(batch, gradient_arena_);
  call.inputs = inputs;
  call.targets = as_targets(targets);
  call.outputs = input_gradients;
  has_all_gradients_ = true;
  call.results = results;
  call.seed = info.seed;
  call.step = info.step;
  call.total_steps = info.total_steps;
  return train(model_.gradient, gradient_arena_, call);
}

Instance::Error CpuInstance::measure(int64_t batch, const InputView* inputs, double* results) {
  if (!model_.measure.run) return no_program;
  std::lock_guard lock(mutex_);
  FlushDenormals flush;
  Arena arena;  // for a few calls before the first step
  if (!arena.fit(model_.measure, batch) || !fit_scratch(model_.measure)) return no_memory_for_arena;
  Call call = make_call(batch, arena);
  call.inputs = inputs;
  call.results = results;
  model_.measure.run(call);
  return nullptr;
}

int64_t CpuInstance::arena_bytes() {
  std::lock_guard lock(mutex_);
  return scratch_.bytes() + prepare_arena_.memory.bytes() + infer_arena_.memory.bytes() + step_arena_.memory.bytes() +
         gradient_arena_.memory.bytes();
}

int64_t CpuInstance::parameter_bytes() {
  std::lock_guard lock(mutex_);
  return parameters_.bytes() + gradients_.bytes() + state_.bytes() + derived_.bytes() + activity_.bytes() +
         constants_.bytes();
}

}  // namespace cnnc
