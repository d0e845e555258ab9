// Convolutions whose groups are too narrow for a product, depthwise ones first of all: a thread for some pixels of a channel.
// Weights are read as they are, and multiplied in f32 exactly.
#pragma once
#include "../launch.h"
#include "conv.h"

namespace cnnc::CNNC_ISA {

// Threads for channels, side by side, of strips of `Pixels` columns of each row.
template <int H, int W, int C, int Pixels>
struct Strips {
  static constexpr int threads = 128, shared_bytes = 0, strips = ceil_div(W, Pixels);
  static constexpr long size = long(H) * strips * C;
  long batch;

  long blocks() const { return (batch * size + threads - 1) / threads; }
  // The first of the strip's pixels; false past the last.
  CNNC_DEVICE bool find(At& at) const {
    const long i = block_index() * threads + thread_index();
    if (i >= batch * size) return false;
    const int rest = int(i % size);
    at = {i / size, rest / (strips * C), rest / C % strips * Pixels, rest % C};
    return true;
  }
  // Behind the sums of a strip: its results.
  template <class Steps>
  CNNC_DEVICE static void put(const Steps& steps, At at, const float (&sums)[Pixels]) {
    CNNC_UNROLL for (int j = 0; j < Pixels; j++)
      if (W % Pixels == 0 || at.w + j < W) steps(f32x1(sums[j]), At{at.n, at.h, at.w + j, at.c});
  }
};

template <class X, Window win, int K, int G, int P, int Q, int Pixels, class Steps>
struct GroupedConv : Strips<P, Q, K, Pixels> {
  X x;
  const float* w;
  Steps steps;

  CNNC_DEVICE void operator()() const {
    constexpr int inputs = X::channels / G;
    At at;
    if (!this->find(at)) return;
    const int channel = at.c / (K / G) * inputs;
    const float* weights = w + long(at.c) * (win.kh * win.kw * inputs);
    float sums[Pixels] = {};
    CNNC_ROLLED for (int r = 0; r < win.kh; r++) {
      const int h = at.h * win.sh + r * win.dh - win.ph;
      if (unsigned(h) >= unsigned(X::height)) continue;
      CNNC_UNROLL_4 for (int s = 0; s < win.kw; s++)
        CNNC_ROLLED for (int c = 0; c < inputs; c++) {
          const float weight = read(weights + (r * win.kw + s) * inputs + c);
          CNNC_UNROLL for (int j = 0; j < Pixels; j++) {
            const int v = (at.w + j) * win.sw + s * win.dw - win.pw;
            if (unsigned(v) < unsigned(X::width))
              sums[j] = __builtin_fmaf(float(read(x.at(at.n, h, v, channel + c))), weight, sums[j]);
          }
        }
    }
    this->put(steps, at, sums);
  }
};

template <class Y, Window win, int C, int G, int H, int W, int Pixels, class Steps>
struct GroupedConvData : Strips<H, W, C, Pixels> {
  Y y;
  const float* w;
  Steps steps;

  CNNC_DEVICE void operator()() const {
    constexpr int inputs = C / G, outputs = Y::channels / G, terms = win.kh * win.kw * inputs;
    At at;
    if (!this->find(at)) return;
    const int first = at.c / inputs * outputs;
    const float* weights = w + long(first) * terms + at.c % inputs;
    float sums[Pixels] = {};
    CNNC_ROLLED for (int r = 0; r < win.kh; r++) {
      const int h = at.h + win.ph - r * win.dh;
      if (h < 0 || h % win.sh != 0 || h / win.sh >= Y::height) continue;
      CNNC_UNROLL_4 for (int s = 0; s < win.kw; s++)
        CNNC_ROLLED for (int k = 0; k < outputs; k++) {
          const float weight = read(weights + long(k) * terms + (r * win.kw + s) * inputs);
          CNNC_UNROLL for (int j = 0; j < Pixels; j++) {
            const int v = at.w + j + win.pw - s * win.dw;
            if (v >= 0 && v % win.sw == 0 && v / win.sw < Y::width)
              sums[j] = __builtin_fmaf(float(read(y.at(at.n, h / win.sh, v / win.sw, first + k))), weight, sums[j]);
          }
        }
    }
    this->put(steps, at, sums);
  }
};

// A thread for each row of taps of an output, and for each part of the rows of all samples: dw of part i goes to dw + i·stride.
template <class X, class Y, Window win, int G, int Parts>
struct GroupedConvWeights {
  static constexpr int inputs = X::channels / G, K = Y::channels, taps = win.kw * inputs, threads = 128, shared_bytes = 0;
  static constexpr int groups_of_threads = ceil_div(K * win.kh, threads);
  X x;
  Y y;
  int batch;
  float* dw;
  long stride;

  long blocks() const { return long(groups_of_threads) * Parts; }
  CNNC_DEVICE void operator()() const {
    const int part = int(block_index() / groups_of_threads);
    const int i = int(block_index() % groups_of_threads) * threads + thread_index(), r = i / K, k = i % K;
    if (r >= win.kh) return;
    float sums[taps] = {};
    const Range rows = part_of(batch * Y::height, Parts, part, 1);
    CNNC_ROLLED for (int row = rows.begin; row < rows.end; row++) add(row / Y::height, row % Y::height, r, k, sums);
    float* to = dw + part * stride + (long(k) * win.kh + r) * taps;
    CNNC_UNROLL for (int t = 0; t < taps; t++) write(to + t, sums[t]);
  }

 private:
  CNNC_DEVICE void add(long n, int p, int r, int k, float (&sums)[taps]) const {
    const int h = p * win.sh + r * win.dh - win.ph, channel = k / (K / G) * inputs;
    if (unsigned(h) >= unsigned(X::height)) return;
    CNNC_ROLLED for (int q = 0; q < Y::width; q++) {
      const float dy = float(read(y.at(n, p, q, k)));
      CNNC_UNROLL for (int t = 0; t < taps; t++) {
        const int v = q * win.sw + t / inputs * win.dw - win.pw;
        if (unsigned(v) < unsigned(X::width))
          sums[t] = __builtin_fmaf(float(read(x.at(n, h, v, channel + t % inputs))), dy, sums[t]);
      }
    }
  }
};

// y[n,k,p,q] = Σ_{r,s,c} x[n,c,p·sh+r·dh-ph,q·sw+s·dw-pw]·w[k,r,s,c], c of the group of k
template <Window win, int K, int G, int P, int Q, int Pixels, class X, class Steps>
auto grouped_conv(X x, const float* w, long batch, const Steps& steps) {
  return GroupedConv<X, win, K, G, P, Q, Pixels, Steps>{{batch}, x, w, steps};
}
// dx[n,c,h,w] = Σ_{r,s,k} dy[n,k,(h+ph-r·dh)/sh,(w+pw-s·dw)/sw]·w[k,r,s,c], k of the group of c, quotients that are whole
template <Window win, int C, int G, int H, int W, int Pixels, class Y, class Steps>
auto grouped_conv_data(Y y, const float* w, long batch, const Steps& steps) {
  return GroupedConvData<Y, win, C, G, H, W, Pixels, Steps>{{batch}, y, w, steps};
}
// dw[k,r,s,c] = Σ_{n,p,q} dy[n,k,p,q]·x[n,c,p·sh+r·dh-ph,q·sw+s·dw-pw]
template <Window win, int G, int Parts, class X, class Y>
auto grouped_conv_weights(X x, Y y, long batch, float* dw, long stride) {
  return GroupedConvWeights<X, Y, win, G, Parts>{x, y, int(batch), dw, stride};
}

}  // namespace cnnc::CNNC_ISA
