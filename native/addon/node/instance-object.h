// The JavaScript object around one Instance.
#pragma once
#include <napi.h>

#include <memory>
#include <vector>

#include "dispatcher.h"
#include "../instance.h"
#include "arguments.h"
#include "environment.h"

namespace cnnc {

class InstanceObject : public Napi::ObjectWrap<InstanceObject> {
 public:
  static Napi::Function define(Napi::Env env);

  // new Instance(modelName, threads, device?)
  explicit InstanceObject(const Napi::CallbackInfo& info);
  ~InstanceObject() override;

  // The environment ends: stop the thread, free the memory, touch no JavaScript.
  void abandon();

 private:
  Napi::Value set_parameter(const Napi::CallbackInfo& info);
  Napi::Value read_parameters(const Napi::CallbackInfo& info);
  Napi::Value get_parameter(const Napi::CallbackInfo& info);
  Napi::Value set_state(const Napi::CallbackInfo& info);
  Napi::Value get_state(const Napi::CallbackInfo& info);
  Napi::Value clear_state(const Napi::CallbackInfo& info);
  Napi::Value learning_rate(const Napi::CallbackInfo& info);
  Napi::Value get_activity(const Napi::CallbackInfo& info);
  Napi::Value clear_activity(const Napi::CallbackInfo& info);
  Napi::Value keep_gradients(const Napi::CallbackInfo& info);
  Napi::Value get_gradient(const Napi::CallbackInfo& info);
  Napi::Value infer_sync(const Napi::CallbackInfo& info);
  Napi::Value infer(const Napi::CallbackInfo& info);
  Napi::Value step_sync(const Napi::CallbackInfo& info);
  Napi::Value step(const Napi::CallbackInfo& info);
  Napi::Value gradient_sync(const Napi::CallbackInfo& info);
  Napi::Value measure(const Napi::CallbackInfo& info);
  Napi::Value withdraw(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);
  Napi::Value arena_bytes(const Napi::CallbackInfo& info);
  Napi::Value parameter_bytes(const Napi::CallbackInfo& info);
  Napi::Value threads(const Napi::CallbackInfo& info);
  Napi::Value device(const Napi::CallbackInfo& info);
  Napi::Value disposed(const Napi::CallbackInfo& info);

  bool alive(Napi::Env env);
  struct Values {
    int32_t index = 0;
    float* data = nullptr;
  };
  bool read_values(Arguments& arguments, size_t at, Values& values);
  void report(Napi::Env env, int64_t bytes);
  std::deque<Dispatcher::Job*> stop();
  Napi::Value start(Napi::Env env, Napi::Value result, int64_t ticket, PromiseJob::Work work);
  Napi::Value answer(Napi::Env env, Instance::Error error, Napi::Value result);

  std::shared_ptr<Environment> environment_;
  std::unique_ptr<Instance> instance_;  // null: disposed
  int64_t reported_ = 0;                // bytes that the garbage collector knows of
  std::unique_ptr<Dispatcher> dispatcher_;  // from the first asynchronous call on
};

}  // namespace cnnc
