// exp, log, tanh, sigmoid, erf in units in the last place against long double, over dense samples of all floats.
#include "simd/math.h"
#include "check.h"

struct Worst {
  double ulp = 0;
  float x = 0;
};

// The distance between floats around `want`, denormals included.
double spacing(long double want) {
  int e = std::ilogb(std::fabs(want));
  return std::ldexp(1.0, std::max(want == 0 ? -126 : e, -126) - 23);
}

template <class V, class F, class G>
void check(const char* name, float from, float to, const F& f, const G& exact) {
  constexpr long samples = 1 << 18;
  Worst worst;
  for (long i = 0; i < samples; i += V::lanes) {
    alignas(64) float in[V::lanes], out[V::lanes];
    for (int l = 0; l < V::lanes; l++) in[l] = float(from + (double(to) - from) * double(i + l) / (samples - 1));
    f(V::load(in)).store(out);
    for (int l = 0; l < V::lanes; l++) {
      long double want = exact((long double)in[l]);
      double ulp = double(std::fabs(out[l] - want)) / spacing(want);
      if (!(ulp <= worst.ulp)) worst = {std::isnan(ulp) ? 1e9 : ulp, in[l]};
    }
  }
  if (!(worst.ulp <= 4)) {
    std::printf("%s on %g..%g: %.2f ulp at %.9g\n", name, from, to, worst.ulp, worst.x);
    failures++;
  }
}

// Every binade alike: bit patterns in steps, of both signs.
template <class V, class F, class G>
void check_bits(const char* name, uint32_t from, uint32_t to, const F& f, const G& exact) {
  for (uint32_t b = from; b < to; b += 1 << 23) {
    float low = __builtin_bit_cast(float, b), high = __builtin_bit_cast(float, std::min(b + (1 << 23) - 1, to));
    Worst worst;
    for (int i = 0; i < 4096; i += V::lanes) {
      alignas(64) float in[V::lanes], out[V::lanes];
      for (int l = 0; l < V::lanes; l++) in[l] = low + (high - low) * (float(i + l) / 4095);
      f(V::load(in)).store(out);
      for (int l = 0; l < V::lanes; l++) {
        long double want = exact((long double)in[l]);
        double ulp = double(std::fabs(out[l] - want)) / spacing(want);
        if (!(ulp <= worst.ulp)) worst = {std::isnan(ulp) ? 1e9 : ulp, in[l]};
      }
    }
    if (!(worst.ulp <= 4)) {
      std::printf("%s: %.2f ulp at %.9g\n", name, worst.ulp, worst.x);
      failures++;
    }
  }
}

template <class V, class F>
float at(const F& f, float x) {
  return first_lane(f(V(x)));
}

template <class V>
void check_all() {
  const auto e = [](V x) { return exp(x); };
  const auto l = [](V x) { return log(x); };
  const auto t = [](V x) { return tanh(x); };
  const auto s = [](V x) { return sigmoid(x); };
  const auto f = [](V x) { return erf(x); };
  const float inf = std::numeric_limits<float>::infinity(), biggest = std::numeric_limits<float>::max();
  const auto real_exp = [](long double x) { return std::exp(x); };
  const auto real_log = [](long double x) { return std::log(x); };
  const auto real_tanh = [](long double x) { return std::tanh(x); };
  const auto real_sigmoid = [](long double x) { return 1 / (1 + std::exp(-x)); };
  const auto real_erf = [](long double x) { return std::erf(x); };
  check<V>("exp", -104, 88.72f, e, real_exp);
  check<V>("exp", -1, 1, e, real_exp);
  check<V>("log", .4f, 2.5f, l, real_log);
  check_bits<V>("log", 1, 0x7f7fffff, l, real_log);
  check<V>("tanh", -12, 12, t, real_tanh);
  check_bits<V>("tanh", 1, 0x7f7fffff, t, real_tanh);
  check_bits<V>("tanh", 0x80000001, 0xff7fffff, t, real_tanh);
  check<V>("sigmoid", -104, 30, s, real_sigmoid);
  check<V>("sigmoid", -1, 1, s, real_sigmoid);
  check<V>("erf", -5, 5, f, real_erf);
  check_bits<V>("erf", 1, 0x7f7fffff, f, real_erf);
  check_bits<V>("erf", 0x80000001, 0xff7fffff, f, real_erf);
  expect("exp overflows to infinity", at<V>(e, 88.73f) == inf && at<V>(e, biggest) == inf && at<V>(e, inf) == inf);
  expect("exp underflows to zero", at<V>(e, -105) == 0 && at<V>(e, -biggest) == 0 && at<V>(e, -inf) == 0);
  expect("log of the ends", at<V>(l, 0) == -inf && at<V>(l, inf) == inf && std::isnan(at<V>(l, -1)));
  expect("tanh of the ends", at<V>(t, inf) == 1 && at<V>(t, -inf) == -1 && at<V>(t, 0) == 0);
  expect("sigmoid of the ends", at<V>(s, inf) == 1 && at<V>(s, -inf) == 0 && at<V>(s, 0) == .5f);
  expect("erf of the ends", at<V>(f, inf) == 1 && at<V>(f, -inf) == -1 && at<V>(f, 0) == 0);
  for (bool nan : {std::isnan(at<V>(e, nan_value)), std::isnan(at<V>(l, nan_value)), std::isnan(at<V>(t, nan_value)),
                   std::isnan(at<V>(s, nan_value)), std::isnan(at<V>(f, nan_value))})
    expect("a number that is none stays so", nan);
}

int main() {
  with_all_vectors([]<class V>() { check_all<V>(); });
  return finish();
}
