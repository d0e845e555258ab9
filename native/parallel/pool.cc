#include "pool.h"

#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <thread>

#include "float-mode.h"
#include "futex.h"

namespace cnnc {
namespace {

// A model's next layer comes within microseconds; waking a sleeper costs about 50.
constexpr std::chrono::microseconds spin_time{50};
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

}  // namespace

struct Pool::Job {
  Task task;
  void* context;
  int64_t units;
  alignas(64) std::atomic<int64_t> next{0};
  std::atomic<int> threads{1};  // that have numbers; the caller's is 0
  // Workers that have finished with this job; the top bit: the caller sleeps on this word.
  alignas(64) std::atomic<uint32_t> finished{0};
};

namespace {
constexpr uint32_t caller_sleeps = 0x80000000u;
}

struct Pool::Worker {
  // idle, busy, or the address of a job not yet opened.
  alignas(64) std::atomic<uintptr_t> mailbox{idle};
  alignas(64) std::atomic<uint32_t> sleeping{0};

  static constexpr uintptr_t idle = 0, busy = 1;

  bool offer(Job* job) {
    uintptr_t expected = idle;
    if (!mailbox.compare_exchange_strong(expected, reinterpret_cast<uintptr_t>(job))) return false;
    // Sequentially consistent with the worker's "sleeping = 1, look at the mailbox again".
    if (sleeping.load() && sleeping.exchange(0)) futex_wake(&sleeping);
    return true;
  }

  bool take_back(Job* job) {
    auto expected = reinterpret_cast<uintptr_t>(job);
    return mailbox.compare_exchange_strong(expected, idle);
  }

  Job* await() {
    for (;;) {
      uintptr_t seen;
      auto arrived = [&] { return (seen = mailbox.load(std::memory_order_relaxed)) > busy; };
      if (!spin(arrived)) {
        sleeping.store(1);
        while (mailbox.load() <= busy && sleeping.load()) futex_wait(&sleeping, 1);
        sleeping.store(0);
        continue;
      }
      if (mailbox.compare_exchange_strong(seen, busy)) return reinterpret_cast<Job*>(seen);
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

void Pool::take_units(Job& job, int thread) {
  for (;;) {
    const int64_t unit = job.next.fetch_add(1, std::memory_order_relaxed);
    if (unit >= job.units) return;
    job.task(job.context, unit, thread);
  }
}

void Pool::work(Worker& worker) {
  write_float_mode(read_float_mode() | flush_bits);
  for (;;) {
    Job* job = worker.await();
    take_units(*job, job->threads.fetch_add(1, std::memory_order_relaxed));
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
  Job job{task, context, units};
  Worker* helpers[max_threads];
  int offered = 0;
  const int wanted = static_cast<int>(std::min<int64_t>({threads - 1, units - 1, max_threads - 1}));
  const int count = count_.load(std::memory_order_acquire);
  for (int n = 0; n < count && offered < wanted; n++) {
    Worker* worker = workers_[n].load(std::memory_order_relaxed);
    if (worker->offer(&job)) helpers[offered++] = worker;
  }
  take_units(job, 0);
  uint32_t opened = 0;
  for (int n = 0; n < offered; n++) opened += !helpers[n]->take_back(&job);
  auto finished = [&] { return job.finished.load(std::memory_order_acquire) == opened; };
  if (spin(finished)) return;
  uint32_t seen = job.finished.fetch_or(caller_sleeps) | caller_sleeps;
  while ((seen & ~caller_sleeps) != opened) {
    futex_wait(&job.finished, seen);
    seen = job.finished.load(std::memory_order_acquire);
  }
}

}  // namespace cnnc
