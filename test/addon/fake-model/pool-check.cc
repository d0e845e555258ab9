// Puts the thread pool under strain, prints what went wrong, and "done" at the end.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <thread>
#include <vector>

#include "../../../native/parallel/float-mode.h"
#include "../../../native/parallel/pool.h"

using cnnc::Team;

namespace {

struct Count {
  std::vector<std::atomic<int>> hits;
  explicit Count(int64_t units) : hits(static_cast<size_t>(units)) {}
  static void task(void* context, int64_t unit, int) {
    static_cast<Count*>(context)->hits[static_cast<size_t>(unit)].fetch_add(1, std::memory_order_relaxed);
  }
  bool each_once() const {
    for (const auto& it : hits)
      if (it.load(std::memory_order_relaxed) != 1) return false;
    return true;
  }
};

void check(bool fine, const char* what) {
  if (!fine) std::printf("%s\n", what);
}

void every_unit_runs_once(int threads, int rounds) {
  Team team(threads);
  for (int round = 0; round < rounds; round++) {
    Count count(round % 67);
    Team::run(&team, round % 67, Count::task, &count);
    check(count.each_once(), "a unit did not run once");
    if (round % 500 == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));  // workers fall asleep
  }
}

// The results of tasks are visible to the caller without any atomics of the task's own.
void results_are_visible(int rounds) {
  struct Sum {
    std::vector<double> parts;
    static void task(void* context, int64_t unit, int) { static_cast<Sum*>(context)->parts[static_cast<size_t>(unit)] += double(unit); }
  };
  Team team(4);
  Sum sum{std::vector<double>(16)};
  for (int round = 0; round < rounds; round++) Team::run(&team, 16, Sum::task, &sum);
  for (int i = 0; i < 16; i++) check(sum.parts[static_cast<size_t>(i)] == double(i) * rounds, "a result was lost");
}

// Threads that are at one call have numbers of their own.
void threads_are_told_apart(int rounds) {
  struct Busy {
    std::atomic<int> at[4] = {};
    static void task(void* context, int64_t, int thread) {
      auto& at = static_cast<Busy*>(context)->at;
      check(thread >= 0 && thread < 4, "the number of a thread is too large");
      check(at[thread].exchange(1) == 0, "two threads have one number");
      std::this_thread::yield();
      at[thread].store(0);
    }
  };
  Team team(4);
  for (int round = 0; round < rounds; round++) {
    Busy busy;
    Team::run(&team, 23, Busy::task, &busy);
  }
}

void denormals_are_flushed_in_units_only() {
  struct Halve {
    static void task(void*, int64_t, int) {
      volatile float tiny = std::numeric_limits<float>::min();
      check(tiny * 0.5f == 0.0f, "a worker keeps denormals");
    }
  };
  Team team(3);
  for (int i = 0; i < 50; i++) Team::run(&team, 9, Halve::task, nullptr);
  volatile float tiny = std::numeric_limits<float>::min();
  check(tiny * 0.5f != 0.0f, "the caller's mode was not restored");
}

// A child of fork has no workers, and must neither hang in a run nor at its end.
void a_forked_child_runs_alone() {
  Team team(4);
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    every_unit_runs_once(4, 100);
    std::_Exit(7);
  }
  int status = 0;
  waitpid(child, &status, 0);
  check(WIFEXITED(status) && WEXITSTATUS(status) == 7, "a forked child hung or crashed");
}

}  // namespace

int main(int arguments, char**) {
  const int rounds = arguments > 1 ? 2000 : 20000;
  for (int threads : {1, 2, 4, 8}) every_unit_runs_once(threads, rounds);
  results_are_visible(rounds);
  threads_are_told_apart(rounds);
  denormals_are_flushed_in_units_only();
  std::vector<std::thread> callers;
  for (int i = 1; i <= 4; i++) callers.emplace_back([i, rounds] { every_unit_runs_once(1 + i, rounds); });
  for (auto& it : callers) it.join();
  if (arguments == 1) a_forked_child_runs_alone();
  std::printf("done\n");
}
