// Denormal numbers cost a hundred cycles each and carry nothing a network needs: while kernels run,
// the processor flushes them to zero (FTZ) and reads them as zero (DAZ). The mode is per thread, and
// the caller's thread belongs to somebody else, so it is restored.
#pragma once
#include <cstdint>

namespace cnnc {

#if defined(__x86_64__)
using FloatMode = uint32_t;
constexpr FloatMode flush_bits = 0x8040;  // MXCSR: FTZ is bit 15, DAZ bit 6
inline FloatMode read_float_mode() { return __builtin_ia32_stmxcsr(); }
inline void write_float_mode(FloatMode mode) { __builtin_ia32_ldmxcsr(mode); }
#elif defined(__aarch64__)
using FloatMode = uint64_t;
constexpr FloatMode flush_bits = uint64_t{1} << 24;  // FPCR: FZ
inline FloatMode read_float_mode() {
  FloatMode mode;
  asm volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
}
inline void write_float_mode(FloatMode mode) { asm volatile("msr fpcr, %0" ::"r"(mode)); }
#else
using FloatMode = uint32_t;
constexpr FloatMode flush_bits = 0;
inline FloatMode read_float_mode() { return 0; }
inline void write_float_mode(FloatMode) {}
#endif

class FlushDenormals {
 public:
  FlushDenormals() : before_(read_float_mode()) {
    if ((before_ & flush_bits) != flush_bits) write_float_mode(before_ | flush_bits);
  }
  ~FlushDenormals() {
    if ((before_ & flush_bits) != flush_bits) write_float_mode(before_);
  }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  FloatMode before_;
};

}  // namespace cnnc
