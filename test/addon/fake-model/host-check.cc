// Looks at parts of the host that no small model shows; prints what is wrong, and "done" at the end.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <vector>

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

// Three parts and a half, on four threads, from a place in a file that is no multiple of four.
void parameters_are_read_in_parts() {
  constexpr int64_t rows = 56, row = 5000, size = rows * row, at = 3;
  const int64_t shape[] = {rows, row};
  const auto pack = [](const float* logical, float* packed, int64_t begin, int64_t end) {
    std::copy_n(logical, end - begin, packed + begin);
  };
  const Parameter parameter{"weight", 2, shape, 0, pack, [](const float* packed, float* logical) { std::copy_n(packed, size, logical); }};
  Model model{};
#if defined(__aarch64__)
  model.cpu = "aarch64";
#else
  model.cpu = "x86-64";
#endif
  model.parameters = &parameter;
  model.parameter_count = 1;
  model.block = size;
  Error error;
  const std::unique_ptr<Instance> net(Instance::create(model, 4, any_device, &error));
  std::FILE* file = std::tmpfile();
  if (!net || !file) return check(false, "there is no instance, or no file");
  std::vector<float> values(size), found(size);
  for (int64_t i = 0; i < size; i++) values[i] = static_cast<float>(i) * 1e-42f;
  const auto read = [&](bool finite) {
    std::fseek(file, at, SEEK_SET);
    std::fwrite(values.data(), sizeof(float), size, file);
    std::fflush(file);
    const bool taken = net->read_parameters(fileno(file), &at, finite) == 1;
    return taken && !net->get_parameter(0, found.data()) && found == values;
  };
  check(read(true), "parts of a parameter are not read");
  values[size - 1] = INFINITY;
  check(!read(true) && read(false), "an infinite value is taken where it is not wanted, or not where it is");
  check(ftruncate(fileno(file), at + size * 4 - 1) == 0 && net->read_parameters(fileno(file), &at, false) == 0,
        "a file is read beyond its end");
  std::fclose(file);
}

}  // namespace

int main() {
  const int64_t picture[] = {3, 2, 4}, line[] = {3, 5}, list[] = {7};
  views_find_elements(3, picture, 3, 2, 4);
  views_find_elements(2, line, 3, 1, 5);
  views_find_elements(1, list, 7, 1, 1);
  views_find_elements(0, nullptr, 1, 1, 1);
  buffers_are_aligned_and_zero();
  parameters_are_read_in_parts();
#if defined(__aarch64__)
  const char* every = "aarch64";
#else
  const char* every = "x86-64";
#endif
  check(!cpu_refusal(every) && cpu_refusal("") && cpu_refusal("x86-64-v"), "code for unknown processors may run");
  std::printf("done\n");
}
