// Tokens and classes: whole numbers that kernels use as addresses, so that none may come from outside its range.
#pragma once
#include <cstdint>
#include <string>

#include "model.h"

namespace cnnc {

// What is wrong with the values of a tensor, `samples` of them one after the other; empty where nothing is.
std::string index_fault(const Tensor& tensor, const void* data, int64_t samples);

}  // namespace cnnc
