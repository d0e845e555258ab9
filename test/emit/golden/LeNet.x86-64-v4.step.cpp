// LeNet, program step, compiled from lenet.cnn by cnnc 0.1.0 for x86-64-v4. Made anew by each build: edit the .cnn file.
// source sha256 0b1cbb5d6d003dbc38311c8a29664326bda9e1fd11feeb775a038d782da179e6
#include "generated.h"

namespace cnnc::CNNC_ISA {

namespace scalars { double LeNet_learning_rate(double step, double total_steps); }

namespace LeNet_step_program {
namespace {

// Bytes of one sample's slice of the arena, and what lies in it.
constexpr long slice = 81280;
using f32_6x28x28_pixel8_t = Tensor<28, 28, 6, 8, 0, 0, float, slice / 4>;
using logits_conv2_gradient_t = Tensor<10, 10, 16, 16, 4, 4, float, slice / 4>;
using logits_tanh2_t = Tensor<10, 10, 16, 16, 0, 0, float, slice / 4>;
using f32_6x14x14_pixel8_t = Tensor<14, 14, 6, 8, 0, 0, float, slice / 4>;
using logits_normalize1_t = Tensor<28, 28, 1, 1, 2, 2, float, slice / 4>;
using f32_16x5x5_t = Tensor<5, 5, 16, 16, 0, 0, float, slice / 4>;
using f32_120x1x1_pixel128_t = Tensor<1, 1, 120, 128, 0, 0, float, slice / 4>;
using f32_84x1x1_pixel96_t = Tensor<1, 1, 84, 96, 0, 0, float, slice / 4>;
using f32_10x1x1_pixel16_t = Tensor<1, 1, 10, 16, 0, 0, float, slice / 4>;

// lenet.cnn:5: input image: u8[1, 28, 28] -> normalize(mean=[0.286], std=[0.353])
struct logits_normalize1_steps {
  External<uint8_t, 1> from_image;
  logits_normalize1_t to_logits_normalize1;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V logits_normalize1 = fma(from_image.template load<V>(at), V(0.01110926f), V(-0.8101983f));
    logits_normalize1.store(to_logits_normalize1.at(at.n, at.h, at.w, at.c));
    return logits_normalize1;
  }
};

// lenet.cnn:9: conv(6, kernel=5, pad=2) -> tanh -> avg_pool(2)
struct logits_avg_pool1_before_pool {
  const float* from_logits_conv1_bias;
  f32_6x28x28_pixel8_t to_logits_tanh1;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V logits_conv1 = core + V::load(from_logits_conv1_bias + at.c);
    const V logits_tanh1 = tanh(logits_conv1);
    logits_tanh1.store(to_logits_tanh1.at(at.n, at.h, at.w, at.c));
    return logits_tanh1;
  }
};

// lenet.cnn:9: conv(6, kernel=5, pad=2) -> tanh -> avg_pool(2); 1 more in line 10
struct value_6x14x14_steps {
  f32_6x14x14_pixel8_t to_a_value;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V a_value = core;
    a_value.store(to_a_value.at(at.n, at.h, at.w, at.c));
    return a_value;
  }
};

// lenet.cnn:10: conv(16, kernel=5) -> tanh -> avg_pool(2)
struct logits_avg_pool2_before_pool {
  const float* from_logits_conv2_bias;
  logits_tanh2_t to_logits_tanh2;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V logits_conv2 = core + V::load(from_logits_conv2_bias + at.c);
    const V logits_tanh2 = tanh(logits_conv2);
    logits_tanh2.store(to_logits_tanh2.at(at.n, at.h, at.w, at.c));
    return logits_tanh2;
  }
};

// lenet.cnn:10: conv(16, kernel=5) -> tanh -> avg_pool(2); 1 more in line 12
struct value_16x5x5_steps {
  f32_16x5x5_t to_a_value;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V a_value = core;
    a_value.store(to_a_value.at(at.n, at.h, at.w, at.c));
    return a_value;
  }
};

// lenet.cnn:12: dense(120) -> tanh -> dropout(0.25)
struct logits_dropout1_steps {
  const float* from_logits_dense1_bias;
  f32_120x1x1_pixel128_t to_logits_tanh3;
  uint64_t seed;
  uint64_t step;
  int64_t first;
  uint32_t stream_logits_dropout1;
  f32_120x1x1_pixel128_t to_logits_dropout1;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V logits_dense1 = core + V::load(from_logits_dense1_bias + at.c);
    const V logits_tanh3 = tanh(logits_dense1);
    logits_tanh3.store(to_logits_tanh3.at(at.n, at.h, at.w, at.c));
    const V logits_dropout1 = select(V(0.25f) > uniform<V>(seed, stream_logits_dropout1, step, first + at.n, element<V, 1, 1>(at)), V(0.f), logits_tanh3 * V(1.3333334f));
    logits_dropout1.store(to_logits_dropout1.at(at.n, at.h, at.w, at.c));
    return logits_dropout1;
  }
};

// lenet.cnn:13: dense(84) -> tanh
struct logits_tanh4_steps {
  const float* from_logits_dense2_bias;
  f32_84x1x1_pixel96_t to_logits_tanh4;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V logits_dense2 = core + V::load(from_logits_dense2_bias + at.c);
    const V logits_tanh4 = tanh(logits_dense2);
    logits_tanh4.store(to_logits_tanh4.at(at.n, at.h, at.w, at.c));
    return logits_tanh4;
  }
};

// lenet.cnn:14: dense(10)
struct logits_dense3_steps {
  const float* from_logits_dense3_bias;
  f32_10x1x1_pixel16_t to_logits_dense3;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V logits_dense3 = core + V::load(from_logits_dense3_bias + at.c);
    logits_dense3.store(to_logits_dense3.at(at.n, at.h, at.w, at.c));
    return logits_dense3;
  }
};

// lenet.cnn:21: gradient of cross_entropy(logits, clothing)
struct loss_cross_entropy_gradient_steps {
  float inverse_batch;
  float* to_loss_cross_entropy_gradient;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V loss_cross_entropy_gradient = V(inverse_batch);
    loss_cross_entropy_gradient.store(to_loss_cross_entropy_gradient + at.n);
    return loss_cross_entropy_gradient;
  }
};

// lenet.cnn:21: gradient of cross_entropy(logits, clothing)
struct logits_dense3_gradient_steps {
  f32_10x1x1_pixel16_t to_logits_dense3_gradient;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V logits_dense3_gradient = core;
    logits_dense3_gradient.store(to_logits_dense3_gradient.at(at.n, at.h, at.w, at.c));
    return logits_dense3_gradient;
  }
};

// lenet.cnn:14: gradient of dense(10) -> gradient of tanh
struct logits_dense2_gradient_steps {
  f32_84x1x1_pixel96_t from_logits_tanh4;
  f32_84x1x1_pixel96_t to_logits_dense2_gradient;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V logits_dense2_gradient = core * (V(1.f) - V::load(from_logits_tanh4.at(at.n, 0, 0, at.c)) * V::load(from_logits_tanh4.at(at.n, 0, 0, at.c)));
    logits_dense2_gradient.store(to_logits_dense2_gradient.at(at.n, at.h, at.w, at.c));
    return logits_dense2_gradient;
  }
};

// lenet.cnn:13: gradient of dense(84) -> gradient of dropout(0.25) -> gradient of tanh
struct logits_dense1_gradient_steps {
  uint64_t seed;
  uint64_t step;
  int64_t first;
  uint32_t stream_logits_dropout1;
  f32_120x1x1_pixel128_t from_logits_tanh3;
  f32_120x1x1_pixel128_t to_logits_dense1_gradient;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V logits_tanh3_gradient = select(V(0.25f) > uniform<V>(seed, stream_logits_dropout1, step, first + at.n, element<V, 1, 1>(at)), V(0.f), core * V(1.3333334f));
    const V logits_dense1_gradient = logits_tanh3_gradient * (V(1.f) - V::load(from_logits_tanh3.at(at.n, 0, 0, at.c)) * V::load(from_logits_tanh3.at(at.n, 0, 0, at.c)));
    logits_dense1_gradient.store(to_logits_dense1_gradient.at(at.n, at.h, at.w, at.c));
    return logits_dense1_gradient;
  }
};

// lenet.cnn:10: gradient of avg_pool(2) -> gradient of tanh
struct logits_conv2_gradient_steps {
  logits_tanh2_t from_logits_tanh2;
  logits_conv2_gradient_t to_logits_conv2_gradient;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V logits_conv2_gradient = core * (V(1.f) - V::load(from_logits_tanh2.at(at.n, at.h, at.w, at.c)) * V::load(from_logits_tanh2.at(at.n, at.h, at.w, at.c)));
    logits_conv2_gradient.store(to_logits_conv2_gradient.at(at.n, at.h, at.w, at.c));
    return logits_conv2_gradient;
  }
};

// lenet.cnn:9: gradient of avg_pool(2) -> gradient of tanh
struct logits_conv1_gradient_steps {
  f32_6x28x28_pixel8_t from_logits_tanh1;
  f32_6x28x28_pixel8_t to_logits_conv1_gradient;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V logits_conv1_gradient = core * (V(1.f) - V::load(from_logits_tanh1.at(at.n, at.h, at.w, at.c)) * V::load(from_logits_tanh1.at(at.n, at.h, at.w, at.c)));
    logits_conv1_gradient.store(to_logits_conv1_gradient.at(at.n, at.h, at.w, at.c));
    return logits_conv1_gradient;
  }
};

// How a parameter moves.
struct update {
  float *weights, *velocitys;
  const float* gradients;
  float scalar_0;
  template <class V>
  CNNC_INLINE void operator()(V, long i) const { move(V::load(gradients + i), i); }
  template <class V>
  CNNC_INLINE void move(V gradient, long i) const {
    V weight = V::load(weights + i), velocity = V::load(velocitys + i);
    velocity = fma(velocity, V(0.9f), gradient + weight * V(0.0005f));
    weight = weight - V(scalar_0) * velocity;
    velocity.store(velocitys + i);
    weight.store(weights + i);
  }
};

struct Program {
  const Call& call;
  const Memory memory{call, 104960, 3};
  const External<uint8_t, 1> input_image{call.inputs[0]};
  const int32_t* const target_clothing_target = call.targets[0];
  const f32_6x28x28_pixel8_t logits_tanh1{memory.in_slice<float>(0)};  // f32[6, 28, 28]
  const f32_6x28x28_pixel8_t logits_conv1_gradient{memory.in_slice<float>(25088)};  // f32[6, 28, 28]
  const logits_conv2_gradient_t logits_conv2_gradient{memory.in_slice<float>(50176)};  // f32[16, 10, 10]
  const logits_tanh2_t logits_tanh2{memory.in_slice<float>(25088)};  // f32[16, 10, 10]
  const f32_6x14x14_pixel8_t logits_avg_pool1{memory.in_slice<float>(61696)};  // f32[6, 14, 14]
  const f32_6x14x14_pixel8_t logits_avg_pool1_gradient{memory.in_slice<float>(67968)};  // f32[6, 14, 14]
  const logits_normalize1_t logits_normalize1{memory.in_slice<float>(74240)};  // f32[1, 28, 28]
  const f32_16x5x5_t logits_avg_pool2{memory.in_slice<float>(77824)};  // f32[16, 5, 5]
  const f32_16x5x5_t logits_avg_pool2_gradient{memory.in_slice<float>(31488)};  // f32[16, 5, 5]
  const f32_120x1x1_pixel128_t logits_tanh3{memory.in_slice<float>(31488)};  // f32[120]
  const f32_120x1x1_pixel128_t logits_dropout1{memory.in_slice<float>(79424)};  // f32[120]
  const f32_120x1x1_pixel128_t logits_dense1_gradient{memory.in_slice<float>(79936)};  // f32[120]
  const f32_84x1x1_pixel96_t logits_tanh4{memory.in_slice<float>(80448)};  // f32[84]
  const f32_84x1x1_pixel96_t logits_dense2_gradient{memory.in_slice<float>(80832)};  // f32[84]
  const f32_10x1x1_pixel16_t logits_dense3{memory.in_slice<float>(32000)};  // f32[10]
  const f32_10x1x1_pixel16_t logits_dense3_gradient{memory.in_slice<float>(81216)};  // f32[10]
  float* const loss_cross_entropy = memory.per_sample(0);
  float* const loss_cross_entropy_hits = memory.per_sample(1);
  float* const loss_cross_entropy_gradient = memory.per_sample(2);

  // lenet.cnn:5: input image: u8[1, 28, 28] -> normalize(mean=[0.286], std=[0.353])
  void compute_logits_normalize1(long n0, long n1) const {
    for (long n = n0; n < n1; n++) {
      clear_halo(logits_normalize1, n, 0, 28);
      map_columns<f32x16>(
          logits_normalize1, n, 0, 28, logits_normalize1_steps{input_image, logits_normalize1});
    }
  }

  // lenet.cnn:9: conv(6, kernel=5, pad=2) -> tanh -> avg_pool(2)
  void compute_logits_avg_pool1(long n0, long n1) const {
    for (long n = n0; n < n1; n++) {
      conv_pool<f32x8, logits_normalize1_t, Window{5, 5, 1, 1, 2, 2, 1, 1}, 6, 1, 28, 28, Tile{14, 1}, Pooling::average, Window{2, 2, 2, 2, 0, 0, 1, 1}, 14, 14, true>(
          logits_normalize1, call.parameters + 0, n, 0, 14, logits_avg_pool1_before_pool{call.parameters + 208, logits_tanh1}, value_6x14x14_steps{logits_avg_pool1});
    }
  }

  // lenet.cnn:10: conv(16, kernel=5) -> tanh -> avg_pool(2)
  void compute_logits_avg_pool2(long n0, long n1) const {
    for (long n = n0; n < n1; n++) {
      conv_pool<f32x16, f32_6x14x14_pixel8_t, Window{5, 5, 1, 1, 0, 0, 1, 1}, 16, 1, 10, 10, Tile{10, 1}, Pooling::average, Window{2, 2, 2, 2, 0, 0, 1, 1}, 5, 5, true>(
          logits_avg_pool1, call.parameters + 224, n, 0, 5, logits_avg_pool2_before_pool{call.parameters + 2624, logits_tanh2}, value_16x5x5_steps{logits_avg_pool2});
    }
  }

  // lenet.cnn:12: dense(120) -> tanh -> dropout(0.25)
  void compute_logits_dropout1(long n0, long n1) const {
    dense<f32x16, f32_16x5x5_t, 120, Tile{8, 2}>(
        logits_avg_pool2, call.parameters + 2640, n0, n1, 0, dense_blocks<f32x16, 120, Tile{8, 2}>, logits_dropout1_steps{call.parameters + 53840, logits_tanh3, call.seed, call.step, call.first, 0xc1349557u, logits_dropout1});
  }

  // lenet.cnn:13: dense(84) -> tanh
  void compute_logits_tanh4(long n0, long n1) const {
    dense<f32x16, f32_120x1x1_pixel128_t, 84, Tile{8, 3}>(
        logits_dropout1, call.parameters + 53968, n0, n1, 0, dense_blocks<f32x16, 84, Tile{8, 3}>, logits_tanh4_steps{call.parameters + 65488, logits_tanh4});
  }

  // lenet.cnn:14: dense(10)
  void compute_logits_dense3(long n0, long n1) const {
    dense<f32x16, f32_84x1x1_pixel96_t, 10, Tile{8, 1}>(
        logits_tanh4, call.parameters + 65584, n0, n1, 0, dense_blocks<f32x16, 10, Tile{8, 1}>, logits_dense3_steps{call.parameters + 66928, logits_dense3});
  }

  // lenet.cnn:21: cross_entropy(logits, clothing)
  void compute_loss_cross_entropy(long n0, long n1) const {
    for (long n = n0; n < n1; n++) {
      cross_entropy<f32x16>(
          logits_dense3, target_clothing_target, n, loss_cross_entropy);
    }
  }

  // lenet.cnn:21: cross_entropy(logits, clothing)
  void compute_loss_cross_entropy_hits(long n0, long n1) const {
    for (long n = n0; n < n1; n++) {
      class_hits<f32x16>(
          logits_dense3, target_clothing_target, n, loss_cross_entropy_hits);
    }
  }

  // lenet.cnn:21: gradient of cross_entropy(logits, clothing)
  void compute_loss_cross_entropy_gradient(long n0, long n1) const {
    for (long n = n0; n < n1; n++) {
      map<f32x1, Tensor<1, 1, 1>>(
          n, 0, 1, loss_cross_entropy_gradient_steps{1.f / float(call.batch), loss_cross_entropy_gradient});
    }
  }

  // lenet.cnn:21: gradient of cross_entropy(logits, clothing)
  void compute_logits_dense3_gradient(long n0, long n1) const {
    for (long n = n0; n < n1; n++) {
      cross_entropy_grad<f32x16>(
          logits_dense3, target_clothing_target, loss_cross_entropy_gradient, n, 0, 1, logits_dense3_gradient_steps{logits_dense3_gradient});
    }
  }

  // lenet.cnn:14: gradient of dense(10) -> gradient of tanh
  void compute_logits_dense2_gradient(long n0, long n1) const {
    dense_data<f32x16, Tensor<1, 1, 84>, f32x16, 10, 1, Tile{6, 4}>(
        logits_dense3_gradient, call.parameters + 65584, n0, n1, 0, dense_data_blocks<f32x16, Tensor<1, 1, 84>, Tile{6, 4}>, logits_dense2_gradient_steps{logits_tanh4, logits_dense2_gradient});
  }

  // lenet.cnn:13: gradient of dense(84) -> gradient of dropout(0.25) -> gradient of tanh
  void compute_logits_dense1_gradient(long n0, long n1) const {
    dense_data<f32x16, Tensor<1, 1, 120>, f32x16, 84, 3, Tile{6, 4}>(
        logits_dense2_gradient, call.parameters + 53968, n0, n1, 0, dense_data_blocks<f32x16, Tensor<1, 1, 120>, Tile{6, 4}>, logits_dense1_gradient_steps{call.seed, call.step, call.first, 0xc1349557u, logits_tanh3, logits_dense1_gradient});
  }

  // lenet.cnn:12: gradient of dense(120)
  void compute_logits_avg_pool2_gradient(long n0, long n1) const {
    dense_data<f32x16, Tensor<5, 5, 16>, f32x16, 120, 2, Tile{6, 1}>(
        logits_dense1_gradient, call.parameters + 2640, n0, n1, 0, dense_data_blocks<f32x16, Tensor<5, 5, 16>, Tile{6, 1}>, value_16x5x5_steps{logits_avg_pool2_gradient});
  }

  // lenet.cnn:10: gradient of avg_pool(2) -> gradient of tanh
  void compute_logits_conv2_gradient(long n0, long n1) const {
    for (long n = n0; n < n1; n++) {
      clear_halo(logits_conv2_gradient, n, 0, 10);
      pool_grad<f32x16, f32_16x5x5_t, Pooling::average, Window{2, 2, 2, 2, 0, 0, 1, 1}, 10, 10>(
          logits_avg_pool2_gradient, NoIndex{}, n, 0, 10, logits_conv2_gradient_steps{logits_tanh2, logits_conv2_gradient});
    }
  }

  // lenet.cnn:10: gradient of conv(16, kernel=5)
  void compute_logits_avg_pool1_gradient(long n0, long n1) const {
    for (long n = n0; n < n1; n++) {
      conv_data<f32x8, logits_conv2_gradient_t, Window{5, 5, 1, 1, 0, 0, 1, 1}, 6, 1, 14, 14, Tile{14, 1}>(
          logits_conv2_gradient, memory.at(92160), n, 0, 14, value_6x14x14_steps{logits_avg_pool1_gradient});
    }
  }

  // lenet.cnn:9: gradient of avg_pool(2) -> gradient of tanh
  void compute_logits_conv1_gradient(long n0, long n1) const {
    for (long n = n0; n < n1; n++) {
      pool_grad<f32x8, f32_6x14x14_pixel8_t, Pooling::average, Window{2, 2, 2, 2, 0, 0, 1, 1}, 28, 28>(
          logits_avg_pool1_gradient, NoIndex{}, n, 0, 28, logits_conv1_gradient_steps{logits_tanh1, logits_conv1_gradient});
    }
  }

  void run() const {
    // Weights in the order, and the form, in which kernels read them.
    for_jobs(call,
      // lenet.cnn:10: gradient of conv(16, kernel=5)
      Job{1, [&](long block) {
        transpose_conv<16, Tile{1, 1}, 8, Tile{14, 1}, 16, 6, 5, 5, 1>(call.parameters + 224, memory.at(92160), int(block));
      }});

    for_samples<8>(call, [&](long n0, long n1) {
      compute_logits_normalize1(n0, n1);  // lenet.cnn:5: input image: u8[1, 28, 28] -> normalize(mean=[0.286], std=[0.353])
      compute_logits_avg_pool1(n0, n1);  // lenet.cnn:9: conv(6, kernel=5, pad=2) -> tanh -> avg_pool(2)
      compute_logits_avg_pool2(n0, n1);  // lenet.cnn:10: conv(16, kernel=5) -> tanh -> avg_pool(2)
      compute_logits_dropout1(n0, n1);  // lenet.cnn:12: dense(120) -> tanh -> dropout(0.25)
      compute_logits_tanh4(n0, n1);  // lenet.cnn:13: dense(84) -> tanh
      compute_logits_dense3(n0, n1);  // lenet.cnn:14: dense(10)
      compute_loss_cross_entropy(n0, n1);  // lenet.cnn:21: cross_entropy(logits, clothing)
      compute_loss_cross_entropy_hits(n0, n1);  // lenet.cnn:21: cross_entropy(logits, clothing)
      compute_loss_cross_entropy_gradient(n0, n1);  // lenet.cnn:21: gradient of cross_entropy(logits, clothing)
      compute_logits_dense3_gradient(n0, n1);  // lenet.cnn:21: gradient of cross_entropy(logits, clothing)
      compute_logits_dense2_gradient(n0, n1);  // lenet.cnn:14: gradient of dense(10) -> gradient of tanh
      compute_logits_dense1_gradient(n0, n1);  // lenet.cnn:13: gradient of dense(84) -> gradient of dropout(0.25) -> gradient of tanh
      compute_logits_avg_pool2_gradient(n0, n1);  // lenet.cnn:12: gradient of dense(120)
      compute_logits_conv2_gradient(n0, n1);  // lenet.cnn:10: gradient of avg_pool(2) -> gradient of tanh
      compute_logits_avg_pool1_gradient(n0, n1);  // lenet.cnn:10: gradient of conv(16, kernel=5)
      compute_logits_conv1_gradient(n0, n1);  // lenet.cnn:9: gradient of avg_pool(2) -> gradient of tanh
    });

    // Sums over parts of the batch, added in order.
    for_jobs(call,
      // lenet.cnn:14: gradient of dense(10)
      Job{8, [&](long unit) {
        const auto [part, tile] = part_and_tile(unit, 1);
        const auto [n0, n1] = chunk(call.batch, 8, part);
        channel_sum<f32x16>(logits_dense3_gradient, n0, n1, memory.at(0) + part * 16);
      }},
      // lenet.cnn:14: gradient of dense(10)
      Job{dense_weights_units<f32x16, f32_84x1x1_pixel96_t, 10, Tile{30, 1}>(), [&](long unit) {
        dense_weights<f32x16, f32_84x1x1_pixel96_t, 10, Tile{30, 1}>(logits_tanh4, logits_dense3_gradient, call.batch, int(unit), call.gradients + 65584);
      }},
      // lenet.cnn:13: gradient of dense(84)
      Job{8, [&](long unit) {
        const auto [part, tile] = part_and_tile(unit, 1);
        const auto [n0, n1] = chunk(call.batch, 8, part);
        channel_sum<f32x16>(logits_dense2_gradient, n0, n1, memory.at(512) + part * 96);
      }},
      // lenet.cnn:13: gradient of dense(84)
      Job{dense_weights_units<f32x16, f32_120x1x1_pixel128_t, 84, Tile{9, 3}>(), [&](long unit) {
        dense_weights<f32x16, f32_120x1x1_pixel128_t, 84, Tile{9, 3}>(logits_dropout1, logits_dense2_gradient, call.batch, int(unit), call.gradients + 53968);
      }},
      // lenet.cnn:12: gradient of dense(120)
      Job{8, [&](long unit) {
        const auto [part, tile] = part_and_tile(unit, 1);
        const auto [n0, n1] = chunk(call.batch, 8, part);
        channel_sum<f32x16>(logits_dense1_gradient, n0, n1, memory.at(3584) + part * 128);
      }},
      // lenet.cnn:12: gradient of dense(120)
      Job{dense_weights_units<f32x16, f32_16x5x5_t, 120, Tile{14, 2}>(), [&](long unit) {
        dense_weights<f32x16, f32_16x5x5_t, 120, Tile{14, 2}>(logits_avg_pool2, logits_dense1_gradient, call.batch, int(unit), call.gradients + 2640);
      }},
      // lenet.cnn:10: gradient of conv(16, kernel=5)
      Job{8, [&](long unit) {
        const auto [part, tile] = part_and_tile(unit, 1);
        const auto [n0, n1] = chunk(call.batch, 8, part);
        channel_sum<f32x16>(logits_conv2_gradient, n0, n1, memory.at(7680) + part * 16);
      }},
      // lenet.cnn:10: gradient of conv(16, kernel=5)
      Job{8 * conv_weights_units<f32x16, f32_6x14x14_pixel8_t, logits_conv2_gradient_t, Window{5, 5, 1, 1, 0, 0, 1, 1}, 16, 1, Tile{30, 1}>(), [&](long unit) {
        const auto [part, tile] = part_and_tile(unit, conv_weights_units<f32x16, f32_6x14x14_pixel8_t, logits_conv2_gradient_t, Window{5, 5, 1, 1, 0, 0, 1, 1}, 16, 1, Tile{30, 1}>());
        const auto [n0, n1] = chunk(call.batch, 8, part);
        conv_weights<f32x16, f32_6x14x14_pixel8_t, logits_conv2_gradient_t, Window{5, 5, 1, 1, 0, 0, 1, 1}, 16, 1, Tile{30, 1}>(logits_avg_pool1, logits_conv2_gradient, n0, n1, tile, memory.at(8192) + part * 2400);
      }},
      // lenet.cnn:9: gradient of conv(6, kernel=5, pad=2)
      Job{8, [&](long unit) {
        const auto [part, tile] = part_and_tile(unit, 1);
        const auto [n0, n1] = chunk(call.batch, 8, part);
        channel_sum<f32x8>(logits_conv1_gradient, n0, n1, memory.at(84992) + part * 16);
      }},
      // lenet.cnn:9: gradient of conv(6, kernel=5, pad=2)
      Job{8 * conv_weights_units<f32x8, logits_normalize1_t, f32_6x28x28_pixel8_t, Window{5, 5, 1, 1, 2, 2, 1, 1}, 6, 1, Tile{25, 1}>(), [&](long unit) {
        const auto [part, tile] = part_and_tile(unit, conv_weights_units<f32x8, logits_normalize1_t, f32_6x28x28_pixel8_t, Window{5, 5, 1, 1, 2, 2, 1, 1}, 6, 1, Tile{25, 1}>());
        const auto [n0, n1] = chunk(call.batch, 8, part);
        conv_weights<f32x8, logits_normalize1_t, f32_6x28x28_pixel8_t, Window{5, 5, 1, 1, 2, 2, 1, 1}, 6, 1, Tile{25, 1}>(logits_normalize1, logits_conv1_gradient, n0, n1, tile, memory.at(85504) + part * 208);
      }},
      // lenet.cnn:22: sgd(lr=0.05, momentum=0.9, weight_decay=5e-4)
      Job{1, [&](long) {
        call.results[0] = batch_mean(loss_cross_entropy, call.batch);
      }},
      // lenet.cnn:22: sgd(lr=0.05, momentum=0.9, weight_decay=5e-4)
      Job{1, [&](long) {
        call.results[1] = batch_mean(loss_cross_entropy_hits, call.batch);
      }});
    for_jobs(call,
      // lenet.cnn:14: gradient of dense(10)
      Job{1, [&](long) {
        sum_partials<f32x16>(memory.at(0), 8, 16, 0, 16, call.gradients + 66928);
      }},
      // lenet.cnn:13: gradient of dense(84)
      Job{1, [&](long) {
        sum_partials<f32x16>(memory.at(512), 8, 96, 0, 96, call.gradients + 65488);
      }},
      // lenet.cnn:12: gradient of dense(120)
      Job{1, [&](long) {
        sum_partials<f32x16>(memory.at(3584), 8, 128, 0, 128, call.gradients + 53840);
      }},
      // lenet.cnn:10: gradient of conv(16, kernel=5)
      Job{1, [&](long) {
        sum_partials<f32x16>(memory.at(7680), 8, 16, 0, 16, call.gradients + 2624);
      }},
      // lenet.cnn:10: gradient of conv(16, kernel=5)
      Job{1, [&](long) {
        sum_partials<f32x16>(memory.at(8192), 8, 2400, 0, 2400, call.gradients + 224);
      }},
      // lenet.cnn:9: gradient of conv(6, kernel=5, pad=2)
      Job{1, [&](long) {
        sum_partials<f32x8>(memory.at(84992), 8, 16, 0, 8, call.gradients + 208);
      }},
      // lenet.cnn:9: gradient of conv(6, kernel=5, pad=2)
      Job{1, [&](long) {
        sum_partials<f32x8>(memory.at(85504), 8, 208, 0, 200, call.gradients + 0);
      }});

    // lenet.cnn:22: sgd(lr=0.05, momentum=0.9, weight_decay=5e-4)
    const double step = double(call.step);
    const double learning_rate = scalars::LeNet_learning_rate(step, call.total_steps);
    (void)step, (void)learning_rate;
    using namespace scalars;
    const auto move = update{call.parameters, call.state, call.gradients, float(learning_rate)};
    for_ranges<16384>(call, 66944, [&](long i0, long i1) { map_flat<f32x16>(i0, i1, move); });
  }
};

}  // namespace
}  // namespace LeNet_step_program

void LeNet_step(const cnnc::Call& call) { LeNet_step_program::Program{call}.run(); }

}  // namespace cnnc::CNNC_ISA
