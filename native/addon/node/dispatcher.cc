#include "dispatcher.h"

#include <algorithm>
#include <utility>

namespace cnnc {

bool Dispatcher::post(Job* job) {
  std::lock_guard lock(mutex_);
  if (stopping_) return false;
  try {
    if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
    queue_.push_back(job);
  } catch (...) {
    return false;
  }
  changed_.notify_one();
  return true;
}

Dispatcher::Job* Dispatcher::withdraw(int64_t ticket) {
  std::lock_guard lock(mutex_);
  const auto found = std::find_if(queue_.begin(), queue_.end(), [ticket](Job* it) { return it->ticket == ticket; });
  if (found == queue_.end()) return nullptr;
  Job* job = *found;
  queue_.erase(found);
  return job;
}

std::deque<Dispatcher::Job*> Dispatcher::stop() {
  std::deque<Job*> cancelled;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    cancelled = std::exchange(queue_, {});
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  return cancelled;
}

void Dispatcher::work() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Job* job = queue_.front();
    queue_.pop_front();
    lock.unlock();
    job->run();
  }
}

}  // namespace cnnc
