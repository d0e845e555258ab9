#include "pool.h"

#include <dlfcn.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <thread>

#include "float-mode.h"
#include "futex.h"

namespace cnnc {
namespace {

// A model's next layer comes within microseconds; waking a sleeper costs about 50, on a virtual machine 100 and more.
constexpr std::chrono::microseconds spin_time{200};
constexpr int relaxes_per_clock_read = 32;

// Spins until done() or the time is over; tells whether it was done.
template <class Done>
bool spin(Done done) {
  if (done()) return true;
  const auto end = std::chrono::steady_clock::now() + spin_time;
  do {
    for (int i = 0; i < relaxes_per_clock_read; i++) {
      cpu_relax();
      if (done()) return true;
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

// Keeps this library mapped for good: a sleeping worker returns into its code.
void pin_library() {
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&pin_library), &info) && info.dli_fname)
    dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

// Where a system does not know which processors share a cache, it wakes a worker on its caller's processor, and leaves both
// there while either sleeps now and then: no faster than one. So a worker that finds itself beside its caller moves away.
void leave_processor([[maybe_unused]] int taken) {
#if defined(__linux__)
  if (taken < 0 || sched_getcpu() != taken) return;
  static const cpu_set_t allowed = [] {
    cpu_set_t set;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof set, &set);
    return set;
  }();
  cpu_set_t others = allowed;
  CPU_CLR(taken, &others);
  if (CPU_COUNT(&others) > 0) sched_setaffinity(0, sizeof others, &others);
#endif
}

int current_processor() {
#if defined(__linux__)
  return sched_getcpu();
#else
  return -1;
#endif
}

}  // namespace

// Units next to each other, which one thread takes from the front; threads that have nothing left take from the back. So a
// thread works on the same rows in layer after layer, and finds them in its own cache.
struct alignas(64) Pool::Share {
  Job* job;
  int thread;
  std::atomic<uint64_t> range;  // begin · 2³² + end

  void set(uint64_t begin, uint64_t end) { range.store(begin << 32 | end, std::memory_order_relaxed); }
  // The number of a unit; -1: there is none left.
  int64_t take(bool from_front) {
    uint64_t seen = range.load(std::memory_order_relaxed);
    for (;;) {
      const uint64_t begin = seen >> 32, end = seen & 0xffffffffu;
      if (begin >= end) return -1;
      const uint64_t rest = from_front ? (begin + 1) << 32 | end : begin << 32 | (end - 1);
      if (range.compare_exchange_weak(seen, rest, std::memory_order_relaxed))
        return static_cast<int64_t>(from_front ? begin : end - 1);
    }
  }
};

struct Pool::Job {
  Task task;
  void* context;
  Share* shares;
  int count;      // of shares
  int64_t first;  // unit that the shares' 0 stands for
  int processor;  // the caller's; -1: unknown
  // Workers that have finished with this job; the top bit: the caller sleeps on this word.
  alignas(64) std::atomic<uint32_t> finished{0};
};

namespace {
constexpr uint32_t caller_sleeps = 0x80000000u;
}

struct Pool::Worker {
  // idle, busy, or the address of a share not yet opened.
  alignas(64) std::atomic<uintptr_t> mailbox{idle};
  alignas(64) std::atomic<uint32_t> sleeping{0};

  static constexpr uintptr_t idle = 0, busy = 1;

  bool offer(Share* share) {
    uintptr_t expected = idle;
    if (!mailbox.compare_exchange_strong(expected, reinterpret_cast<uintptr_t>(share))) return false;
    // Sequentially consistent with the worker's "sleeping = 1, look at the mailbox again".
    if (sleeping.load() && sleeping.exchange(0)) futex_wake(&sleeping);
    return true;
  }

  bool take_back(Share* share) {
    auto expected = reinterpret_cast<uintptr_t>(share);
    return mailbox.compare_exchange_strong(expected, idle);
  }

  Share* await() {
    for (;;) {
      uintptr_t seen;
      auto arrived = [&] { return (seen = mailbox.load(std::memory_order_relaxed)) > busy; };
      if (!spin(arrived)) {
        sleeping.store(1);
        while (mailbox.load() <= busy && sleeping.load()) futex_wait(&sleeping, 1);
        sleeping.store(0);
        continue;
      }
      if (mailbox.compare_exchange_strong(seen, busy)) return reinterpret_cast<Share*>(seen);
    }
  }
};

Pool& Pool::shared() {
  static Pool* pool = [] {
    pin_library();
    return new Pool;
  }();
  return *pool;
}

void Pool::take_units(Job& job, int own) {
  for (int i = 0; i < job.count; i++) {
    Share& share = job.shares[(own + i) % job.count];
    for (;;) {
      const int64_t unit = share.take(i == 0);
      if (unit < 0) break;
      job.task(job.context, job.first + unit, own);
    }
  }
}

void Pool::work(Worker& worker) {
  write_float_mode(read_float_mode() | flush_bits);
  for (;;) {
    const Share* share = worker.await();
    Job* job = share->job;
    leave_processor(job->processor);
    take_units(*job, share->thread);
    // Idle first, or the caller's next run would find this worker still busy and pass it over.
    worker.mailbox.store(Worker::idle);
    // From here on the job may be gone.
    if (job->finished.fetch_add(1, std::memory_order_acq_rel) & caller_sleeps) futex_wake(&job->finished);
  }
}

bool Pool::start(Worker& worker) {
  try {
    std::thread([&worker] { work(worker); }).detach();
    return true;
  } catch (...) {
    return false;  // no more threads to be had: fewer helpers, the same results
  }
}

void Pool::grow(int workers) {
  workers = std::min(workers, max_threads - 1);
  for (int n = count_.load(); n < workers; n++) {
    auto* worker = new (std::nothrow) Worker;
    if (!worker) return;
    if (!start(*worker)) {
      delete worker;
      return;
    }
    workers_[n].store(worker);
    count_.store(n + 1);
  }
}

// Two models of four threads on sixteen cores get six helpers; on four cores they share three.
void Pool::reserve(int threads) {
  std::lock_guard lock(growing_);
  reserved_ += threads - 1;
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  grow(std::max(threads - 1, std::min(reserved_, cores - 1)));
}

void Pool::release(int threads) {
  std::lock_guard lock(growing_);
  reserved_ -= threads - 1;
}

void Pool::run(int threads, int64_t units, Task task, void* context) {
  FlushDenormals flush;
  if (threads <= 1 || units <= 1) {
    for (int64_t unit = 0; unit < units; unit++) task(context, unit, 0);
    return;
  }
  // A share counts in 32 bits.
  constexpr int64_t most = int64_t{1} << 31;
  for (int64_t first = 0; first < units; first += most)
    run_shared(threads, first, std::min(units - first, most), task, context);
}

void Pool::run_shared(int threads, int64_t first, int64_t units, Task task, void* context) {
  Share shares[max_threads];
  Job job{task, context, shares, 0, first, current_processor()};
  job.count = static_cast<int>(std::min<int64_t>({threads, units, count_.load(std::memory_order_acquire) + 1, max_threads}));
  for (int i = 0; i < job.count; i++) {
    shares[i].job = &job;
    shares[i].thread = i;
    shares[i].set(static_cast<uint64_t>(units * i / job.count), static_cast<uint64_t>(units * (i + 1) / job.count));
  }
  // Where all workers are busy elsewhere, nobody opens a share, and the others take its units.
  Worker* helpers[max_threads];
  int offered = 0;
  const int count = count_.load(std::memory_order_acquire);
  for (int n = 0; n < count && offered < job.count - 1; n++) {
    Worker* worker = workers_[n].load(std::memory_order_relaxed);
    if (worker->offer(&shares[offered + 1])) helpers[offered++] = worker;
  }
  take_units(job, 0);
  uint32_t opened = 0;
  for (int n = 0; n < offered; n++) opened += !helpers[n]->take_back(&shares[n + 1]);
  auto finished = [&] { return job.finished.load(std::memory_order_acquire) == opened; };
  if (spin(finished)) return;
  uint32_t seen = job.finished.fetch_or(caller_sleeps) | caller_sleeps;
  while ((seen & ~caller_sleeps) != opened) {
    futex_wait(&job.finished, seen);
    seen = job.finished.load(std::memory_order_acquire);
  }
}

}  // namespace cnnc
