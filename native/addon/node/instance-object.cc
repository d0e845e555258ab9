#include "instance-object.h"

#include <cstring>
#include <string>

#include "../dispatch.h"
#include "owned-batch.h"

namespace cnnc {
namespace {

constexpr const char* disposed_text = "the model has been disposed";
constexpr const char* withdrawn_text = "the call has been withdrawn";

void throw_error(Napi::Env env, Error error) {
  if (!env.IsExceptionPending()) error_value(env, error).ThrowAsJavaScriptException();
}

// Made by the constructor of JavaScript, which throws where napi_create_arraybuffer would abort.
Napi::Value new_array(Napi::Env env, napi_ref constructor, int64_t length) {
  napi_value function = nullptr, array = nullptr;
  napi_value argument = Napi::Number::New(env, static_cast<double>(length));
  napi_get_reference_value(env, constructor, &function);
  if (napi_new_instance(env, function, 1, &argument, &array) != napi_ok) return {};
  return Napi::Value(env, array);
}

// The end of a job that will never run.
void reject(Napi::Env env, Dispatcher::Job* job, Instance::Error reason) {
  std::unique_ptr<PromiseJob> cancelled(static_cast<PromiseJob*>(job));
  cancelled->fail(reason);
  cancelled->settle(env);
}

double* numbers(Napi::Value float64_array) { return float64_array.As<Napi::Float64Array>().Data(); }

// How `withdraw` finds an asynchronous call; 0 where it will not be looked for.
int64_t read_ticket(Arguments& arguments, size_t at) {
  return arguments.count() > at ? arguments.integer(at, "ticket", 1, largest_whole) : 0;
}

std::vector<int64_t> sizes(const Tensor* tensors, int32_t count) {
  std::vector<int64_t> found;
  for (int32_t i = 0; i < count; i++) found.push_back(element_count(tensors[i]));
  return found;
}

}  // namespace

Napi::Function InstanceObject::define(Napi::Env env) {
  return DefineClass(env, "Instance",
                     {
                         InstanceMethod<&InstanceObject::set_parameter>("setParameter"),
                         InstanceMethod<&InstanceObject::read_parameters>("readParameters"),
                         InstanceMethod<&InstanceObject::get_parameter>("getParameter"),
                         InstanceMethod<&InstanceObject::set_state>("setState"),
                         InstanceMethod<&InstanceObject::get_state>("getState"),
                         InstanceMethod<&InstanceObject::clear_state>("clearState"),
                         InstanceMethod<&InstanceObject::learning_rate>("learningRate"),
                         InstanceMethod<&InstanceObject::get_activity>("getActivity"),
                         InstanceMethod<&InstanceObject::clear_activity>("clearActivity"),
                         InstanceMethod<&InstanceObject::keep_gradients>("keepGradients"),
                         InstanceMethod<&InstanceObject::get_gradient>("getGradient"),
                         InstanceMethod<&InstanceObject::infer_sync>("inferSync"),
                         InstanceMethod<&InstanceObject::infer>("infer"),
                         InstanceMethod<&InstanceObject::step_sync>("stepSync"),
                         InstanceMethod<&InstanceObject::step>("step"),
                         InstanceMethod<&InstanceObject::gradient_sync>("gradientSync"),
                         InstanceMethod<&InstanceObject::measure>("measure"),
                         InstanceMethod<&InstanceObject::withdraw>("withdraw"),
                         InstanceMethod<&InstanceObject::dispose>("dispose"),
                         InstanceAccessor<&InstanceObject::arena_bytes>("arenaBytes"),
                         InstanceAccessor<&InstanceObject::parameter_bytes>("parameterBytes"),
                         InstanceAccessor<&InstanceObject::threads>("threads"),
                         InstanceAccessor<&InstanceObject::device>("device"),
                         InstanceAccessor<&InstanceObject::disposed>("disposed"),
                     });
}

InstanceObject::InstanceObject(const Napi::CallbackInfo& info)
    : ObjectWrap(info), environment_(Environment::of(info.Env())) {
  Arguments arguments(info);
  const std::string name = arguments.text(0, "model");
  const auto threads = static_cast<int>(arguments.integer(1, "threads", 1, max_threads));
  const bool chooses = arguments.count() > 2 && !info[2].IsUndefined();
  const int device = chooses ? static_cast<int>(arguments.integer(2, "device", 0, 1023)) : any_device;
  if (!arguments.ok()) return;
  const Model* model = find_model(name.c_str());
  Error error;
  if (!model)
    arguments.fail_range("the addon has no model " + name);
  else if (Instance* made = Instance::create(*model, threads, device, &error))
    instance_.reset(made);
  else
    throw_error(info.Env(), error);
  if (!instance_) return;
  environment_->instances.insert(this);
  report(info.Env(), instance_->parameter_bytes());
}

InstanceObject::~InstanceObject() {
  environment_->instances.erase(this);
  if (instance_) report(Env(), 0);
  abandon();
}

// A small JavaScript object that holds much memory should not wait long to be collected.
void InstanceObject::report(Napi::Env env, int64_t bytes) {
  int64_t total = 0;
  napi_adjust_external_memory(env, bytes - reported_, &total);
  reported_ = bytes;
}

void InstanceObject::abandon() {
  for (Dispatcher::Job* job : stop()) delete job;
}

// Ends thread and memory; returns the jobs that will never run.
std::deque<Dispatcher::Job*> InstanceObject::stop() {
  std::deque<Dispatcher::Job*> cancelled;
  if (dispatcher_) cancelled = dispatcher_->stop();
  dispatcher_.reset();
  instance_.reset();
  return cancelled;
}

bool InstanceObject::alive(Napi::Env env) {
  if (!instance_) throw_error(env, disposed_text);
  return instance_ != nullptr;
}

Napi::Value InstanceObject::answer(Napi::Env env, Instance::Error error, Napi::Value result) {
  if (error) throw_error(env, error);
  return error ? env.Undefined() : result;
}

// `result` is not yet visible to JavaScript, so its memory stays where it is.
Napi::Value InstanceObject::start(Napi::Env env, Napi::Value result, int64_t ticket, PromiseJob::Work work) {
  auto job = std::make_unique<PromiseJob>(env, Value(), result, ticket, std::move(work));
  const Napi::Promise promise = job->promise();
  if (!dispatcher_) dispatcher_ = std::make_unique<Dispatcher>();
  if (dispatcher_->post(job.get())) {
    job.release();
  } else {
    job->fail("no thread could be started");
    job->settle(env);
  }
  return promise;
}

// A parameter's index at `at`, and a Float32Array of its elements behind it.
bool InstanceObject::read_values(Arguments& arguments, size_t at, Values& values) {
  const Model& model = instance_->model();
  if (model.parameter_count == 0) arguments.fail_range("the model has no parameters");
  values.index = static_cast<int32_t>(arguments.integer(at, "index", 0, model.parameter_count - 1));
  if (!arguments.ok()) return false;
  const Parameter& it = model.parameters[values.index];
  const Span span = arguments.array(arguments[at + 1], it.name, napi_float32_array, element_count(it));
  values.data = static_cast<float*>(span.data);
  return arguments.ok();
}

// setParameter(index, Float32Array)
Napi::Value InstanceObject::set_parameter(const Napi::CallbackInfo& info) {
  if (!alive(info.Env())) return {};
  Arguments arguments(info);
  Values values;
  if (!read_values(arguments, 0, values)) return {};
  return answer(info.Env(), instance_->set_parameter(values.index, values.data), info.Env().Undefined());
}

// readParameters(file, positions: Float64Array, finite) → how many are set
Napi::Value InstanceObject::read_parameters(const Napi::CallbackInfo& info) {
  if (!alive(info.Env())) return {};
  Arguments arguments(info);
  const auto file = static_cast<int>(arguments.integer(0, "file", 0, 0x7fffffff));
  const std::vector<int64_t> positions = read_positions(arguments, 1, instance_->model().parameter_count);
  if (!arguments.ok()) return {};
  const bool finite = info[2].ToBoolean();
  return Napi::Number::New(info.Env(), instance_->read_parameters(file, positions.data(), finite));
}

// getParameter(index, into: Float32Array) → into
Napi::Value InstanceObject::get_parameter(const Napi::CallbackInfo& info) {
  if (!alive(info.Env())) return {};
  Arguments arguments(info);
  Values values;
  if (!read_values(arguments, 0, values)) return {};
  return answer(info.Env(), instance_->get_parameter(values.index, values.data), info[1]);
}

// setState(slot, index, Float32Array)
Napi::Value InstanceObject::set_state(const Napi::CallbackInfo& info) {
  if (!alive(info.Env())) return {};
  Arguments arguments(info);
  const auto slot = static_cast<int32_t>(arguments.integer(0, "slot", 0, instance_->model().state_slots - 1));
  Values values;
  if (!read_values(arguments, 1, values)) return {};
  return answer(info.Env(), instance_->set_state(slot, values.index, values.data), info.Env().Undefined());
}

// getState(slot, index, into: Float32Array) → into
Napi::Value InstanceObject::get_state(const Napi::CallbackInfo& info) {
  if (!alive(info.Env())) return {};
  Arguments arguments(info);
  const auto slot = static_cast<int32_t>(arguments.integer(0, "slot", 0, instance_->model().state_slots - 1));
  Values values;
  if (!read_values(arguments, 1, values)) return {};
  return answer(info.Env(), instance_->get_state(slot, values.index, values.data), info[2]);
}

// clearState(): the optimiser forgets
Napi::Value InstanceObject::clear_state(const Napi::CallbackInfo& info) {
  if (alive(info.Env())) instance_->clear_state();
  return info.Env().Undefined();
}

// learningRate(step, totalSteps) → what the schedule gives; 0 without a train section
Napi::Value InstanceObject::learning_rate(const Napi::CallbackInfo& info) {
  if (!alive(info.Env())) return {};
  Arguments arguments(info);
  const double step = arguments.number(0, "step"), total = arguments.number(1, "totalSteps");
  if (!arguments.ok()) return {};
  const auto rate = instance_->model().learning_rate;
  return Napi::Number::New(info.Env(), rate ? rate(step, total) : 0);
}

// getActivity(into: Uint8Array) → into: 1 for each watched unit that has fired
Napi::Value InstanceObject::get_activity(const Napi::CallbackInfo& info) {
  if (!alive(info.Env())) return {};
  Arguments arguments(info);
  const Span span = arguments.array(info[0], "activity", napi_uint8_array, instance_->model().activity_bytes);
  if (!arguments.ok()) return {};
  return answer(info.Env(), instance_->get_activity(static_cast<uint8_t*>(span.data)), info[0]);
}

// clearActivity(): from here on it is watched anew which units fire
Napi::Value InstanceObject::clear_activity(const Napi::CallbackInfo& info) {
  if (alive(info.Env())) instance_->clear_activity();
  return info.Env().Undefined();
}

// keepGradients(all: boolean): of the steps from here on
Napi::Value InstanceObject::keep_gradients(const Napi::CallbackInfo& info) {
  if (alive(info.Env())) instance_->keep_gradients(info[0].ToBoolean());
  return info.Env().Undefined();
}

// getGradient(index, into: Float32Array) → into
Napi::Value InstanceObject::get_gradient(const Napi::CallbackInfo& info) {
  if (!alive(info.Env())) return {};
  Arguments arguments(info);
  Values values;
  if (!read_values(arguments, 0, values)) return {};
  return answer(info.Env(), instance_->get_gradient(values.index, values.data), info[1]);
}

// inferSync(batch, inputs, layouts, outputs: (Float32Array | null)[]) → outputs
Napi::Value InstanceObject::infer_sync(const Napi::CallbackInfo& info) {
  if (!alive(info.Env())) return {};
  const Model& model = instance_->model();
  Arguments arguments(info);
  std::vector<float*> outputs;
  const Batch batch =
      read_batch(arguments, {model, false, 3, sizes(model.outputs, model.output_count)}, &outputs);
  if (!arguments.ok() || !alive(info.Env())) return {};
  return answer(info.Env(), instance_->infer(batch.size, batch.inputs.data(), outputs.data()), info[3]);
}

// infer(batch, inputs, layouts, ticket?) → Promise<Float32Array[]>
Napi::Value InstanceObject::infer(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  if (!alive(env)) return {};
  const Model& model = instance_->model();
  Arguments arguments(info);
  const int64_t ticket = read_ticket(arguments, 3);
  Batch batch = read_batch(arguments, {model, false}, nullptr);
  if (!arguments.ok() || !alive(env)) return {};
  auto owned = OwnedBatch::copy(model, std::move(batch));
  if (!owned) return answer(env, "out of memory: the inputs could not be copied", env.Undefined());
  auto result = Napi::Array::New(env, static_cast<size_t>(model.output_count));
  std::vector<float*> outputs;
  for (int32_t i = 0; i < model.output_count; i++) {
    const Napi::Value array =
        new_array(env, environment_->float32_array, owned->batch.size * element_count(model.outputs[i]));
    if (array.IsEmpty()) return {};
    outputs.push_back(array.As<Napi::Float32Array>().Data());
    result.Set(static_cast<uint32_t>(i), array);
  }
  return start(env, result, ticket, [it = instance_.get(), owned, outputs = std::move(outputs)] {
    return it->infer(owned->batch.size, owned->batch.inputs.data(), outputs.data());
  });
}

// stepSync(batch, inputs, layouts, targets, seed, step, totalSteps) → Float64Array [loss, …metrics]
Napi::Value InstanceObject::step_sync(const Napi::CallbackInfo& info) {
  if (!alive(info.Env())) return {};
  const Model& model = instance_->model();
  Arguments arguments(info);
  const StepInfo step = read_step_info(arguments, 4);
  const Napi::Value result = new_array(info.Env(), environment_->float64_array, 1 + model.metric_count);
  const Batch batch = read_batch(arguments, {model, true}, nullptr);
  if (!arguments.ok() || result.IsEmpty() || !alive(info.Env())) return {};
  return answer(info.Env(),
                instance_->step(batch.size, batch.inputs.data(), batch.targets.data(), step, numbers(result)),
                result);
}

// step(batch, inputs, layouts, targets, seed, step, totalSteps, ticket?) → Promise<Float64Array>
Napi::Value InstanceObject::step(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  if (!alive(env)) return {};
  const Model& model = instance_->model();
  Arguments arguments(info);
  const StepInfo step = read_step_info(arguments, 4);
  const int64_t ticket = read_ticket(arguments, 7);
  const Napi::Value result = new_array(env, environment_->float64_array, 1 + model.metric_count);
  Batch batch = read_batch(arguments, {model, true}, nullptr);
  if (!arguments.ok() || result.IsEmpty() || !alive(env)) return {};
  auto owned = OwnedBatch::copy(model, std::move(batch));
  if (!owned) return answer(env, "out of memory: the inputs could not be copied", env.Undefined());
  return start(env, result, ticket, [it = instance_.get(), owned, step, to = numbers(result)] {
    return it->step(owned->batch.size, owned->batch.inputs.data(), owned->batch.targets.data(), step, to);
  });
}

// gradientSync(batch, inputs, layouts, targets, seed, step, totalSteps,
//              inputGradients: (Float32Array | null)[]) → Float64Array [loss, …metrics]
Napi::Value InstanceObject::gradient_sync(const Napi::CallbackInfo& info) {
  if (!alive(info.Env())) return {};
  const Model& model = instance_->model();
  Arguments arguments(info);
  const StepInfo step = read_step_info(arguments, 4);
  const Napi::Value result = new_array(info.Env(), environment_->float64_array, 1 + model.metric_count);
  std::vector<float*> gradients;
  const Batch batch =
      read_batch(arguments, {model, true, 7, sizes(model.inputs, model.input_count)}, &gradients);
  if (!arguments.ok() || result.IsEmpty() || !alive(info.Env())) return {};
  return answer(info.Env(),
                instance_->gradient(batch.size, batch.inputs.data(), batch.targets.data(), step,
                                    gradients.data(), numbers(result)),
                result);
}

// measure(batch, inputs, layouts, ticket?) → Promise<Float64Array>
Napi::Value InstanceObject::measure(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  if (!alive(env)) return {};
  const Model& model = instance_->model();
  Arguments arguments(info);
  const int64_t ticket = read_ticket(arguments, 3);
  const Napi::Value result = new_array(env, environment_->float64_array, model.measure_count);
  Batch batch = read_batch(arguments, {model, false}, nullptr);
  if (!arguments.ok() || result.IsEmpty() || !alive(env)) return {};
  auto owned = OwnedBatch::copy(model, std::move(batch));
  if (!owned) return answer(env, "out of memory: the inputs could not be copied", env.Undefined());
  return start(env, result, ticket, [it = instance_.get(), owned, to = numbers(result)] {
    return it->measure(owned->batch.size, owned->batch.inputs.data(), to);
  });
}

// withdraw(ticket) → whether the call still waited: it is not made, and its promise rejected.
Napi::Value InstanceObject::withdraw(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int64_t ticket = arguments.integer(0, "ticket", 1, largest_whole);
  if (!arguments.ok()) return {};
  Dispatcher::Job* job = dispatcher_ ? dispatcher_->withdraw(ticket) : nullptr;
  if (job) reject(info.Env(), job, withdrawn_text);
  return Napi::Boolean::New(info.Env(), job != nullptr);
}

// dispose(): waits for the call that runs; the promises of those that wait are rejected.
Napi::Value InstanceObject::dispose(const Napi::CallbackInfo& info) {
  for (Dispatcher::Job* job : stop()) reject(info.Env(), job, disposed_text);
  report(info.Env(), 0);
  return info.Env().Undefined();
}

Napi::Value InstanceObject::arena_bytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), instance_ ? static_cast<double>(instance_->arena_bytes()) : 0);
}

Napi::Value InstanceObject::parameter_bytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), instance_ ? static_cast<double>(instance_->parameter_bytes()) : 0);
}

Napi::Value InstanceObject::threads(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), instance_ ? instance_->threads() : 0);
}

Napi::Value InstanceObject::device(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), instance_ ? instance_->device() : "");
}

Napi::Value InstanceObject::disposed(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), instance_ == nullptr);
}

}  // namespace cnnc
