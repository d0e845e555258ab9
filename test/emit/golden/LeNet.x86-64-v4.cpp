// LeNet, compiled from lenet.cnn by cnnc 0.1.0 for x86-64-v4. Made anew by each build: edit the .cnn file.
// source sha256 0b1cbb5d6d003dbc38311c8a29664326bda9e1fd11feeb775a038d782da179e6
#include "generated.h"

namespace cnnc::CNNC_ISA {

namespace LeNet_model {
namespace {

// Parameters, packed for the kernels that read them.
namespace prepare {
// logits.conv1.weight: f32[6, 1, 5, 5]
constexpr auto pack_0 = pack_conv<8, Tile{1, 1}, 6, 1, 5, 5, 1>;
constexpr auto unpack_0 = unpack_conv<8, Tile{1, 1}, 6, 1, 5, 5, 1>;
// logits.conv1.bias: f32[6]
constexpr auto pack_1 = pack_vector<8, 6>;
constexpr auto unpack_1 = unpack_vector<8, 6>;
// logits.conv2.weight: f32[16, 6, 5, 5]
constexpr auto pack_2 = pack_conv<16, Tile{1, 1}, 16, 6, 5, 5, 1>;
constexpr auto unpack_2 = unpack_conv<16, Tile{1, 1}, 16, 6, 5, 5, 1>;
// logits.conv2.bias: f32[16]
constexpr auto pack_3 = pack_vector<16, 16>;
constexpr auto unpack_3 = unpack_vector<16, 16>;
// logits.dense1.weight: f32[120, 400]
constexpr auto pack_4 = pack_dense<16, Tile{1, 2}, 120, 16, 5, 5>;
constexpr auto unpack_4 = unpack_dense<16, Tile{1, 2}, 120, 16, 5, 5>;
// logits.dense1.bias: f32[120]
constexpr auto pack_5 = pack_vector<16, 120>;
constexpr auto unpack_5 = unpack_vector<16, 120>;
// logits.dense2.weight: f32[84, 120]
constexpr auto pack_6 = pack_dense<16, Tile{1, 3}, 84, 120, 1, 1>;
constexpr auto unpack_6 = unpack_dense<16, Tile{1, 3}, 84, 120, 1, 1>;
// logits.dense2.bias: f32[84]
constexpr auto pack_7 = pack_vector<16, 84>;
constexpr auto unpack_7 = unpack_vector<16, 84>;
// logits.dense3.weight: f32[10, 84]
constexpr auto pack_8 = pack_dense<16, Tile{1, 1}, 10, 84, 1, 1>;
constexpr auto unpack_8 = unpack_dense<16, Tile{1, 1}, 10, 84, 1, 1>;
// logits.dense3.bias: f32[10]
constexpr auto pack_9 = pack_vector<16, 10>;
constexpr auto unpack_9 = unpack_vector<16, 10>;
}  // namespace prepare

constexpr int64_t input_shape_0[] = {1, 28, 28};
const cnnc::Tensor inputs[] = {{"image", cnnc::Type::u8, 3, input_shape_0}};
constexpr int64_t output_shape_0[] = {10};
const cnnc::Tensor outputs[] = {{"clothing", cnnc::Type::f32, 1, output_shape_0}};
constexpr int64_t target_shape_0[] = {1};
const cnnc::Tensor targets[] = {{"clothing", cnnc::Type::i32, 0, target_shape_0, 10}};
constexpr int64_t parameter_shape_0[] = {6, 1, 5, 5};
constexpr int64_t parameter_shape_1[] = {6};
constexpr int64_t parameter_shape_2[] = {16, 6, 5, 5};
constexpr int64_t parameter_shape_3[] = {16};
constexpr int64_t parameter_shape_4[] = {120, 400};
constexpr int64_t parameter_shape_5[] = {120};
constexpr int64_t parameter_shape_6[] = {84, 120};
constexpr int64_t parameter_shape_7[] = {84};
constexpr int64_t parameter_shape_8[] = {10, 84};
constexpr int64_t parameter_shape_9[] = {10};
const cnnc::Parameter parameters[] = {
  {"logits.conv1.weight", 4, parameter_shape_0, 0, prepare::pack_0, prepare::unpack_0},
  {"logits.conv1.bias", 1, parameter_shape_1, 208, prepare::pack_1, prepare::unpack_1},
  {"logits.conv2.weight", 4, parameter_shape_2, 224, prepare::pack_2, prepare::unpack_2},
  {"logits.conv2.bias", 1, parameter_shape_3, 2624, prepare::pack_3, prepare::unpack_3},
  {"logits.dense1.weight", 2, parameter_shape_4, 2640, prepare::pack_4, prepare::unpack_4},
  {"logits.dense1.bias", 1, parameter_shape_5, 53840, prepare::pack_5, prepare::unpack_5},
  {"logits.dense2.weight", 2, parameter_shape_6, 53968, prepare::pack_6, prepare::unpack_6},
  {"logits.dense2.bias", 1, parameter_shape_7, 65488, prepare::pack_7, prepare::unpack_7},
  {"logits.dense3.weight", 2, parameter_shape_8, 65584, prepare::pack_8, prepare::unpack_8},
  {"logits.dense3.bias", 1, parameter_shape_9, 66928, prepare::pack_9, prepare::unpack_9},
};
const char* const metrics[] = {"clothing.accuracy"};

}  // namespace
}  // namespace LeNet_model

namespace LeNet_infer_program {
namespace {

// Bytes of one sample's slice of the arena, and what lies in it.
constexpr long slice = 9856;
using logits_avg_pool1_t = Tensor<14, 14, 6, 8, 0, 0, float, slice / 4>;
using logits_normalize1_t = Tensor<28, 28, 1, 1, 2, 2, float, slice / 4>;
using logits_avg_pool2_t = Tensor<5, 5, 16, 16, 0, 0, float, slice / 4>;
using logits_tanh3_t = Tensor<1, 1, 120, 128, 0, 0, float, slice / 4>;
using logits_tanh4_t = Tensor<1, 1, 84, 96, 0, 0, float, slice / 4>;
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

// lenet.cnn:9: conv(6, kernel=5, pad=2) -> tanh -> avg_pool(2); 1 more in line 10
struct conv_tanh_before_pool {
  const float* from_a_conv_bias;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V a_conv = core + V::load(from_a_conv_bias + at.c);
    const V a_tanh = tanh(a_conv);
    return a_tanh;
  }
};

// lenet.cnn:9: conv(6, kernel=5, pad=2) -> tanh -> avg_pool(2)
struct logits_avg_pool1_steps {
  logits_avg_pool1_t to_logits_avg_pool1;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V logits_avg_pool1 = core;
    logits_avg_pool1.store(to_logits_avg_pool1.at(at.n, at.h, at.w, at.c));
    return logits_avg_pool1;
  }
};

// lenet.cnn:10: conv(16, kernel=5) -> tanh -> avg_pool(2)
struct logits_avg_pool2_steps {
  logits_avg_pool2_t to_logits_avg_pool2;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V logits_avg_pool2 = core;
    logits_avg_pool2.store(to_logits_avg_pool2.at(at.n, at.h, at.w, at.c));
    return logits_avg_pool2;
  }
};

// lenet.cnn:12: dense(120) -> tanh
struct logits_tanh3_steps {
  const float* from_logits_dense1_bias;
  logits_tanh3_t to_logits_tanh3;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V logits_dense1 = core + V::load(from_logits_dense1_bias + at.c);
    const V logits_tanh3 = tanh(logits_dense1);
    logits_tanh3.store(to_logits_tanh3.at(at.n, at.h, at.w, at.c));
    return logits_tanh3;
  }
};

// lenet.cnn:13: dense(84) -> tanh
struct logits_tanh4_steps {
  const float* from_logits_dense2_bias;
  logits_tanh4_t to_logits_tanh4;
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

// lenet.cnn:18: softmax
struct clothing_softmax1_steps {
  f32_10x1x1_pixel16_t to_clothing_softmax1;
  template <class V>
  CNNC_INLINE V operator()([[maybe_unused]] V core, [[maybe_unused]] At at) const {
    const V clothing_softmax1 = core;
    clothing_softmax1.store(to_clothing_softmax1.at(at.n, at.h, at.w, at.c));
    return clothing_softmax1;
  }
};

struct Program {
  const Call& call;
  const Memory memory{call, 0, 0};
  const External<uint8_t, 1> input_image{call.inputs[0]};
  const logits_avg_pool1_t logits_avg_pool1{memory.in_slice<float>(0)};  // f32[6, 14, 14]
  const logits_normalize1_t logits_normalize1{memory.in_slice<float>(6272)};  // f32[1, 28, 28]
  const logits_avg_pool2_t logits_avg_pool2{memory.in_slice<float>(6272)};  // f32[16, 5, 5]
  const logits_tanh3_t logits_tanh3{memory.in_slice<float>(0)};  // f32[120]
  const logits_tanh4_t logits_tanh4{memory.in_slice<float>(512)};  // f32[84]
  const f32_10x1x1_pixel16_t logits_dense3{memory.in_slice<float>(0)};  // f32[10]
  const f32_10x1x1_pixel16_t clothing_softmax1{memory.in_slice<float>(64)};  // f32[10]

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
      conv_pool<f32x8, logits_normalize1_t, Window{5, 5, 1, 1, 2, 2, 1, 1}, 6, 1, 28, 28, Tile{14, 1}, Pooling::average, Window{2, 2, 2, 2, 0, 0, 1, 1}, 14, 14>(
          logits_normalize1, call.parameters + 0, n, 0, 14, conv_tanh_before_pool{call.parameters + 208}, logits_avg_pool1_steps{logits_avg_pool1});
    }
  }

  // lenet.cnn:10: conv(16, kernel=5) -> tanh -> avg_pool(2)
  void compute_logits_avg_pool2(long n0, long n1) const {
    for (long n = n0; n < n1; n++) {
      conv_pool<f32x16, logits_avg_pool1_t, Window{5, 5, 1, 1, 0, 0, 1, 1}, 16, 1, 10, 10, Tile{10, 1}, Pooling::average, Window{2, 2, 2, 2, 0, 0, 1, 1}, 5, 5>(
          logits_avg_pool1, call.parameters + 224, n, 0, 5, conv_tanh_before_pool{call.parameters + 2624}, logits_avg_pool2_steps{logits_avg_pool2});
    }
  }

  // lenet.cnn:12: dense(120) -> tanh
  void compute_logits_tanh3(long n0, long n1) const {
    dense<f32x16, logits_avg_pool2_t, 120, Tile{8, 2}>(
        logits_avg_pool2, call.parameters + 2640, n0, n1, 0, dense_blocks<f32x16, 120, Tile{8, 2}>, logits_tanh3_steps{call.parameters + 53840, logits_tanh3});
  }

  // lenet.cnn:13: dense(84) -> tanh
  void compute_logits_tanh4(long n0, long n1) const {
    dense<f32x16, logits_tanh3_t, 84, Tile{8, 3}>(
        logits_tanh3, call.parameters + 53968, n0, n1, 0, dense_blocks<f32x16, 84, Tile{8, 3}>, logits_tanh4_steps{call.parameters + 65488, logits_tanh4});
  }

  // lenet.cnn:14: dense(10)
  void compute_logits_dense3(long n0, long n1) const {
    dense<f32x16, logits_tanh4_t, 10, Tile{8, 1}>(
        logits_tanh4, call.parameters + 65584, n0, n1, 0, dense_blocks<f32x16, 10, Tile{8, 1}>, logits_dense3_steps{call.parameters + 66928, logits_dense3});
  }

  // lenet.cnn:18: softmax
  void compute_clothing_softmax1(long n0, long n1) const {
    for (long n = n0; n < n1; n++) {
      softmax<f32x16, false>(
          logits_dense3, n, 0, 1, clothing_softmax1_steps{clothing_softmax1});
    }
  }

  // Results of infer, in the caller's order.
  void copy_results(long n0, long n1) const {
    if (call.outputs[0])
      for (long n = n0; n < n1; n++) flatten(clothing_softmax1, n, call.outputs[0] + n * 10);
  }

  void run() const {
    for_samples<8>(call, [&](long n0, long n1) {
      compute_logits_normalize1(n0, n1);  // lenet.cnn:5: input image: u8[1, 28, 28] -> normalize(mean=[0.286], std=[0.353])
      compute_logits_avg_pool1(n0, n1);  // lenet.cnn:9: conv(6, kernel=5, pad=2) -> tanh -> avg_pool(2)
      compute_logits_avg_pool2(n0, n1);  // lenet.cnn:10: conv(16, kernel=5) -> tanh -> avg_pool(2)
      compute_logits_tanh3(n0, n1);  // lenet.cnn:12: dense(120) -> tanh
      compute_logits_tanh4(n0, n1);  // lenet.cnn:13: dense(84) -> tanh
      compute_logits_dense3(n0, n1);  // lenet.cnn:14: dense(10)
      compute_clothing_softmax1(n0, n1);  // lenet.cnn:18: softmax
      copy_results(n0, n1);
    });
  }
};

}  // namespace
}  // namespace LeNet_infer_program

void LeNet_infer(const cnnc::Call& call) { LeNet_infer_program::Program{call}.run(); }

// In the namespace of the functions that it is written with.
namespace scalars {
double LeNet_learning_rate([[maybe_unused]] double step, [[maybe_unused]] double total_steps) {
  return select(max(1., total_steps * 0.05) > step + 0.5, min(0.05, (step + 1.) * 0.05 / max(1., total_steps * 0.05)), 0. + (1. + cos(max(0., (step - max(1., total_steps * 0.05)) / max(1., total_steps - max(1., total_steps * 0.05))) * 3.141592653589793)) * 0.025);
}
}  // namespace scalars

void LeNet_infer(const cnnc::Call& call);
void LeNet_step(const cnnc::Call& call);
extern const cnnc::Model model_LeNet;
const cnnc::Model model_LeNet = {
    "LeNet", "05619952f656f50746268ac1d3c306ab", "x86-64-v4",
    1, 1, 1, 10, 1, 1,
    LeNet_model::inputs, LeNet_model::outputs, LeNet_model::targets, LeNet_model::parameters, LeNet_model::metrics,
    66944, 0, 0,
    {nullptr, 0, 0}, {LeNet_infer, 64, 9856, 0, 16}, {LeNet_step, 105216, 81292}, {nullptr, 0, 0},
    scalars::LeNet_learning_rate,
};

}  // namespace cnnc::CNNC_ISA
