// Everything that generated code includes.
#pragma once
#include "addon/model.h"
#include "kernels/activity.h"
#include "kernels/affine_sample.h"
#include "kernels/batch_norm.h"
#include "kernels/channel_norm.h"
#include "kernels/channel_window.h"
#include "kernels/concat.h"
#include "kernels/conv_data.h"
#include "kernels/conv_direct.h"
#include "kernels/conv_grouped.h"
#include "kernels/conv_pool.h"
#include "kernels/conv_weights.h"
#include "kernels/conv_winograd.h"
#include "kernels/cross_entropy.h"
#include "kernels/dense.h"
#include "kernels/embedding.h"
#include "kernels/external.h"
#include "kernels/flatten.h"
#include "kernels/gather.h"
#include "kernels/group_norm.h"
#include "kernels/map.h"
#include "kernels/pack.h"
#include "kernels/pool.h"
#include "kernels/pool_grad.h"
#include "kernels/reduce.h"
#include "kernels/reshape.h"
#include "kernels/softmax.h"
#include "program.h"
#include "random/philox.h"
#include "simd/math.h"

// What is computed once for a step or a sample, in double: learning rates, maps of pictures.
namespace cnnc::CNNC_ISA::scalars {

inline double max(double a, double b) { return a > b ? a : b; }
inline double min(double a, double b) { return a < b ? a : b; }
inline double cos(double x) { return __builtin_cos(x); }
inline double sin(double x) { return __builtin_sin(x); }
inline double exp(double x) { return __builtin_exp(x); }
inline double sqrt(double x) { return __builtin_sqrt(x); }
inline double fma(double a, double b, double c) { return a * b + c; }
inline double select(bool condition, double then, double otherwise) { return condition ? then : otherwise; }

}  // namespace cnnc::CNNC_ISA::scalars
