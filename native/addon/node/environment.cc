#include "environment.h"

#include "instance-object.h"

namespace cnnc {
namespace {

// Called for each finished job on the environment's thread; with no env, the environment is ending and
// takes promises and references with it.
void on_completed(napi_env env, napi_value, void*, void* data) {
  std::unique_ptr<PromiseJob> job(static_cast<PromiseJob*>(data));
  if (env) job->settle(Napi::Env(env));
}

napi_ref reference_to(napi_env env, napi_value value) {
  napi_ref reference = nullptr;
  napi_create_reference(env, value, 1, &reference);
  return reference;
}

}  // namespace

std::shared_ptr<Environment> Environment::create(Napi::Env env) {
  auto environment = std::make_shared<Environment>();
  napi_create_threadsafe_function(env, nullptr, nullptr, Napi::String::New(env, "cnnc"), 0, 1, nullptr, nullptr,
                                  nullptr, on_completed, &environment->completed_);
  napi_unref_threadsafe_function(env, environment->completed_);
  environment->float32_array = reference_to(env, env.Global().Get("Float32Array"));
  environment->float64_array = reference_to(env, env.Global().Get("Float64Array"));
  env.SetInstanceData(new std::shared_ptr<Environment>(environment));
  // Hooks run last first: this one, which stops our threads, before the one that closes `completed_`.
  napi_add_env_cleanup_hook(env, at_exit, new std::shared_ptr<Environment>(environment));
  return environment;
}

const std::shared_ptr<Environment>& Environment::of(Napi::Env env) {
  return *env.GetInstanceData<std::shared_ptr<Environment>>();
}

void Environment::at_exit(void* data) {
  std::unique_ptr<std::shared_ptr<Environment>> environment(static_cast<std::shared_ptr<Environment>*>(data));
  for (InstanceObject* instance : (*environment)->instances) instance->abandon();
}

void Environment::job_begins(napi_env env) {
  if (pending_++ == 0) napi_ref_threadsafe_function(env, completed_);
}

void Environment::job_ends(napi_env env) {
  if (--pending_ == 0) napi_unref_threadsafe_function(env, completed_);
}

Napi::Error error_value(Napi::Env env, Error error) {
  Napi::Error made = Napi::Error::New(env, error.text);
  if (error.of_device) made.Set("code", Napi::String::New(env, "CNNC_DEVICE"));
  return made;
}

PromiseJob::PromiseJob(Napi::Env env, Napi::Object owner, Napi::Value result, int64_t ticket, Work work)
    : Job(ticket), environment_(Environment::of(env)), work_(std::move(work)) {
  napi_value promise = nullptr;
  napi_create_promise(env, &deferred_, &promise);
  promise_ = Napi::Promise(env, promise);
  owner_ = reference_to(env, owner);
  result_ = reference_to(env, result);
  environment_->job_begins(env);
}

void PromiseJob::run() {
  error_ = work_();
  napi_call_threadsafe_function(environment_->completed(), this, napi_tsfn_nonblocking);
}

void PromiseJob::settle(Napi::Env env) {
  napi_value result = nullptr;
  napi_get_reference_value(env, result_, &result);
  if (error_)
    napi_reject_deferred(env, deferred_, error_value(env, error_).Value());
  else
    napi_resolve_deferred(env, deferred_, result);
  napi_delete_reference(env, result_);
  napi_delete_reference(env, owner_);
  environment_->job_ends(env);
}

}  // namespace cnnc
