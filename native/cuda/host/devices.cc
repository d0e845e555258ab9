#include "devices.h"

#include <cstdlib>
#include <string>

#include "device-memory.h"

namespace cnnc {
namespace {

// Kernels are compiled for compute capability 8.0 and what comes after.
constexpr int least_major = 8;

// `13.0`, of 13000.
std::string version(int number) { return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10); }

// The runtime finds the driver when it is first asked something.
Error driver_error() {
  int driver = 0;
  cudaDriverGetVersion(&driver);
  cudaGetLastError();
  const std::string needed = "NVIDIA's driver for CUDA " + version(CUDART_VERSION) + " or later";
  if (driver == 0) return device_error("this machine has no CUDA driver: it needs " + needed);
  return device_error("the CUDA driver is too old: it knows CUDA " + version(driver) + ", this addon needs " + needed);
}

Error count_devices(int* count) {
  switch (const cudaError_t error = cudaGetDeviceCount(count); error) {
    case cudaSuccess: return nullptr;
    case cudaErrorNoDevice: cudaGetLastError(); return device_error("this machine has no CUDA device");
    case cudaErrorInsufficientDriver: return driver_error();
    default: return told(error);
  }
}

// The number that CNNC_CUDA_DEVICE says; 0 without it, negative for a word that is no number.
int device_of_environment(const char* wanted) {
  if (!wanted || !*wanted) return 0;
  char* end = nullptr;
  const long device = std::strtol(wanted, &end, 10);
  return *end || device < 0 || device > 1023 ? -1 : int(device);
}

}  // namespace

Error choose_device(int wanted, Device* device) {
  int count = 0;
  if (Error error = count_devices(&count)) return error;
  const char* environment = std::getenv("CNNC_CUDA_DEVICE");
  const int number = wanted == any_device ? device_of_environment(environment) : wanted;
  if (number < 0 || number >= count) {
    const std::string asked = wanted == any_device ? std::string("CNNC_CUDA_DEVICE is ") + environment
                                                   : "there is no CUDA device " + std::to_string(number);
    return device_error(asked + ", but the devices of this machine are " + (count == 1 ? "0" : "0 to " + std::to_string(count - 1)));
  }
  cudaDeviceProp properties{};
  if (Error error = told(cudaGetDeviceProperties(&properties, number))) return error;
  const std::string name = properties.name;
  *device = {number, kept("cuda:" + std::to_string(number) + " " + name)};
  if (properties.major >= least_major) return nullptr;
  return device_error(name + " has compute capability " + std::to_string(properties.major) + "." + std::to_string(properties.minor) +
                      ", but 8.0 is needed");
}

// Whether there is any device: which one, `create` is told.
const char* refusal(const Model&) {
  int count = 0;
  return count_devices(&count).text;
}

}  // namespace cnnc
