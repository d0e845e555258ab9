// The contract between generated code and the hand-written host (thread pool, Node-API glue, C ABI).
// A generated file defines one `const Model`; the host allocates memory, moves data and calls programs.
// Compiled for the baseline CPU: nothing here may need more than every processor of the architecture has.
#pragma once
#include <cstdint>

namespace cnnc {

// How one input's elements lie in the caller's memory, in elements: address = data + n·sample + c·channel + h·row + w·column.
struct InputView {
  const void* data;
  int64_t sample, channel, row, column;
};

// Runs task(context, unit, thread) for every unit in [0, units), on any threads, and returns when all are done. Threads that
// are at it at the same time have different numbers below the number of threads; their numbers are of this call alone.
using Parallel = void (*)(void* pool, int64_t units, void (*task)(void* context, int64_t unit, int thread), void* context);

// One execution of one program.
struct Call {
  int64_t batch;
  int64_t first, whole;      // step: a batch of `whole` samples may come in parts: the number in it of this part's first sample
  char* arena;               // 64-byte aligned, Program::arena_fixed + batch · Program::arena_per_sample bytes
  float* parameters;         // the parameter block: every parameter in its packed layout
  const float* constants;    // the block of constants: each in its packed layout
  float* gradients;          // step: same layout as `parameters`; behind them, where Model::accumulate is more than 1, their sum
  float* state;              // step: Model::state_slots consecutive blocks of Model::block floats
  const InputView* inputs;   // in the order of Model::inputs
  // step, gradient: per Model::targets. Class indices; where Tensor::type is another, that type's elements.
  const int32_t* const* targets;
  // infer: in the order of Model::outputs; gradient: the loss's gradient, in the order of Model::inputs.
  // Dense row-major [n][…shape]; null = not wanted.
  float* const* outputs;
  // step, gradient: the loss, then one value per Model::metrics; measure: Model::measure_count; means over the batch.
  double* results;
  uint64_t seed, step;       // step: generator seed; number of this step, from 0
  double total_steps;        // step: the schedule's length
  Parallel parallel;
  void* pool;
  int32_t threads;           // of the pool; results do not depend on it
  char* derived;             // Model::derived_bytes, 64-byte aligned; prepare writes, infer reads; else null
  bool keep_gradients;       // step: store also those with which weights move at once (Parameter::moves_at_once)
  uint8_t* activity;         // step: Model::activity_bytes; a unit's byte becomes 1 when it fires
  char* scratch;             // 64-byte aligned, Program::scratch bytes for each thread of the pool, one after another
};

struct Program {
  void (*run)(const Call& call);  // null: the model has no such program
  int64_t arena_fixed, arena_per_sample;  // bytes
  int64_t scratch = 0;       // bytes that kernels work in, for each thread; a multiple of 64
  int64_t group = 0;         // samples of a batch that one thread best takes through all of `run`; 0: batches are not taken apart
};

enum class Type : int32_t { u8, f32, i32 };

struct Tensor {              // an input, output or target; shape without the batch
  const char* name;
  Type type;
  int32_t rank;
  const int64_t* shape;
  int64_t below = 0;         // of i32: all are from 0 to below - 1, since kernels use them as addresses; 0: any
};

// Elements [begin, end) of a tensor's row-major order, of which `logical` is the first, to their places in its packed form: rows
// of the first axis, from a multiple of pack_step of them to another or to the end. Different parts may be packed at the same time.
using Pack = void (*)(const float* logical, float* packed, int64_t begin, int64_t end);
constexpr int64_t pack_step = 16;

struct Parameter {
  const char* name;          // stable name, e.g. "logits.conv1.weight"
  int32_t rank;
  const int64_t* shape;      // logical, row-major, PyTorch's order
  int64_t offset;            // of its packed form in the parameter block, in floats
  Pack pack;
  void (*unpack)(const float* packed, float* logical);
  bool moves_at_once = false;  // a step moves it while its gradient is in registers, which it stores only if Call::keep_gradients
};

// A tensor of numbers that the network's description implies (the cosines of a Fourier transform).
struct Constant {
  int64_t elements;
  int64_t offset;            // of its packed form in the block of constants, in floats
  void (*compute)(float* logical);  // row-major
  Pack pack;
};

struct Model {
  const char* name;
  const char* hash;          // of source and compiler; the wrapper carries the same
  const char* cpu;           // "x86-64-v4", "x86-64-v3", "x86-64", "aarch64": what the processor must have
  int32_t input_count, output_count, target_count, parameter_count, metric_count, state_slots;
  const Tensor *inputs, *outputs, *targets;
  const Parameter* parameters;
  const char* const* metrics;
  int64_t block;             // floats in the parameter block
  int64_t derived_bytes;     // size of Call::derived (folded, transformed weights); 0 = none
  int64_t activity_bytes;    // rectified units that training watches, layer after layer
  // prepare: batch 0, no inputs; the host runs it before an infer when parameters have changed.
  // gradient: fills Call::gradients and leaves parameters and state as they are.
  Program prepare, infer, step, gradient;
  double (*learning_rate)(double step, double total_steps);
  // Computed once for each instance: no parameters, so neither trained nor saved.
  const Constant* constants = nullptr;
  int32_t constant_count = 0;
  int64_t constant_block = 0;  // floats
  // measure: Call::results become the mean and the mean square of each value that first weights are scaled by.
  Program measure = {};
  int32_t measure_count = 0;
  // The slot of the state with the weights that a step reads and moves, where the parameters are an average of them; -1: they
  // are the parameters. Before the first step they are alike.
  int32_t weight_slot = -1;
  // Parts that the host takes a step's batch in, one after the other, so that its arena is for the samples of one.
  int32_t accumulate = 1;
};

// Defined by each generated addon: its models (more than one when a file declares several), each once for every
// level of processors that it was built for, the best first (dispatch.h).
extern const Model* const models[];
extern const int32_t model_count;

}  // namespace cnnc
