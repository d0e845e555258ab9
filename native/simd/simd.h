// The vector types of this instruction set: f32x1 everywhere, f32x4 with NEON, f32x8 with AVX2, f32x16 with AVX-512.
#pragma once
#include "f32x1.h"
#if defined(__AVX2__) && defined(__FMA__)
#include "f32x8.h"
#endif
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#include "f32x16.h"
#endif
#if defined(__aarch64__) && !defined(CNNC_CUDA)
#include "f32x4.h"
#endif
