// How safetensors files hold the numbers of a tensor: little-endian, IEEE 754 but for BF16, the upper half of an F32.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

namespace cnnc {

struct NumberFormat {
  const char* name;
  int64_t bytes;  // of one number
  float (*decode)(const unsigned char*);
};

template <class T>
T from_bytes(const unsigned char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// binary16: 1 bit of sign, 5 of exponent e, 10 of fraction f: ±2^(e-15)·(1 + f/1024), below e = 1 ±2^-14·f/1024.
inline float half_to_float(uint16_t bits) {
  const int exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
  const float size = exponent == 0x1f ? (fraction ? std::numeric_limits<float>::quiet_NaN() : INFINITY)
                     : exponent == 0  ? std::ldexp(static_cast<float>(fraction), -24)
                                      : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
  return bits & 0x8000 ? -size : size;
}

inline constexpr NumberFormat number_formats[] = {
    {"F32", 4, from_bytes<float>},
    {"F64", 8, [](const unsigned char* bytes) { return static_cast<float>(from_bytes<double>(bytes)); }},
    {"F16", 2, [](const unsigned char* bytes) { return half_to_float(from_bytes<uint16_t>(bytes)); }},
    {"BF16", 2,
     [](const unsigned char* bytes) {
       const uint32_t bits = uint32_t{from_bytes<uint16_t>(bytes)} << 16;
       return from_bytes<float>(reinterpret_cast<const unsigned char*>(&bits));
     }},
};

// Null for a name that is none.
inline const NumberFormat* find_number_format(const std::string& name) {
  for (const NumberFormat& format : number_formats)
    if (name == format.name) return &format;
  return nullptr;
}

}  // namespace cnnc
