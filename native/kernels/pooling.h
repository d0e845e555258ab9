// What pooling and its gradient agree on.
#pragma once
#include "../tensor/window.h"

namespace cnnc::CNNC_ISA {

// average divides by the pixels inside the image, average_with_pad also counts those in the padding.
enum class Pooling { max, sum, average, average_with_pad };

// In place of the tensor that keeps which tap of each window was the maximum.
struct NoIndex {
  using type = uint8_t;
};
// A byte counts 256 taps, a float 2^24.
template <class Index, int Taps>
constexpr bool fits_index = Taps <= 256 || sizeof(typename Index::type) == 4;
template <class Index>
constexpr bool keeps = !__is_same(Index, NoIndex);

// Whether every window lies inside an axis of `size`.
constexpr bool all_inside(int taps, int stride, int pad, int dilation, int size, int count) {
  return pad == 0 && (count - 1) * stride + (taps - 1) * dilation < size;
}

template <Window k, int H, int W, int P, int Q>
constexpr bool all_windows_inside = all_inside(k.kh, k.sh, k.ph, k.dh, H, P) && all_inside(k.kw, k.sw, k.pw, k.dw, W, Q);

struct Pixel {
  int h, w;
  CNNC_INLINE bool within(int height, int width) const { return h >= 0 && h < height && w >= 0 && w < width; }
};

// The pixel that a tap of window (p, q) is. Of a window without a maximum, for want of pixels or of numbers, an index names the first tap,
// which may be outside.
template <Window k>
CNNC_INLINE Pixel pixel_of(int p, int q, int tap) {
  return {p * k.sh - k.ph + tap / k.kw * k.dh, q * k.sw - k.pw + tap % k.kw * k.dw};
}

// The taps of window p that an average counts along one axis.
template <Pooling how>
constexpr int counted(int p, int taps, int stride, int pad, int after, int dilation, int size) {
  bool padded = how == Pooling::average_with_pad;
  Range r = taps_inside(p * stride - (padded ? 0 : pad), taps, dilation, padded ? size + pad + after : size);
  return r.end - r.begin;
}

// One over the pixels that window (p, q) averages; 0 of none. A sum takes them as they are.
template <Pooling how, Window k, int H, int W, int P, int Q>
CNNC_INLINE float share(int p, int q) {
  if constexpr (how == Pooling::sum) {
    return 1.f;
  } else if constexpr (all_windows_inside<k, H, W, P, Q>) {
    return 1.f / (k.kh * k.kw);
  } else {
    int pixels = counted<how>(p, k.kh, k.sh, k.ph, k.bottom, k.dh, H) * counted<how>(q, k.kw, k.sw, k.pw, k.right, k.dw, W);
    return pixels > 0 ? 1.f / float(pixels) : 0.f;
  }
}

}  // namespace cnnc::CNNC_ISA
