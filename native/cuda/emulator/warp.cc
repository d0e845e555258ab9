// What the lanes of a warp do together.
#include <cstring>

#include "block.h"

namespace cnnc::emulator {
namespace {

struct Shuffle {
  void* x;
  int bytes, mask;
  uint64_t given;
};

struct Matrices {
  uint32_t* registers;
  int offset;
  bool transposed;
  uint8_t row[16];
};

struct Product {
  float* c;
  const uint32_t *a, *b;
  float (*element)(uint32_t, int);
  int elements;
};

template <class T>
T& lane_of(void* const* arguments, int lane) {
  return *static_cast<T*>(arguments[lane]);
}

void perform_shuffle(void* const* arguments) {
  for (int l = 0; l < warp_size; l++) {
    Shuffle& own = lane_of<Shuffle>(arguments, l);
    std::memcpy(own.x, &lane_of<Shuffle>(arguments, l ^ own.mask).given, size_t(own.bytes));
  }
}

// Register m of lane l: of matrix m elements 2(l % 4) and 2(l % 4) + 1 of row l / 4; transposed, of column l / 4.
void perform_matrices(void* const* arguments) {
  const auto half = [&](int m, int row, int column) {
    uint16_t x;
    std::memcpy(&x, lane_of<Matrices>(arguments, m * 8 + row).row + 2 * column, 2);
    return x;
  };
  for (int l = 0; l < warp_size; l++) {
    Matrices& own = lane_of<Matrices>(arguments, l);
    for (int m = 0; m < 4; m++) {
      const int i = l / 4, j = l % 4 * 2;
      const uint32_t low = own.transposed ? half(m, j, i) : half(m, i, j);
      const uint32_t high = own.transposed ? half(m, j + 1, i) : half(m, i, j + 1);
      own.registers[m] = low | high << 16;
    }
  }
}

// With g = l / 4, t = l % 4 and E elements in a register (PTX ISA, fragments of mma.m16n8k8 and mma.m16n8k16):
// a[r], element i, is A[g + 8(r % 2)][E·t + i + 4E·(r / 2)], b[r] is B[E·t + i + 4E·r][g],
// c[r] is C[g + 8(r / 2)][2t + r % 2].
void perform_product(void* const* arguments) {
  const int elements = lane_of<Product>(arguments, 0).elements, depth = 8 * elements;
  float a[16][16], b[16][8];
  for (int l = 0; l < warp_size; l++) {
    const Product& own = lane_of<Product>(arguments, l);
    const int g = l / 4, t = l % 4;
    for (int i = 0; i < elements; i++) {
      for (int r = 0; r < 4; r++) a[g + 8 * (r % 2)][elements * t + i + 4 * elements * (r / 2)] = own.element(own.a[r], i);
      for (int r = 0; r < 2; r++) b[elements * t + i + 4 * elements * r][g] = own.element(own.b[r], i);
    }
  }
  for (int l = 0; l < warp_size; l++) {
    const Product& own = lane_of<Product>(arguments, l);
    for (int r = 0; r < 4; r++) {
      const int row = l / 4 + 8 * (r / 2), column = l % 4 * 2 + r % 2;
      float sum = own.c[r];
      for (int k = 0; k < depth; k++) sum += a[row][k] * b[k][column];
      own.c[r] = sum;
    }
  }
}

}  // namespace

void shuffle_xor(void* x, int bytes, int mask) {
  Shuffle own{x, bytes, mask, 0};
  std::memcpy(&own.given, x, size_t(bytes));
  meet("shfl", &own, perform_shuffle);
}

void load_matrices(uint32_t* registers, int offset, bool transposed) {
  Matrices own{registers, offset, transposed, {}};
  load_shared(offset, own.row, 16);
  meet(transposed ? "ldmatrix.trans" : "ldmatrix", &own, perform_matrices);
}

void multiply_add(float* c, const uint32_t* a, const uint32_t* b, float (*element)(uint32_t, int), int elements) {
  Product own{c, a, b, element, elements};
  meet("mma", &own, perform_product);
}

}  // namespace cnnc::emulator
