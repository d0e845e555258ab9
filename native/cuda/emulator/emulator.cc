// Blocks, their threads, and who runs when.
#include "emulator.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <utility>
#include <vector>

#include "block.h"
#include "fiber.h"

namespace cnnc::emulator {
namespace {

struct Thread {
  Place place = nullptr;
  bool (*ready)(const void*) = nullptr;  // null: it can run
  const void* context = nullptr;
  bool done = false;
};

// Lanes that have come to an instruction of the warp.
struct Meeting {
  const char* instruction = nullptr;
  void* arguments[warp_size] = {};
  int arrived = 0;
  uint32_t count = 0;    // meetings before
  uint32_t epoch = 0;    // barriers of the warp before
};

const Launch* current = nullptr;
Place scheduler = nullptr;
std::vector<Thread> threads;
std::vector<Meeting> warps;
int running = 0;
long block = 0;
int at_barrier = 0;
uint32_t epoch = 0;
bool failed = false;
char message[1024] = "";

Stacks& stacks() {
  static Stacks all;
  return all;
}

// xorshift64 (Marsaglia 2003): the same orders in every run.
uint64_t draw() {
  static uint64_t state = 0x9E3779B97F4A7C15;
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state;
}

template <class T>
std::vector<T> shuffled(T count) {
  std::vector<T> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), T{0});
  for (size_t i = order.size(); i > 1; i--) std::swap(order[i - 1], order[draw() % i]);
  return order;
}

void leave() { switch_fiber(&threads[size_t(running)].place, scheduler); }

void run_thread() {
  current->body(current->kernel);
  threads[size_t(running)].done = true;
  leave();
}

bool can_run(const Thread& thread) { return !thread.done && (!thread.ready || thread.ready(thread.context)); }

// Whether thread i has moved on.
bool run(int i) {
  Thread& thread = threads[size_t(i)];
  if (!can_run(thread)) return false;
  thread.ready = nullptr;
  running = i;
  switch_fiber(&scheduler, thread.place);
  return true;
}

void report(const char* text) {
  std::snprintf(message, sizeof message, "%s, block %ld: %s", current->name, block, text);
  failed = true;
}

void report_standstill() {
  const char* where = nullptr;
  for (const Meeting& warp : warps)
    if (warp.arrived > 0) where = warp.instruction;
  char text[256];
  if (where) std::snprintf(text, sizeof text, "not all lanes of a warp come to %s", where);
  else std::snprintf(text, sizeof text, "%d of %d threads wait at a barrier that the others never reach", at_barrier, current->threads);
  report(text);
}

void run_block() {
  const int count = current->threads;
  shared::start_block(current->shared_bytes);
  start_thread_copies(count);
  threads.assign(size_t(count), Thread{});
  warps.assign(size_t((count + warp_size - 1) / warp_size), Meeting{});
  at_barrier = 0;
  epoch = 0;
  for (int i = 0; i < count; i++) threads[size_t(i)].place = stacks().start(i, run_thread);
  for (bool moved = true; moved && !failed;) {
    moved = false;
    for (const int warp : shuffled(int(warps.size())))
      for (int i = warp * warp_size; i < count && i < (warp + 1) * warp_size && !failed; i++) moved = run(i) || moved;
  }
  if (failed) return;
  for (const Thread& thread : threads)
    if (!thread.done) return report_standstill();
}

}  // namespace

bool launch(const Launch& launch) {
  failed = false;
  if (launch.threads < 1 || launch.threads > Stacks::count || launch.threads % warp_size != 0) {
    std::snprintf(message, sizeof message, "%s: %d threads in a block", launch.name, launch.threads);
    return false;
  }
  current = &launch;
  for (const long i : shuffled(launch.blocks)) {
    block = i;
    run_block();
    if (failed) break;
  }
  current = nullptr;
  return !failed;
}

const char* failure() { return message; }
bool in_kernel() { return current != nullptr; }
bool on_stack(const void* p) { return stacks().contains(p); }
int thread_index() { return running; }
long block_index() { return block; }
Time now() { return {epoch, warps[size_t(running / warp_size)].epoch}; }

void fail(const char* format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  std::snprintf(message, sizeof message, "%s, block %ld, thread %d: %s", current->name, block, running, text);
  failed = true;
  leave();
  __builtin_unreachable();
}

void wait_until(bool (*ready)(const void*), const void* context) {
  Thread& own = threads[size_t(running)];
  own.ready = ready;
  own.context = context;
  leave();
}

void sync_block() {
  const uint32_t before = epoch;
  if (++at_barrier == current->threads) {
    at_barrier = 0;
    epoch++;
    return;
  }
  wait_until([](const void* then) { return epoch != *static_cast<const uint32_t*>(then); }, &before);
}

void meet(const char* instruction, void* argument, void (*perform)(void* const*)) {
  Meeting& warp = warps[size_t(running / warp_size)];
  if (warp.arrived > 0 && std::strcmp(warp.instruction, instruction) != 0)
    fail("lanes of a warp come to %s and to %s", warp.instruction, instruction);
  warp.instruction = instruction;
  warp.arguments[running % warp_size] = argument;
  if (++warp.arrived == warp_size) {
    warp.arrived = 0;
    warp.count++;
    if (perform) perform(warp.arguments);
    return;
  }
  struct Waiting {
    const Meeting* warp;
    uint32_t count;
  } waiting{&warp, warp.count};
  wait_until(
      [](const void* context) {
        const auto& own = *static_cast<const Waiting*>(context);
        return own.warp->count != own.count;
      },
      &waiting);
}

void sync_warp() {
  Meeting& warp = warps[size_t(running / warp_size)];
  const uint32_t count = warp.count;
  meet("syncwarp", nullptr, nullptr);
  // Of all lanes the first that goes on.
  if (warp.epoch <= count) warp.epoch = count + 1;
}

}  // namespace cnnc::emulator
