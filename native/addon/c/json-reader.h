// A reader of JSON for headers of files: walks through the text once, builds nothing.
// After the first fault ok() is false and everything else does nothing.
#pragma once
#include <cstdint>
#include <set>
#include <string>

namespace cnnc {

class JsonReader {
 public:
  explicit JsonReader(const std::string& text) : at_(text.data()), end_(at_ + text.size()) {}

  bool ok() const { return ok_; }
  void fail() { ok_ = false; }
  bool at_end() { return skip_space(), at_ == end_; }

  // Calls member(key) for each member, which must read the value. A key that comes twice is a fault.
  template <class Member>
  void object(Member member) {
    std::set<std::string> keys;
    list('{', '}', [&] {
      const std::string key = string();
      expect(':');
      if (!keys.insert(key).second) fail();
      if (ok_) member(key);
    });
  }

  template <class Element>
  void array(Element element) {
    list('[', ']', element);
  }

  std::string string();
  // A whole number from 0 to 2^53.
  int64_t size();
  void skip_value() { skip_value(0); }

 private:
  template <class Item>
  void list(char open, char close, Item item) {
    expect(open);
    if (!ok_ || accept(close)) return;
    do item();
    while (ok_ && accept(','));
    expect(close);
  }

  void skip_space();
  bool accept(char c);
  void expect(char c);
  void escape(std::string& text);
  int hex_digits();
  void skip_value(int depth);

  const char* at_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace cnnc
