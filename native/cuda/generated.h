// Everything that generated code for CUDA devices includes.
#pragma once
#include "../kernels/pack.h"
#include "../memory.h"
#include "../random/philox.h"
#include "../simd/math.h"
#include "call.h"
#include "kernels/affine_sample.h"
#include "kernels/channel_sums.h"
#include "kernels/dense.h"
#include "kernels/embedding.h"
#include "kernels/flatten.h"
#include "kernels/grouped.h"
#include "kernels/map.h"
#include "kernels/movement.h"
#include "kernels/narrow.h"
#include "kernels/parameters.h"
#include "kernels/pixels.h"
#include "kernels/pool.h"
#include "kernels/samples.h"
#include "launch.h"
#include "on-device.h"

// What is computed once for a step or a sample, in double: learning rates, maps of pictures.
namespace cnnc::CNNC_ISA::scalars {

CNNC_INLINE double max(double a, double b) { return a > b ? a : b; }
CNNC_INLINE double min(double a, double b) { return a < b ? a : b; }
CNNC_INLINE double cos(double x) { return __builtin_cos(x); }
CNNC_INLINE double sin(double x) { return __builtin_sin(x); }
CNNC_INLINE double exp(double x) { return __builtin_exp(x); }
CNNC_INLINE double sqrt(double x) { return __builtin_sqrt(x); }
CNNC_INLINE double fma(double a, double b, double c) { return a * b + c; }
CNNC_INLINE double select(bool condition, double then, double otherwise) { return condition ? then : otherwise; }

}  // namespace cnnc::CNNC_ISA::scalars
