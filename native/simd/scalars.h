// What is computed once for a step or a sample, in double: learning rates, maps of pictures.
#pragma once
#include "inline.h"

namespace cnnc::CNNC_ISA::scalars {

CNNC_INLINE double max(double a, double b) { return a > b ? a : b; }
CNNC_INLINE double min(double a, double b) { return a < b ? a : b; }
CNNC_INLINE double cos(double x) { return __builtin_cos(x); }
CNNC_INLINE double sin(double x) { return __builtin_sin(x); }
CNNC_INLINE double floor(double x) { return __builtin_floor(x); }
CNNC_INLINE double exp(double x) { return __builtin_exp(x); }
CNNC_INLINE double sqrt(double x) { return __builtin_sqrt(x); }
CNNC_INLINE double fma(double a, double b, double c) { return a * b + c; }
CNNC_INLINE double select(bool condition, double then, double otherwise) { return condition ? then : otherwise; }

}  // namespace cnnc::CNNC_ISA::scalars
