// The thread pool shared by all models of one addon.
//
// A worker owns a mailbox. A caller with units to share puts shares of them into the mailboxes of idle
// workers, takes part itself, and at the end takes back the mailboxes that no worker has opened yet.
// So a caller never waits for a worker that is asleep, preempted or (after a fork) does not exist, and
// callers on different threads share the workers without knowing of each other.
#pragma once
#include <atomic>
#include <cstdint>
#include <mutex>

namespace cnnc {

class Pool {
 public:
  using Task = void (*)(void* context, int64_t unit, int thread);

  // Never destroyed: its workers sleep until the process ends, and the library is pinned in memory
  // while they exist (Node unloads an addon when the last worker thread that loaded it ends).
  static Pool& shared();

  // Announces a user of `threads` threads; release with the same number.
  void reserve(int threads);
  void release(int threads);

  // Runs task(context, unit, thread) for every unit in [0, units) on at most `threads` threads, the caller's
  // among them, and returns when all are done. thread < threads tells them apart. `task` must not throw.
  void run(int threads, int64_t units, Task task, void* context);

  static constexpr int max_threads = 256;

 private:
  struct Job;
  struct Share;
  struct Worker;

  Pool() = default;
  void grow(int workers);
  bool start(Worker& worker);
  static void work(Worker& worker);
  static void take_units(Job& job, int own);
  void run_shared(int threads, int64_t first, int64_t units, Task task, void* context);

  std::mutex growing_;
  int reserved_ = 0;              // helpers wanted by all users together
  std::atomic<int> count_{0};     // workers that exist
  std::atomic<Worker*> workers_[max_threads] = {};
};

// What one model hands to generated code as `Call::pool`: the pool, with its own number of threads.
class Team {
 public:
  explicit Team(int threads) : threads_(threads) { Pool::shared().reserve(threads_); }
  ~Team() { Pool::shared().release(threads_); }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  int threads() const { return threads_; }

  // Has the type of cnnc::Parallel.
  static void run(void* team, int64_t units, Pool::Task task, void* context) {
    Pool::shared().run(static_cast<Team*>(team)->threads_, units, task, context);
  }

 private:
  int threads_;
};

}  // namespace cnnc
