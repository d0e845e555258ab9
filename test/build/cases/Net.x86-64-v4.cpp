// Net, compiled from net.cnn by cnnc 0.1.0 for x86-64-v4. Made anew by each build: edit the .cnn file.
#include "generated.h"

namespace cnnc::CNNC_ISA {

namespace Net_step_program {
namespace {

struct y_tanh1_steps {
  template <class V>
  CNNC_INLINE V operator()(V core, At at) const {
    return tanh(core + V::load(from_y_conv1_bias + at.c));
  }
};

struct Program {
  const Call& call;

  // net.cnn:5: conv(6, kernel=5, pad=2) -> tanh
  void compute_y_tanh1(long n0, long n1) const {
    for (long n = n0; n < n1; n++) {
      conv_direct<f32x8, x_t, Window{5, 5, 1, 1, 2, 2, 1, 1}, 6, 1, 28, 28, Tile{-14, 1}>(
          x, call.parameters + 0, n, 0, 28, y_tanh1_steps{y_tanh1});
    }
  }

  // net.cnn:6: dense(10)
  void compute_y_dense1(long n0, long n1) const {
    dense<f32x16, y_tanh1_t, 10, Tile{4, 1}>(y_tanh1, call.parameters + 512, n0, n1, y_dense1_steps{y_dense1});
  }

  void run() const {
    for_samples<8>(call, [&](long n0, long n1) {
      compute_y_tanh1(n0, n1);  // net.cnn:5: conv(6, kernel=5, pad=2) -> tanh
      compute_y_dense1(n0, n1);  // net.cnn:6: dense(10)
    });

    for_jobs(call,
      // net.cnn:6: gradient of dense(10)
      Job{8, [&](long unit) {
        channel_sum<f32x16>(y_dense1_gradient, n0, n1, memory.at(0) + part * 16);
      }});
  }
};
