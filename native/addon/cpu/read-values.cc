#include "read-values.h"

#include <unistd.h>

#include <cerrno>
#include <cmath>

namespace cnnc {

bool read_values(int file, int64_t position, float* values, int64_t count) {
  char* to = reinterpret_cast<char*>(values);
  const int64_t bytes = count * static_cast<int64_t>(sizeof(float));
  for (int64_t done = 0; done < bytes;) {
    const ssize_t got = pread(file, to + done, static_cast<size_t>(bytes - done), position + done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += got;
  }
  return true;
}

// By the bits of the exponents, four at a time: the host is compiled without optimisation.
bool all_finite(const float* values, int64_t count) {
  using Words = uint32_t __attribute__((vector_size(16), aligned(4), may_alias));
  constexpr uint32_t bits = 0x7f800000;
  constexpr Words exponent = {bits, bits, bits, bits};
  Words other = {};
  int64_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const Words word = *reinterpret_cast<const Words*>(values + i) & exponent;
    other |= reinterpret_cast<Words>(word == exponent);
  }
  bool finite = !(other[0] | other[1] | other[2] | other[3]);
  for (; i < count; i++) finite = finite && std::isfinite(values[i]);
  return finite;
}

}  // namespace cnnc
