// The functions of simd/math.h, and operators made of them, in units in the last place against double: over floats of all
// exponents, and densely where they curve; for every vector type, with denormals and with these flushed to zero.
#include "simd/math.h"
#include <cstdlib>
#include "check.h"
#include "parallel/float-mode.h"

#if defined(__FMA__) || defined(__aarch64__)
constexpr bool fused = true;
#else
constexpr bool fused = false;
#endif

const bool full = std::getenv("CNNC_FULL") != nullptr, report = std::getenv("CNNC_REPORT") != nullptr;
constexpr float infinity = std::numeric_limits<float>::infinity();

struct Function {
  const char* name;
  // The largest error in ulps, and that without fused multiply-add.
  double bound, unfused;
  // Where it curves.
  float from, to;
  // It is x times another function: where that is too small for a float, or flushed, x times its error is what it is off by.
  bool product = false;
};

struct Worst {
  double ulps = 0;
  float x = 0, got = 0;
};

// Infinity is where the next float would be.
double bounded(double y) { return std::max(-0x1p128, std::min(0x1p128, y)); }

double ulps(const Function& f, float x, float got, double want, bool flushed) {
  if (std::isnan(want) || std::isnan(got)) return std::isnan(want) == std::isnan(got) ? 0 : 1e9;
  const double off = std::fabs(bounded(got) - bounded(want));
  const double lost = (flushed ? 0x1p-126 : 0x1p-149) * (f.product ? std::max(1.f, std::fabs(x)) : 1);
  const double counted = flushed || f.product ? std::max(0., off - lost) : off;
  return counted / std::ldexp(1.0, std::max(want == 0 ? -126 : std::ilogb(bounded(want)), -126) - 23);
}

template <class V, class F>
void apply(const F& f, const std::vector<float>& x, std::vector<float>& y) {
  for (size_t i = 0; i < x.size(); i += V::lanes) f(V::load(&x[i])).store(&y[i]);
}

// The worst of some floats, whose number is a multiple of every vector's.
template <class F, class G>
void measure(const Function& function, const F& f, const G& exact, const std::vector<float>& x, Worst& worst) {
  std::vector<double> want(x.size());
  std::vector<float> y(x.size());
  for (bool flushed : {false, true}) {
    const auto given = [&](float v) { return flushed && std::fabs(v) < 0x1p-126f ? std::copysign(0.f, v) : v; };
    for (size_t i = 0; i < x.size(); i++) want[i] = exact(double(given(x[i])));
    with_all_vectors([&]<class V>() {
      if (flushed) {
        cnnc::FlushDenormals flush;
        apply<V>(f, x, y);
      } else {
        apply<V>(f, x, y);
      }
      for (size_t i = 0; i < x.size(); i++) {
        const double off = ulps(function, x[i], y[i], want[i], flushed);
        if (off > worst.ulps) worst = {off, x[i], y[i]};
      }
    });
  }
}

template <class F, class G>
void check(const Function& function, const F& f, const G& exact) {
  Worst worst;
  std::vector<float> x(4096);
  const float edges[] = {0.f, -0.f, infinity, -infinity, nan_value, 0x1p-149f, -0x1p-149f, 0x1p-126f, -0x1p-126f, 1.f, -1.f};
  std::copy(std::begin(edges), std::end(edges), x.begin());
  measure(function, f, exact, x, worst);
  // Bit patterns in steps without a common factor with their number: every exponent, both signs.
  const uint64_t step = full ? 127 : 4093;
  for (uint64_t pattern = 0; pattern < uint64_t{1} << 32;) {
    for (float& v : x) v = __builtin_bit_cast(float, uint32_t(pattern)), pattern += step;
    measure(function, f, exact, x, worst);
  }
  const long samples = full ? 1 << 23 : 1 << 18;
  for (long at = 0; at < samples;) {
    for (float& v : x) v = float(function.from + (double(function.to) - function.from) * double(at++) / double(samples));
    measure(function, f, exact, x, worst);
  }
  const double bound = fused ? function.bound : function.unfused;
  if (report) std::printf("%-10s %5.2f of %g, at %.9g\n", function.name, worst.ulps, bound, worst.x);
  if (worst.ulps <= bound) return;
  std::printf("%s: %.2f ulps at %.9g, which gives %.9g\n", function.name, worst.ulps, worst.x, worst.got);
  failures++;
}

double logistic(double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }
double below(double x) { return std::erfc(-x * std::sqrt(.5)) / 2; }
double softplus(double x) { return std::log1p(std::exp(-std::fabs(x))); }

template <class V>
void check_signs() {
  for (float x : {0.f, 0x1p-149f, .01f, .5f, 3.f, infinity}) {
    const auto odd = [&](V plus, V minus) { return first_lane(plus) == -first_lane(minus) && std::signbit(first_lane(minus)); };
    expect("tanh is odd, of zero too", odd(tanh(V(x)), tanh(V(-x))));
    expect("erf is odd, of zero too", odd(erf(V(x)), erf(V(-x))));
  }
}

int main() {
  check({"exp", 1.1, 1.1, -104, 89}, [](auto x) { return exp(x); }, [](double x) { return std::exp(x); });
  check({"expm1", 1.8, 1.9, -2, 2}, [](auto x) { return expm1(x); }, [](double x) { return std::expm1(x); });
  check({"log", .9, .9, .4f, 2.5f}, [](auto x) { return log(x); }, [](double x) { return std::log(x); });
  check({"log1p", 1.5, 1.5, -1, 2}, [](auto x) { return log1p(x); }, [](double x) { return std::log1p(x); });
  check({"tanh", 2.1, 2.6, -10, 10}, [](auto x) { return tanh(x); }, [](double x) { return std::tanh(x); });
  check({"sigmoid", 1.7, 1.9, -104, 30}, [](auto x) { return sigmoid(x); }, logistic);
  check({"erf", 1.1, 1.3, -4, 4}, [](auto x) { return erf(x); }, [](double x) { return std::erf(x); });
  check({"normcdf", 3.8, 4.5, -14.5f, 6}, [](auto x) { return normcdf(x); }, below);
  // Of operators and losses.
  check({"gelu", 4.5, 5, -14.5f, 6, true}, [](auto x) { return x * normcdf(x); }, [](double x) { return x * below(x); });
  check({"silu", 2.8, 2.8, -104, 30, true}, [](auto x) { return x * sigmoid(x); }, [](double x) { return x * logistic(x); });
  check({"softplus", 2, 2, -104, 104}, [](auto x) { return log1p(exp(-abs(x))); }, softplus);
  with_all_vectors([]<class V>() { check_signs<V>(); });
  return finish();
}
