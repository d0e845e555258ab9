// Reading the values of parameters from a file. Not by mapping it: where a mapped file is cut off, looking at it ends the process.
#pragma once
#include <cstdint>

namespace cnnc {

// `count` numbers from a position of an open file, which hold them as this machine does; false: the file has fewer.
[[nodiscard]] bool read_values(int file, int64_t position, float* values, int64_t count);

// Whether none is infinite or no number.
bool all_finite(const float* values, int64_t count);

}  // namespace cnnc
