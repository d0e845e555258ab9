// Kernels that are wrong in one way each, and one that is right: what the emulator says of them, a line each.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "cuda/call.h"
#include "cuda/launch.h"

using namespace cnnc;
using namespace cnnc::cuda;

namespace {

constexpr int block = 64;
struct Kernel {
  static constexpr int threads = block, shared_bytes = 4096;
  float *x, *y;
  long blocks() const { return 2; }
};

// Each thread gives a number to the next one, with a barrier between.
struct Right : Kernel {
  CNNC_DEVICE void operator()() const {
    const Shared<float> s = shared_memory<float>(0);
    const int i = thread_index();
    s.store(i, read(x + block_index() * block + i));
    sync_block();
    write(y + block_index() * block + i, s.load((i + 1) % block));
  }
};
struct Race : Kernel {
  CNNC_DEVICE void operator()() const {
    const Shared<float> s = shared_memory<float>(0);
    const int i = thread_index();
    s.store(i, read(x + i));
    write(y + i, s.load((i + 1) % block));
  }
};
// The barrier of a warp orders its own lanes only.
struct RaceOfWarps : Kernel {
  CNNC_DEVICE void operator()() const {
    const Shared<float> s = shared_memory<float>(0);
    const int i = thread_index();
    s.store(i, read(x + i));
    sync_warp();
    write(y + i, s.load((i + 1) % block));
  }
};
struct RaceOfWriters : Kernel {
  CNNC_DEVICE void operator()() const { shared_memory<float>(0).store(thread_index() / 2, 1.f); }
};
// Read, then overwritten by another thread without a barrier.
struct RaceAfterReading : Kernel {
  CNNC_DEVICE void operator()() const {
    const Shared<float> s = shared_memory<float>(0);
    const int i = thread_index();
    s.store(i, 1.f);
    sync_block();
    const float v = s.load((i + 1) % block);
    s.store(i, v);
  }
};
struct ReadsBeyond : Kernel {
  CNNC_DEVICE void operator()() const { write(y + thread_index(), read(x + 2 * block + thread_index())); }
};
struct WritesBefore : Kernel {
  CNNC_DEVICE void operator()() const { write(y + thread_index() - 1, 1.f); }
};
struct BeyondShared : Kernel {
  CNNC_DEVICE void operator()() const { shared_memory<float>(0).store(1000 + thread_index(), 1.f); }
};
struct MissingWait : Kernel {
  CNNC_DEVICE void operator()() const {
    const Shared<float> s = shared_memory<float>(0);
    const int i = thread_index();
    copy_async<4>(s, i, x + i, true);
    commit_copies();
    write(y + i, s.load(i));
  }
};
// The latest group may still be on its way.
struct WaitForTooFew : Kernel {
  CNNC_DEVICE void operator()() const {
    const Shared<float> s = shared_memory<float>(0);
    const int i = thread_index();
    copy_async<4>(s, i, x + i, true);
    commit_copies();
    wait_copies<1>();
    write(y + i, s.load(i));
  }
};
// It has arrived, but for its own thread only.
struct MissingBarrierAfterWait : Kernel {
  CNNC_DEVICE void operator()() const {
    const Shared<float> s = shared_memory<float>(0);
    const int i = thread_index();
    copy_async<4>(s, i, x + i, true);
    commit_copies();
    wait_copies<0>();
    write(y + i, s.load((i + 1) % block));
  }
};
struct Misaligned : Kernel {
  CNNC_DEVICE void operator()() const {
    copy_async<16>(shared_memory<float>(0), 4 * thread_index(), x + 1, true);
    commit_copies();
    wait_copies<0>();
  }
};
struct MissedBarrier : Kernel {
  CNNC_DEVICE void operator()() const {
    if (thread_index() < 32) sync_block();
  }
};
struct DivergedWarp : Kernel {
  CNNC_DEVICE void operator()() const {
    if (thread_index() % 2 == 0) shuffle_xor(1.f, 1);
    else sync_warp();
  }
};
struct LaneMissing : Kernel {
  CNNC_DEVICE void operator()() const {
    if (thread_index() != 7) write(y, shuffle_xor(1.f, 1));
  }
};
// What nobody has written is no number.
struct Unwritten : Kernel {
  CNNC_DEVICE void operator()() const { write(y + block_index() * block + thread_index(), shared_memory<float>(0).load(thread_index())); }
};

template <class K>
void run(const char* name, const K& kernel) {
  DeviceCall call{};
  cudaStreamCreateWithFlags(&call.stream, 0);
  launch(call, kernel);
  const cudaError_t error = cudaStreamSynchronize(call.stream);
  const char* text = cudaGetErrorString(error);
  const char* what = error ? std::strstr(text, "block ") : text;
  std::printf("%s: %s\n", name, what);
  cudaStreamDestroy(call.stream);
}

}  // namespace

int main() {
  float *x, *y;
  cudaMalloc(reinterpret_cast<void**>(&x), 2 * block * sizeof(float));
  cudaMalloc(reinterpret_cast<void**>(&y), 2 * block * sizeof(float));
  for (int i = 0; i < 2 * block; i++) x[i] = float(i);
  const Kernel k{x, y};
  run("right", Right{k});
  std::printf("%g %g %g\n", y[0], y[block - 1], y[block]);
  run("race", Race{k});
  run("race of warps", RaceOfWarps{k});
  run("race of writers", RaceOfWriters{k});
  run("race after reading", RaceAfterReading{k});
  run("reads beyond", ReadsBeyond{k});
  run("writes before", WritesBefore{k});
  run("beyond shared", BeyondShared{k});
  run("missing wait", MissingWait{k});
  run("wait for too few", WaitForTooFew{k});
  run("missing barrier after wait", MissingBarrierAfterWait{k});
  run("misaligned", Misaligned{k});
  run("missed barrier", MissedBarrier{k});
  run("diverged warp", DivergedWarp{k});
  run("lane missing", LaneMissing{k});
  run("unwritten", Unwritten{k});
  std::printf("%d\n", y[3] != y[3]);
}
