#include "streams.h"

namespace cnnc {

Error Streams::open() {
  for (cudaStream_t* stream : {&in, &compute, &out})
    if (Error error = told(cudaStreamCreateWithFlags(stream, cudaStreamNonBlocking))) return error;
  return nullptr;
}

void Streams::settle() const {
  for (cudaStream_t stream : {in, compute, out})
    if (stream) cudaStreamSynchronize(stream);
  cudaGetLastError();
}

Streams::~Streams() {
  settle();
  for (cudaStream_t stream : {in, compute, out})
    if (stream) cudaStreamDestroy(stream);
}

}  // namespace cnnc
