// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3, 2011), one block a lane.
#pragma once
#include "../simd/simd.h"

namespace cnnc::CNNC_ISA {

template <class V>
struct PhiloxBlock {
  typename V::u32 word[4];
};

// Ten rounds over the counter; the key is the same in all lanes.
template <class V>
CNNC_INLINE PhiloxBlock<V> philox(PhiloxBlock<V> counter, uint32_t key0, uint32_t key1) {
  using U = typename V::u32;
  U a = counter.word[0], b = counter.word[1], c = counter.word[2], d = counter.word[3];
  const U first(0xD2511F53), second(0xCD9E8D57);
  CNNC_ROLLED for (int round = 0; round < 10; round++) {
    U high0 = mulhi(first, a), low0 = first * a, high1 = mulhi(second, c), low1 = second * c;
    a = high1 ^ b ^ U(key0), b = low1, c = high0 ^ d ^ U(key1), d = low0;
    key0 += 0x9E3779B9, key1 += 0xBB67AE85;
  }
  return {{a, b, c, d}};
}

// A number of [0, 1) for each lane, which depends on nothing but its arguments.
template <class V>
CNNC_INLINE V uniform(uint64_t seed, uint32_t stream, uint64_t step, long sample, typename V::u32 index) {
  using U = typename V::u32;
  PhiloxBlock<V> block{{index >> 2, U(uint32_t(sample)), U(uint32_t(step)), U(uint32_t(step >> 32))}};
  block = philox<V>(block, uint32_t(seed), uint32_t(seed >> 32) ^ stream);
  U which = index & U(3);
  U word = select(which == U(0), block.word[0], block.word[1]);
  word = select(which == U(2), block.word[2], word);
  word = select(which == U(3), block.word[3], word);
  return to_f32(word >> 8) * V(0x1p-24f);
}

}  // namespace cnnc::CNNC_ISA
