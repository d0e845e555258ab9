#include "c-api.h"

#include <cmath>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "../dispatch.h"
#include "../indices.h"
#include "../instance.h"
#include "safetensors.h"

struct cnnc_net {
  cnnc::Instance* instance;
  std::vector<bool> filled;  // parameters that have a value
  std::string error;
};

namespace {

using cnnc::Model;
using cnnc::Parameter;

int32_t fail(cnnc_net* net, std::string text) {
  net->error = std::move(text);
  return -1;
}

// 0, or -1 with an error set.
int32_t answer(cnnc_net* net, cnnc::Error error) { return error ? fail(net, error.text) : 0; }

const char* model_name(int32_t index) {
  const Model* model = cnnc::model_at(index);
  return model ? model->name : nullptr;
}

const char* model_hash(int32_t index) {
  const Model* model = cnnc::model_at(index);
  return model ? model->hash : nullptr;
}

cnnc_net* create(const char* name, int32_t threads, const char** error) {
  cnnc::Error reason;
  cnnc_net* net = nullptr;
  if (const Model* model = name ? cnnc::find_model(name) : nullptr; !model) {
    reason = "the library has no model of this name";
  } else if (threads < 1 || threads > cnnc::max_threads) {
    reason = "threads must be from 1 to 256";
  } else if (cnnc::Instance* instance = cnnc::Instance::create(*model, threads, cnnc::any_device, &reason)) {
    try {
      net = new cnnc_net{instance, std::vector<bool>(static_cast<size_t>(model->parameter_count)), ""};
    } catch (const std::bad_alloc&) {
      reason = "out of memory";
      delete instance;
    }
  }
  if (error) *error = reason.text;
  return net;
}

void destroy(cnnc_net* net) {
  if (net) delete net->instance;
  delete net;
}

int32_t find_parameter(const Model& model, const char* name) {
  for (int32_t i = 0; name && i < model.parameter_count; i++)
    if (std::strcmp(model.parameters[i].name, name) == 0) return i;
  return -1;
}

std::string shape_fault(const Parameter& parameter, const cnnc::StoredTensor& stored) {
  const std::vector<int64_t> shape(parameter.shape, parameter.shape + parameter.rank);
  return stored.shape == shape ? "" : std::string(parameter.name) + ": the file has another shape";
}

// Names and shapes are compared before the first value is set. "optimizer." is a checkpoint's state.
std::string weights_fault(const Model& model, const cnnc::SafetensorsFile& file) {
  for (int32_t i = 0; i < model.parameter_count; i++) {
    const auto found = file.tensors().find(model.parameters[i].name);
    if (found == file.tensors().end()) return std::string(model.parameters[i].name) + " is missing in the file";
    if (std::string fault = shape_fault(model.parameters[i], found->second); !fault.empty()) return fault;
  }
  for (const auto& [name, tensor] : file.tensors())
    if (name.rfind("optimizer.", 0) != 0 && find_parameter(model, name.c_str()) < 0)
      return "the file has " + name + ", the model has not";
  return "";
}

// One value that is no number makes every result one.
std::string values_fault(const Parameter& parameter, const std::vector<float>& values) {
  for (size_t i = 0; i < values.size(); i++)
    if (!std::isfinite(values[i]))
      return std::string(parameter.name) + ": the value at " + std::to_string(i) + " is not finite";
  return "";
}

int32_t load(cnnc_net* net, const char* path) {
  if (!path) return fail(net, "the path is null");
  const Model& model = net->instance->model();
  try {
    cnnc::SafetensorsFile file;
    std::string error;
    if (!file.open(path, error)) return fail(net, error);
    error = weights_fault(model, file);
    std::vector<float> values;
    // Once to look at them, once to set them: a network's weights are not held twice.
    for (const bool set : {false, true})
      for (int32_t i = 0; i < model.parameter_count && error.empty(); i++) {
        const Parameter& parameter = model.parameters[i];
        if (file.read(file.tensors().at(parameter.name), values, error)) error = values_fault(parameter, values);
        if (!set || !error.empty()) continue;
        if (const cnnc::Error why = net->instance->set_parameter(i, values.data())) error = why.text;
      }
    if (!error.empty()) return fail(net, std::string(path) + ": " + error);
    net->filled.assign(net->filled.size(), true);
    return 0;
  } catch (const std::bad_alloc&) {
    return fail(net, "out of memory");
  }
}

// The parameter's index, or -1 with an error set.
int32_t checked_parameter(cnnc_net* net, const char* name, const void* values, int64_t count) {
  const Model& model = net->instance->model();
  const int32_t index = find_parameter(model, name);
  if (index < 0) return fail(net, std::string("the model has no parameter ") + (name ? name : "(null)"));
  const int64_t expected = cnnc::element_count(model.parameters[index]);
  if (values && count == expected) return index;
  return fail(net, std::string(name) + ": expected " + std::to_string(expected) + " values");
}

int32_t set_parameter(cnnc_net* net, const char* name, const float* values, int64_t count) {
  const int32_t index = checked_parameter(net, name, values, count);
  if (index < 0) return -1;
  if (answer(net, net->instance->set_parameter(index, values)) < 0) return -1;
  net->filled[static_cast<size_t>(index)] = true;
  return 0;
}

int32_t get_parameter(cnnc_net* net, const char* name, float* values, int64_t count) {
  const int32_t index = checked_parameter(net, name, values, count);
  if (index < 0) return -1;
  return answer(net, net->instance->get_parameter(index, values));
}

int32_t predict(cnnc_net* net, int64_t batch, const cnnc_input* inputs, float* const* outputs) {
  const Model& model = net->instance->model();
  if (batch < 1) return fail(net, "batch must be at least 1");
  if (!inputs || !outputs) return fail(net, "inputs or outputs are null");
  for (size_t i = 0; i < net->filled.size(); i++)
    if (!net->filled[i]) return fail(net, std::string(model.parameters[i].name) + " has no value: load weights first");
  std::vector<cnnc::InputView> views;
  for (int32_t i = 0; i < model.input_count; i++) {
    if (!inputs[i].data) return fail(net, std::string(model.inputs[i].name) + " is null");
    std::string fault = cnnc::index_fault(model.inputs[i], inputs[i].data, batch);
    if (!fault.empty()) return fail(net, std::move(fault));
    const auto layout = inputs[i].hwc ? cnnc::Layout::hwc : cnnc::Layout::chw;
    views.push_back(cnnc::dense_view(model.inputs[i], inputs[i].data, layout));
  }
  return answer(net, net->instance->infer(batch, views.data(), outputs));
}

const char* error_of(const cnnc_net* net) { return net->error.c_str(); }

}  // namespace

namespace cnnc {

extern const cnnc_api c_api;  // what the library's one function gives
const cnnc_api c_api = {
    CNNC_API_VERSION, cnnc::named_models, model_name, model_hash, create, destroy,
    load,             set_parameter,      get_parameter, predict, error_of,
};

}  // namespace cnnc
