// Looks at parts of the host that no small model shows; prints what is wrong, and "done" at the end.
#include <cstdint>
#include <cstdio>
#include <initializer_list>

#include "buffer.h"
#include "cpu/cpu.h"
#include "instance.h"

using namespace cnnc;

namespace {

void check(bool fine, const char* what) {
  if (!fine) std::printf("%s\n", what);
}

// The number at n, c, h, w, read through a view, must be the one that was put there.
void views_find_elements(int32_t rank, const int64_t* shape, int64_t channels, int64_t rows, int64_t columns) {
  const Tensor tensor{"x", Type::f32, rank, shape};
  int32_t planes[64], pixels[64];
  for (int32_t n = 0; n < 2; n++)
    for (int64_t c = 0; c < channels; c++)
      for (int64_t h = 0; h < rows; h++)
        for (int64_t w = 0; w < columns; w++) {
          const auto value = static_cast<int32_t>(1000 * n + 100 * c + 10 * h + w);
          planes[((n * channels + c) * rows + h) * columns + w] = value;
          pixels[((n * rows + h) * columns + w) * channels + c] = value;
        }
  for (const Layout layout : {Layout::chw, Layout::hwc}) {
    const int32_t* data = layout == Layout::chw ? planes : pixels;
    const InputView view = dense_view(tensor, data, layout);
    for (int32_t n = 0; n < 2; n++)
      for (int64_t c = 0; c < channels; c++)
        for (int64_t h = 0; h < rows; h++)
          for (int64_t w = 0; w < columns; w++)
            check(data[n * view.sample + c * view.channel + h * view.row + w * view.column] ==
                      1000 * n + 100 * c + 10 * h + w,
                  layout == Layout::chw ? "a chw view is wrong" : "an hwc view is wrong");
  }
}

void buffers_are_aligned_and_zero() {
  for (const int64_t bytes : {int64_t{1}, int64_t{1000}, int64_t{2} << 20, (int64_t{5} << 20) + 1}) {
    Buffer buffer;
    check(buffer.reserve(bytes), "there is no memory");
    const auto address = reinterpret_cast<uintptr_t>(buffer.data());
    check(address % (bytes < int64_t{2} << 20 ? 64 : 2 << 20) == 0, "a buffer is not aligned");
    bool zero = true;
    for (int64_t i = 0; i < bytes; i++) zero = zero && buffer.data()[i] == 0;
    check(zero, "a buffer is not zero");
    buffer.data()[bytes - 1] = 1;
    check(buffer.reserve(bytes / 2 + 1) && buffer.data()[bytes - 1] == 1, "a buffer shrank");
  }
  Buffer huge;
  check(!huge.reserve(int64_t{1} << 60), "there is more memory than there can be");
  check(huge.data() == nullptr && huge.bytes() == 0, "a failed buffer is not empty");
}

}  // namespace

int main() {
  const int64_t picture[] = {3, 2, 4}, line[] = {3, 5}, list[] = {7};
  views_find_elements(3, picture, 3, 2, 4);
  views_find_elements(2, line, 3, 1, 5);
  views_find_elements(1, list, 7, 1, 1);
  views_find_elements(0, nullptr, 1, 1, 1);
  buffers_are_aligned_and_zero();
  check(!cpu_refusal("x86-64") && cpu_refusal("") && cpu_refusal("x86-64-v"), "code for unknown processors may run");
  std::printf("done\n");
}
