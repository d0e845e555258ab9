/*
 * Calling a compiled model from C, C++ or anything that can call C, without Node.
 *
 * A library exports one function, named for the model by the build (for example
 * lenet_cnnc_api), which gives this table; the generated header NAME.h wraps it in typed functions.
 * Only that name is visible, so libraries of several models can be linked into one program.
 */
#ifndef CNNC_C_API_H
#define CNNC_C_API_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A loaded model. One net is for one thread at a time; several nets may run at the same time. */
typedef struct cnnc_net cnnc_net;

/* One input of a batch: `batch` samples, one after the other, in the element type of the model. */
typedef struct cnnc_input {
  const void* data;
  int32_t hwc; /* 0: each sample is C,H,W, as declared; 1: H,W,C, as picture decoders yield it */
} cnnc_input;

enum { CNNC_API_VERSION = 1 };

/* Functions that return int32_t give 0, or -1 with a text from `error`. */
typedef struct cnnc_api {
  int32_t version; /* CNNC_API_VERSION */

  int32_t (*model_count)(void);
  const char* (*model_name)(int32_t index);
  /* Of source and compiler. */
  const char* (*model_hash)(int32_t index);

  /* Null: *error (which may be null) tells why; its text lives forever. threads: 1 to 256. */
  cnnc_net* (*create)(const char* model, int32_t threads, const char** error);
  void (*destroy)(cnnc_net* net);

  /* All weights from a safetensors file; nothing is changed unless every tensor is there, fits and is finite. */
  int32_t (*load)(cnnc_net* net, const char* path);
  /* One weight by its name, row-major in PyTorch's order. */
  int32_t (*set_parameter)(cnnc_net* net, const char* name, const float* values, int64_t count);
  int32_t (*get_parameter)(cnnc_net* net, const char* name, float* values, int64_t count);

  /*
   * inputs and outputs in the order of the model; an output that is null is not computed for the caller. Tokens are
   * int32_t; one outside the vocabulary is an error, and nothing is computed.
   */
  int32_t (*predict)(cnnc_net* net, int64_t batch, const cnnc_input* inputs, float* const* outputs);

  /* What went wrong in the latest call that failed; lives until the next call on this net. */
  const char* (*error)(const cnnc_net* net);
} cnnc_api;

#ifdef __cplusplus
}
#endif

#endif
