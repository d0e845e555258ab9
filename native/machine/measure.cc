// What this machine can do at most: multiply-adds from registers, and bytes read from memories of several sizes. A program of
// its own, `measure flops|memory THREADS SECONDS [PROCESSOR]`, compiled for one instruction set; measures in rounds of so many
// seconds, on that processor alone where one is named, prints JSON.
#if defined(__linux__)
#include <sched.h>
#endif

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

#include "../simd/simd.h"

namespace cnnc::CNNC_ISA {
namespace {

using Clock = std::chrono::steady_clock;

#if defined(__AVX512F__)
using Widest = f32x16;
#elif defined(__AVX2__)
using Widest = f32x8;
#elif defined(__aarch64__)
using Widest = f32x4;
#else
// Four floats, what compilers make of tiles of scalars on any x86-64.
struct f32x4 {
  static constexpr int lanes = 4;
  typedef float Lanes __attribute__((vector_size(16)));
  Lanes v;
  f32x4() = default;
  explicit CNNC_INLINE f32x4(float x) : v{x, x, x, x} {}
  static CNNC_INLINE f32x4 zero() { return f32x4(0.f); }
  static CNNC_INLINE f32x4 load(const float* p) {
    f32x4 x;
    __builtin_memcpy(&x.v, p, sizeof x.v);
    return x;
  }
  friend CNNC_INLINE f32x4 operator+(f32x4 a, f32x4 b) {
    a.v += b.v;
    return a;
  }
};
CNNC_INLINE f32x4 fma(f32x4 a, f32x4 b, f32x4 c) {
  c.v += a.v * b.v;
  return c;
}
CNNC_INLINE float sum(f32x4 a) { return a.v[0] + a.v[1] + a.v[2] + a.v[3]; }
using Widest = f32x4;
#endif

using Seconds = std::chrono::duration<double>;

// Many rounds, since what disturbs makes some of them slower.
constexpr Seconds all_rounds{0.05};
// Where a host gives a virtual machine its memory late, the first round over much of it takes longer than all should.
constexpr int fewest_rounds = 8;

// Chains of multiply-adds that fill two pipelines of four cycles, and leave registers for the operands.
constexpr int chains = 12;

// acc[i] ← a·acc[i] + b, `turns` times.
CNNC_KERNEL float multiply_add(long turns) {
  Widest acc[chains];
  const Widest a(0.999f), b(0.001f);
  CNNC_UNROLL for (int i = 0; i < chains; i++) acc[i] = Widest(float(i));
  CNNC_ROLLED for (long turn = 0; turn < turns; turn++)
    CNNC_UNROLL for (int i = 0; i < chains; i++) acc[i] = fma(a, acc[i], b);
  Widest total = acc[0];
  CNNC_UNROLL for (int i = 1; i < chains; i++) total = total + acc[i];
  return sum(total);
}

// Σ x[i] over a number of floats that whole rounds of eight vectors fill.
CNNC_KERNEL float read_all(const float* x, long floats) {
  constexpr int ways = 8;
  Widest acc[ways];
  CNNC_UNROLL for (int j = 0; j < ways; j++) acc[j] = Widest::zero();
  CNNC_ROLLED for (long i = 0; i < floats; i += ways * Widest::lanes)
    CNNC_UNROLL for (int j = 0; j < ways; j++) acc[j] = acc[j] + Widest::load(x + i + j * Widest::lanes);
  Widest total = acc[0];
  CNNC_UNROLL for (int j = 1; j < ways; j++) total = total + acc[j];
  return sum(total);
}

std::atomic<float> sink;

// Runs work(thread) over and over on all threads at once; amounts a second, of all together, in each round, where a call is `amount`.
std::vector<double> rates_of(int threads, Seconds round_time, double amount, const std::function<float(int)>& work) {
  std::vector<double> totals;
  const auto end = Clock::now() + all_rounds;
  for (int round = 0; round < fewest_rounds || Clock::now() < end; round++) {
    std::atomic<int> ready{0};
    std::vector<double> rates(threads);
    auto run = [&](int thread) {
      ready++;
      while (ready < threads) std::this_thread::yield();
      const auto start = Clock::now();
      long calls = 0;
      for (; Clock::now() - start < round_time; calls++) sink = work(thread);
      rates[thread] = calls * amount / Seconds(Clock::now() - start).count();
    };
    std::vector<std::thread> others;
    for (int thread = 1; thread < threads; thread++) others.emplace_back(run, thread);
    run(0);
    for (std::thread& other : others) other.join();
    totals.push_back(std::accumulate(rates.begin(), rates.end(), 0.));
  }
  return totals;
}

std::vector<double> flops(int threads, Seconds round) {
  constexpr long turns = 5000;
  return rates_of(threads, round, 2.0 * turns * chains * Widest::lanes, [](int) { return multiply_add(turns); });
}

// Bytes a second where the threads together read `bytes` over and over, each its share.
std::vector<double> bandwidth(int threads, Seconds round, long bytes) {
  const long floats = bytes / long(sizeof(float)) / threads / 1024 * 1024;
  // No vector lies across two lines of a cache.
  struct alignas(64) Line {
    float numbers[16];
  };
  std::vector<std::vector<Line>> shares(threads, std::vector<Line>(floats / 16, Line{}));
  return rates_of(threads, round, floats * sizeof(float), [&](int thread) { return read_all(shares[thread][0].numbers, floats); });
}

// Elsewhere, and where it may not be used, the system chooses.
void stay_on([[maybe_unused]] int processor) {
#if defined(__linux__)
  cpu_set_t one;
  CPU_ZERO(&one);
  if (processor >= 0 && processor < CPU_SETSIZE) CPU_SET(processor, &one);
  sched_setaffinity(0, sizeof one, &one);
#endif
}

void print(const std::vector<double>& rates) {
  const char* before = "[";
  for (double rate : rates) {
    std::printf("%s%.4g", before, rate);
    before = ", ";
  }
  std::printf("]");
}

}  // namespace
}  // namespace cnnc::CNNC_ISA

int main(int count, char** arguments) {
  using namespace cnnc::CNNC_ISA;
  if (count != 4 && count != 5) return 2;
  const int threads = std::clamp(std::atoi(arguments[2]), 1, 256);
  const Seconds round(std::atof(arguments[3]));
  if (count == 5) stay_on(std::atoi(arguments[4]));
  if (std::strcmp(arguments[1], "flops") == 0) {
    print(flops(threads, round));
    return 0;
  }
  const char* before = "[";
  for (long kib : {32L, 512L, 8192L, 131072L}) {
    std::printf("%s{\"bytes\": %ld, \"rates\": ", before, kib * 1024);
    print(bandwidth(threads, round, kib * 1024));
    std::printf("}");
    before = ", ";
  }
  std::printf("]\n");
}
