// A number in the memory of the device, where recorded programs find what differs from call to call.
#pragma once
#include "device.h"

namespace cnnc::CNNC_ISA {

template <class T>
struct OnDevice {
  const T* data;
  CNNC_INLINE operator T() const { return read(data); }
};

}  // namespace cnnc::CNNC_ISA
