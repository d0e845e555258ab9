// The addon's exports: models() and create(model, threads, device?).
#include <napi.h>

#include <cstring>

#include "../dispatch.h"
#include "../instance.h"
#include "environment.h"
#include "instance-object.h"
#ifdef CNNC_PROFILE
#include "../../profile/profile.h"
#include "arguments.h"
#endif

namespace {

const char* type_name(cnnc::Type type) {
  switch (type) {
    case cnnc::Type::u8: return "u8";
    case cnnc::Type::f32: return "f32";
    case cnnc::Type::i32: return "i32";
  }
  return "";
}

Napi::Array describe(Napi::Env env, const cnnc::Tensor* tensors, int32_t count) {
  auto list = Napi::Array::New(env);
  for (int32_t i = 0; i < count; i++) {
    auto shape = Napi::Array::New(env);
    for (int32_t k = 0; k < tensors[i].rank; k++)
      shape.Set(static_cast<uint32_t>(k), static_cast<double>(tensors[i].shape[k]));
    auto it = Napi::Object::New(env);
    it.Set("name", tensors[i].name);
    it.Set("type", type_name(tensors[i].type));
    it.Set("shape", shape);
    if (tensors[i].below > 0) it.Set("below", static_cast<double>(tensors[i].below));
    list.Set(static_cast<uint32_t>(i), it);
  }
  return list;
}

// All levels of processors that a model was built for.
Napi::Array built_for(Napi::Env env, const char* name) {
  auto list = Napi::Array::New(env);
  for (int32_t i = 0; i < cnnc::model_count; i++)
    if (std::strcmp(cnnc::models[i]->name, name) == 0)
      list.Set(list.Length(), Napi::String::New(env, cnnc::models[i]->cpu));
  return list;
}

// Reads tables only; nothing that needs more than the baseline processor has run before this answers.
Napi::Value list_models(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto list = Napi::Array::New(env);
  for (int32_t i = 0; i < cnnc::named_models(); i++) {
    const cnnc::Model& model = *cnnc::model_at(i);
    const char* refusal = cnnc::refusal(model);
    auto parameters = Napi::Array::New(env);
    for (int32_t k = 0; k < model.parameter_count; k++)
      parameters.Set(static_cast<uint32_t>(k), Napi::String::New(env, model.parameters[k].name));
    auto it = Napi::Object::New(env);
    it.Set("name", model.name);
    it.Set("hash", model.hash);
    it.Set("cpu", model.cpu);
    it.Set("cpus", built_for(env, model.name));
    it.Set("refusal", refusal ? Napi::String::New(env, refusal) : env.Null());
    it.Set("inputs", describe(env, model.inputs, model.input_count));
    it.Set("outputs", describe(env, model.outputs, model.output_count));
    it.Set("targets", describe(env, model.targets, model.target_count));
    it.Set("parameters", parameters);
    it.Set("stateSlots", model.state_slots);
    it.Set("trainable", model.step.run != nullptr);
    list.Set(static_cast<uint32_t>(i), it);
  }
  return list;
}

Napi::Value create(const Napi::CallbackInfo& info) {
  napi_value constructor = nullptr, instance = nullptr;
  napi_value arguments[] = {info[0], info[1], info[2]};
  napi_get_reference_value(info.Env(), cnnc::Environment::of(info.Env())->instance_class, &constructor);
  if (napi_new_instance(info.Env(), constructor, 3, arguments, &instance) != napi_ok) return {};
  return Napi::Value(info.Env(), instance);
}

#ifdef CNNC_PROFILE
// profile(count) → seconds of the first nodes of the program that ran, since the last call of it
Napi::Value profile(const Napi::CallbackInfo& info) {
  cnnc::Arguments arguments(info);
  const int64_t count = arguments.integer(0, "count", 0, cnnc::profile_slots);
  if (!arguments.ok()) return {};
  auto seconds = Napi::Float64Array::New(info.Env(), static_cast<size_t>(count));
  cnnc::profile_take(seconds.Data(), static_cast<int>(count));
  return seconds;
}
#endif

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  const auto environment = cnnc::Environment::create(env);
  napi_create_reference(env, cnnc::InstanceObject::define(env), 1, &environment->instance_class);
  exports.Set("models", Napi::Function::New(env, list_models, "models"));
  exports.Set("create", Napi::Function::New(env, create, "create"));
#ifdef CNNC_PROFILE
  exports.Set("profile", Napi::Function::New(env, profile, "profile"));
#endif
  return exports;
}

}  // namespace

NODE_API_MODULE(cnnc, initialise)
