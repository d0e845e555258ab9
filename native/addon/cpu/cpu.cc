#include "cpu.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

namespace cnnc {
namespace {

// Of this architecture; each has what those before it have.
#if defined(__aarch64__)
constexpr std::array levels = {"aarch64"};
constexpr const char* choices = "aarch64 alone";
#else
constexpr std::array levels = {"x86-64", "x86-64-v3", "x86-64-v4"};
constexpr const char* choices = "x86-64, x86-64-v3 or x86-64-v4";
#endif

// The number of a level; that of all levels for a name that is none.
size_t level_of(const char* name) {
  size_t level = 0;
  while (level < levels.size() && std::strcmp(levels[level], name) != 0) level++;
  return level;
}

// Of what kernels for a level use, the first thing that is not there; null when all is.
const char* missing([[maybe_unused]] size_t level) {
#if defined(__x86_64__)
  struct Feature {
    size_t level;
    const char* name;
    bool present;
  };
  // These builtins also ask (XGETBV) whether the system saves the wide registers.
  __builtin_cpu_init();
  const Feature features[] = {
      {1, "avx2", __builtin_cpu_supports("avx2") != 0},
      {1, "fma", __builtin_cpu_supports("fma") != 0},
      {2, "avx512f", __builtin_cpu_supports("avx512f") != 0},
      {2, "avx512vl", __builtin_cpu_supports("avx512vl") != 0},
      {2, "avx512dq", __builtin_cpu_supports("avx512dq") != 0},
      {2, "avx512bw", __builtin_cpu_supports("avx512bw") != 0},
  };
  for (const Feature& feature : features)
    if (feature.level <= level && !feature.present) return feature.name;
  return nullptr;
#else
  return level > 0 ? levels[level] : nullptr;
#endif
}

std::string refusal(size_t level) {
  const std::string name = levels[level];
  const char* allowed = std::getenv("CNNC_CPU");
  if (allowed && *allowed) {
    const size_t most = level_of(allowed);
    if (most == levels.size())
      return std::string("CNNC_CPU is ") + allowed + ", but it may be " + choices;
    if (level > most) return std::string("CNNC_CPU is ") + allowed + ", which does not allow code for " + name;
  }
  const char* feature = missing(level);
  return feature ? std::string("this processor lacks ") + feature + ", which code for " + name + " needs" : "";
}

}  // namespace

const char* cpu_refusal(const char* cpu) {
  static const auto refusals = [] {
    std::array<std::string, levels.size()> all;
    for (size_t level = 0; level < levels.size(); level++) all[level] = refusal(level);
    return all;
  }();
  const size_t level = level_of(cpu);
  if (level == levels.size()) return "its code is for processors that this library does not know";
  return refusals[level].empty() ? nullptr : refusals[level].c_str();
}

}  // namespace cnnc
