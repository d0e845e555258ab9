// Launches of kernels. A kernel is a struct: its members are what it works on, `threads` and `shared_bytes` of a block and
// `blocks()` tell its shape, and operator() is what each thread does.
#pragma once
#ifdef CNNC_EMULATED
#include "emulator/cuda_runtime_api.h"
#else
#include <cuda_runtime_api.h>
#endif

#include "../simd/simd.h"

namespace cnnc::CNNC_ISA {

#ifdef CNNC_EMULATED

template <class Kernel>
void launch(const DeviceCall& call, const Kernel& kernel) {
  const auto body = [](const void* k) { (*static_cast<const Kernel*>(k))(); };
  if (const long blocks = kernel.blocks())
    emulator::enqueue({__PRETTY_FUNCTION__, blocks, Kernel::threads, Kernel::shared_bytes, body, &kernel}, sizeof kernel, call.stream);
}

#else

// How many blocks a multiprocessor must have room for. Where a kernel does not say, the compiler spills some registers when
// that makes room for one more.
template <class Kernel>
constexpr int least_blocks() {
  if constexpr (requires { Kernel::least_blocks; }) return Kernel::least_blocks;
  else return 0;
}

template <class Kernel>
__global__ void __launch_bounds__(Kernel::threads, least_blocks<Kernel>()) run_kernel(const Kernel kernel) {
  kernel();
}

// A launch that fails is told by the capture or the synchronisation that follows.
template <class Kernel>
void launch(const DeviceCall& call, const Kernel& kernel) {
  if constexpr (Kernel::shared_bytes > 48 * 1024)
    cudaFuncSetAttribute(run_kernel<Kernel>, cudaFuncAttributeMaxDynamicSharedMemorySize, Kernel::shared_bytes);
  if (const long blocks = kernel.blocks())
    run_kernel<Kernel><<<unsigned(blocks), Kernel::threads, Kernel::shared_bytes, call.stream>>>(kernel);
}

#endif

}  // namespace cnnc::CNNC_ISA
