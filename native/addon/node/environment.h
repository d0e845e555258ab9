// What the addon keeps per Node environment (the main thread, or a worker thread): nothing about
// JavaScript may be shared between environments, and any of them may end at any time.
#pragma once
#include <napi.h>

#include <functional>
#include <memory>
#include <unordered_set>

#include "dispatcher.h"
#include "../instance.h"

namespace cnnc {

class InstanceObject;

class Environment {
 public:
  static std::shared_ptr<Environment> create(Napi::Env env);
  static const std::shared_ptr<Environment>& of(Napi::Env env);

  // Raw references: Node frees them with the environment, in an order that destructors cannot know.
  napi_ref instance_class = nullptr;
  napi_ref float32_array = nullptr;
  napi_ref float64_array = nullptr;

  std::unordered_set<InstanceObject*> instances;

  // The event loop lives on while a promise is pending. Both on the environment's own thread.
  void job_begins(napi_env env);
  void job_ends(napi_env env);
  napi_threadsafe_function completed() const { return completed_; }

 private:
  static void at_exit(void* environment);

  napi_threadsafe_function completed_ = nullptr;
  int64_t pending_ = 0;
};

// As JavaScript sees it; errors of devices carry the code CNNC_DEVICE.
Napi::Error error_value(Napi::Env env, Error error);

// One asynchronous call: runs on the dispatcher's thread, settles its promise on the environment's.
class PromiseJob final : public Dispatcher::Job {
 public:
  using Work = std::function<Instance::Error()>;

  // The promise resolves with `result`, which `work` fills; `owner` stays alive until then.
  PromiseJob(Napi::Env env, Napi::Object owner, Napi::Value result, int64_t ticket, Work work);

  Napi::Promise promise() const { return promise_; }
  void run() override;
  // Settles the promise; the job ends with that.
  void settle(Napi::Env env);
  void fail(Instance::Error error) { error_ = error; }

 private:
  std::shared_ptr<Environment> environment_;
  Work work_;
  Instance::Error error_;
  Napi::Promise promise_;   // valid in the call that made the job
  napi_deferred deferred_ = nullptr;
  napi_ref owner_ = nullptr, result_ = nullptr;
};

}  // namespace cnnc
