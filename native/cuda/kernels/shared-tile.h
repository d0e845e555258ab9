// Tiles of operands in shared memory, without bank conflicts.
#pragma once
#include "../../tensor/tensor.h"
#include "../device.h"

namespace cnnc::CNNC_ISA {

// Lines of elements that are contiguous in global memory. Elements of a line lie in chunks of 16 bytes; chunk c of line l is
// stored as chunk c ^ twist(l) of the line, so that the same chunk of neighbouring lines lies in different banks. Transposed:
// lines go along the depth of the product, else each is a row or column of it.
template <class T, int Lines, int Elements, bool Transposed>
struct SharedTile {
  static constexpr int lines = Lines, elements = Elements;
  static constexpr int chunk = 16 / int(sizeof(T)), chunks = Elements / chunk, bytes = Lines * Elements * int(sizeof(T));
  static_assert(Elements % chunk == 0 && (chunks & (chunks - 1)) == 0);

  // Eight chunks are all banks. A fragment of 16-bit elements, or one along lines, takes a chunk of eight neighbouring lines; a
  // transposed one of floats takes two neighbouring chunks of four lines.
  static constexpr int twist(int line) {
    if (Transposed && sizeof(T) == 4) return min(chunks, 8) > 2 ? line % (min(chunks, 8) / 2) * 2 : 0;
    return line / ceil_div(8, chunks) % min(chunks, 8);
  }
  // Where element e of a line is, in elements.
  static constexpr CNNC_INLINE int at(int line, int e) {
    return line * Elements + ((e / chunk) ^ twist(line)) * chunk + e % chunk;
  }
};

}  // namespace cnnc::CNNC_ISA
