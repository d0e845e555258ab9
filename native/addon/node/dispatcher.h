// One thread that runs the asynchronous calls of one instance, in order. Not libuv's pool: its four
// threads also serve files, name look-ups and compression, and a training step can take seconds.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>

namespace cnnc {

class Dispatcher {
 public:
  class Job {
   public:
    explicit Job(int64_t ticket) : ticket(ticket) {}
    virtual ~Job() = default;
    virtual void run() = 0;  // on the dispatcher's thread; the job then belongs to whom run() gave it

    const int64_t ticket;    // how the caller finds it again
  };

  ~Dispatcher() { stop(); }

  // Takes the job, unless no thread can be had or the dispatcher was stopped: then false.
  [[nodiscard]] bool post(Job* job);

  // Takes the job of this ticket off the queue; null: there is none that waits.
  Job* withdraw(int64_t ticket);

  // Waits for the running job; returns those that will never run.
  std::deque<Job*> stop();

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job*> queue_;
  bool stopping_ = false;
  std::thread thread_;  // started by the first job
};

}  // namespace cnnc
