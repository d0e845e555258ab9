#include "json-reader.h"

namespace cnnc {
namespace {

constexpr int deepest = 32;

void append_utf8(std::string& text, int code) {
  auto byte = [&text](int value) { text.push_back(static_cast<char>(value)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0 | code >> 6), byte(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    byte(0xe0 | code >> 12), byte(0x80 | (code >> 6 & 0x3f)), byte(0x80 | (code & 0x3f));
  } else {
    byte(0xf0 | code >> 18), byte(0x80 | (code >> 12 & 0x3f));
    byte(0x80 | (code >> 6 & 0x3f)), byte(0x80 | (code & 0x3f));
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void JsonReader::skip_space() {
  while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) at_++;
}

bool JsonReader::accept(char c) {
  skip_space();
  if (!ok_ || at_ == end_ || *at_ != c) return false;
  at_++;
  return true;
}

void JsonReader::expect(char c) {
  if (!accept(c)) fail();
}

int JsonReader::hex_digits() {
  int value = 0;
  for (int i = 0; i < 4; i++, at_++) {
    if (at_ == end_) return fail(), 0;
    const char c = *at_, lower = static_cast<char>(c | 0x20);
    if (is_digit(c))
      value = value * 16 + (c - '0');
    else if (lower >= 'a' && lower <= 'f')
      value = value * 16 + (lower - 'a' + 10);
    else
      return fail(), 0;
  }
  return value;
}

void JsonReader::escape(std::string& text) {
  static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
  if (at_ == end_) return fail();
  const char c = *at_++;
  if (c != 'u') {
    for (int i = 0; names[i]; i++)
      if (names[i] == c) return text.push_back(values[i]);
    return fail();
  }
  int code = hex_digits();
  if (code >= 0xd800 && code < 0xdc00) {  // the first half of a pair
    if (end_ - at_ < 2 || at_[0] != '\\' || at_[1] != 'u') return fail();
    at_ += 2;
    const int second = hex_digits();
    if (second < 0xdc00 || second > 0xdfff) return fail();
    code = 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00);
  }
  append_utf8(text, code);
}

std::string JsonReader::string() {
  std::string text;
  expect('"');
  while (ok_) {
    if (at_ == end_) {
      fail();
    } else if (*at_ == '"') {
      at_++;
      return text;
    } else if (*at_ == '\\') {
      at_++;
      escape(text);
    } else if (static_cast<unsigned char>(*at_) < ' ') {
      fail();
    } else {
      text.push_back(*at_++);
    }
  }
  return text;
}

int64_t JsonReader::size() {
  skip_space();
  int64_t value = 0;
  if (at_ == end_ || !is_digit(*at_)) fail();
  if (end_ - at_ > 1 && *at_ == '0' && is_digit(at_[1])) fail();
  for (; ok_ && at_ < end_ && is_digit(*at_); at_++) {
    value = value * 10 + (*at_ - '0');
    if (value > int64_t{1} << 53) fail();
  }
  if (at_ < end_ && (*at_ == '.' || *at_ == 'e' || *at_ == 'E')) fail();
  return value;
}

void JsonReader::skip_value(int depth) {
  skip_space();
  if (at_ == end_ || depth > deepest) return fail();
  if (*at_ == '{') return object([&](const std::string&) { skip_value(depth + 1); });
  if (*at_ == '[') return array([&] { skip_value(depth + 1); });
  if (*at_ == '"') return static_cast<void>(string());
  // A number, true, false or null: what follows is checked by whoever reads on.
  const char* start = at_;
  while (at_ < end_ && (is_digit(*at_) || (*at_ >= 'a' && *at_ <= 'z') || *at_ == '-' || *at_ == '+' ||
                        *at_ == '.' || *at_ == 'E'))
    at_++;
  if (at_ == start) fail();
}

}  // namespace cnnc
