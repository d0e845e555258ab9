// A picture seen through an affine map that is drawn for each sample.
#pragma once
#include "../../kernels/affine_sample.h"
#include "elements.h"

namespace cnnc::CNNC_ISA {

// Blocks of pixels of one sample, whose map the first thread draws.
template <Fill fill, int H, int W, int C, class X, class Map, class Steps>
struct AffineSample {
  static constexpr int threads = 128, shared_bytes = 6 * int(sizeof(double)), chunks = ceil_div(H * W, threads);
  X x;
  Map map;
  long batch;
  Steps steps;

  long blocks() const { return batch * chunks; }
  CNNC_DEVICE void operator()() const {
    const long n = block_index() / chunks;
    const Shared<double> room = shared_memory<double>(0);
    if (thread_index() == 0) {
      const Affine drawn = map(n);
      const double numbers[] = {drawn.xx, drawn.xy, drawn.x0, drawn.yx, drawn.yy, drawn.y0};
      for (int i = 0; i < 6; i++) room.store(i, numbers[i]);
    }
    sync_block();
    const int pixel = int(block_index() % chunks) * threads + thread_index();
    if (pixel >= H * W) return;
    constexpr double middle_h = (H - 1) / 2., middle_w = (W - 1) / 2.;
    const int h = pixel / W, w = pixel % W;
    const double y = h - middle_h;
    const double first_h = room.load(4) * y + room.load(5) + middle_h - room.load(3) * middle_w;
    const double first_w = room.load(1) * y + room.load(2) + middle_w - room.load(0) * middle_w;
    const Between<f32x1> row = between<f32x1, fill>(first_h, room.load(3), w, H);
    const Between<f32x1> column = between<f32x1, fill>(first_w, room.load(0), w, W);
    const int i = int(row.first[0]), j = int(column.first[0]);
    for (int c = 0; c < C; c++) {
      const auto around = [&](int h, int w) { return filled<f32x1, fill, H, W>(x, At{n, h, w, c}); };
      steps(blend(around(i, j), around(i, j + 1), around(i + 1, j), around(i + 1, j + 1), f32x1(column.share[0]), f32x1(row.share[0])),
            At{n, h, w, c});
    }
  }
};

// y[n,h,w,c] = x between its pixels at the point that map(n) gives for (h, w).
template <Fill fill, int H, int W, int C, class X, class Map, class Steps>
AffineSample<fill, H, W, C, X, Map, Steps> sample_through(X x, const Map& map, long batch, const Steps& steps) {
  return {x, map, batch, steps};
}

}  // namespace cnnc::CNNC_ISA
