// The emulator's matrix instructions against the definitions of the PTX ISA, written out per lane.
#include <cstdio>
#include <vector>

#include "cuda/call.h"
#include "cuda/launch.h"

using namespace cnnc;
using namespace cnnc::cuda;

namespace {

// Element (i, j) of matrix m is the number 64m + 8i + j.
struct LoadsMatrices {
  static constexpr int threads = 32, shared_bytes = 512;
  uint32_t *plain, *transposed;
  long blocks() const { return 1; }
  CNNC_DEVICE void operator()() const {
    const Shared<uint16_t> s = shared_memory<uint16_t>(0);
    const int l = thread_index();
    for (int j = 0; j < 8; j++) s.store(8 * l + j, uint16_t(8 * l + j));
    sync_warp();
    uint32_t r[4], t[4];
    load_matrices(r, s, 8 * l);
    load_matrices_transposed(t, s, 8 * l);
    for (int m = 0; m < 4; m++) write(plain + 4 * l + m, r[m]), write(transposed + 4 * l + m, t[m]);
  }
};

// C = A·B, a whole product of one warp, of small whole numbers: exact in every precision.
template <class T, int Depth>
struct Multiplies {
  static constexpr int threads = 32, shared_bytes = 0;
  float *a, *b, *c;
  long blocks() const { return 1; }
  static uint32_t pack(float low, float high) {
    if constexpr (sizeof(T) == 4) return to_tf32(low);
    else return uint32_t(T(low).bits) | uint32_t(T(high).bits) << 16;
  }
  CNNC_DEVICE void operator()() const {
    constexpr int E = 4 / int(sizeof(T));  // elements in a register
    const int g = thread_index() / 4, t = thread_index() % 4;
    // PTX ISA: a0 (g, t), a1 (g + 8, t), a2 (g, t + 4), a3 (g + 8, t + 4); with 16 bits a register has columns 2t and 2t + 1.
    const auto A = [&](int i, int k) { return read(a + i * Depth + k); };
    const auto B = [&](int k, int j) { return read(b + k * 8 + j); };
    uint32_t ra[4], rb[2];
    for (int r = 0; r < 4; r++) {
      const int i = g + 8 * (r % 2), k = E * t + 4 * E * (r / 2);
      ra[r] = pack(A(i, k), E == 2 ? A(i, k + 1) : 0);
    }
    for (int r = 0; r < 2; r++) {
      const int k = E * t + 4 * E * r;
      rb[r] = pack(B(k, g), E == 2 ? B(k + 1, g) : 0);
    }
    float rc[4] = {1, 1, 1, 1};
    multiply_add<T>(rc, ra, rb);
    for (int r = 0; r < 4; r++) write(c + (g + 8 * (r / 2)) * 8 + 2 * t + r % 2, rc[r]);
  }
};

template <class K>
void run(const K& kernel) {
  DeviceCall call{};
  cudaStreamCreateWithFlags(&call.stream, 0);
  launch(call, kernel);
  if (const cudaError_t error = cudaStreamSynchronize(call.stream)) std::printf("%s\n", cudaGetErrorString(error));
}

template <class T>
T* memory(int count) {
  void* data;
  cudaMalloc(&data, size_t(count) * sizeof(T));
  return static_cast<T*>(data);
}

template <class T, int Depth>
int wrong_products() {
  float *a = memory<float>(16 * Depth), *b = memory<float>(Depth * 8), *c = memory<float>(16 * 8);
  for (int i = 0; i < 16 * Depth; i++) a[i] = float(i * 7 % 11 - 5);
  for (int i = 0; i < Depth * 8; i++) b[i] = float(i * 5 % 13 - 6);
  run(Multiplies<T, Depth>{a, b, c});
  int wrong = 0;
  for (int i = 0; i < 16; i++)
    for (int j = 0; j < 8; j++) {
      float sum = 1;
      for (int k = 0; k < Depth; k++) sum += a[i * Depth + k] * b[k * 8 + j];
      wrong += c[i * 8 + j] != sum;
    }
  return wrong;
}

}  // namespace

int main() {
  uint32_t *plain = memory<uint32_t>(128), *transposed = memory<uint32_t>(128);
  run(LoadsMatrices{plain, transposed});
  int wrong = 0;
  for (uint32_t l = 0; l < 32; l++)
    for (uint32_t m = 0; m < 4; m++) {
      const uint32_t row = l / 4, column = l % 4 * 2, first = 64 * m;
      wrong += plain[4 * l + m] != (first + 8 * row + column | (first + 8 * row + column + 1) << 16);
      wrong += transposed[4 * l + m] != (first + 8 * column + row | (first + 8 * (column + 1) + row) << 16);
    }
  std::printf("ldmatrix: %d wrong\n", wrong);
  std::printf("tf32: %d wrong\n", wrong_products<float, 8>());
  std::printf("f16: %d wrong\n", wrong_products<f16, 16>());
  std::printf("bf16: %d wrong\n", wrong_products<bf16, 16>());
}
