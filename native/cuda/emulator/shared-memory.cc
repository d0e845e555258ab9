// Shared memory, who has touched it when, and copies on their way to it.
#include <cstring>
#include <vector>

#include "block.h"

namespace cnnc::emulator {
namespace {

constexpr int cell_bytes = 2;
constexpr int nobody = -1, several = -2;

// What happened to two bytes since the block began.
struct Cell {
  uint32_t block = 0;  // of which block this tells: what is older says nothing
  int16_t writer = nobody, reader = nobody;
  int16_t reading_warp = nobody;
  bool awaited = false;  // a copy is on its way
  Time written{}, read{};
};

struct Copy {
  int to, bytes, group;
  const void* from;  // null: zeros
};

struct Copies {
  std::vector<Copy> pending;
  int committed = 0;
};

std::vector<char> memory;
std::vector<Cell> cells;
std::vector<Copies> copies;
uint32_t block_count = 0;

// Who accesses memory, and when: asked once for all cells of an access.
struct Access {
  int me = thread_index(), warp = me / warp_size;
  Time time = now();

  // Whether what a warp did then is over and seen by this thread.
  bool is_after(Time then, int then_warp) const {
    return then.block != time.block || (then_warp == warp && then.warp != time.warp);
  }
  bool races_with_writer(const Cell& cell) const {
    return cell.writer != nobody && cell.writer != me && !is_after(cell.written, cell.writer / warp_size);
  }
};

void require_inside(int offset, int bytes, const char* does) {
  if (offset < 0 || offset + bytes > int(memory.size()))
    fail("%s %d bytes of shared memory at %d, of which the block has %d", does, bytes, offset, int(memory.size()));
}

Cell& cell_at(int i) {
  Cell& cell = cells[size_t(i)];
  if (cell.block != block_count) {
    cell = Cell{};
    cell.block = block_count;
  }
  return cell;
}

template <class F>
void each_cell(int offset, int bytes, const F& f) {
  const Access access;
  for (int i = offset / cell_bytes; i * cell_bytes < offset + bytes; i++) f(access, cell_at(i), i * cell_bytes);
}

void reads(const Access& access, Cell& cell, int offset) {
  if (cell.awaited) fail("reads shared memory at %d, to which a copy is still on its way", offset);
  if (access.races_with_writer(cell)) fail("races: reads shared memory at %d, which thread %d writes", offset, cell.writer);
  const bool later = cell.reader == nobody || access.is_after(cell.read, cell.reading_warp);
  cell.reader = later || cell.reader == access.me ? int16_t(access.me) : int16_t(several);
  cell.reading_warp = later || cell.reading_warp == access.warp ? int16_t(access.warp) : int16_t(several);
  cell.read = access.time;
}

void writes(const Access& access, Cell& cell, int offset) {
  if (cell.awaited) fail("writes shared memory at %d, to which a copy is still on its way", offset);
  if (access.races_with_writer(cell)) fail("races: writes shared memory at %d, which thread %d writes", offset, cell.writer);
  if (cell.reader != nobody && cell.reader != access.me && !access.is_after(cell.read, cell.reading_warp))
    fail("races: writes shared memory at %d, which %s", offset, "another thread reads");
  cell.writer = int16_t(access.me);
  cell.written = access.time;
}

}  // namespace

void shared::start_block(int bytes) {
  memory.assign(size_t(bytes), '\xff');  // a NaN, whatever the type
  if (cells.size() < size_t(bytes / cell_bytes + 1)) cells.resize(size_t(bytes / cell_bytes + 1));
  block_count++;
}

void start_thread_copies(int threads) { copies.assign(size_t(threads), Copies{}); }

void load_shared(int offset, void* x, int bytes) {
  require_inside(offset, bytes, "reads");
  if (offset % bytes != 0) fail("reads %d bytes of shared memory at %d, which are not aligned", bytes, offset);
  each_cell(offset, bytes, reads);
  std::memcpy(x, memory.data() + offset, size_t(bytes));
}

void store_shared(int offset, const void* x, int bytes) {
  require_inside(offset, bytes, "writes");
  if (offset % bytes != 0) fail("writes %d bytes of shared memory at %d, which are not aligned", bytes, offset);
  each_cell(offset, bytes, writes);
  std::memcpy(memory.data() + offset, x, size_t(bytes));
}

void copy_async(int to, const void* from, int bytes, bool reads_memory) {
  require_inside(to, bytes, "copies to");
  if (to % bytes != 0) fail("copies %d bytes to shared memory at %d, which are not aligned", bytes, to);
  if (reads_memory) {
    if (reinterpret_cast<uintptr_t>(from) % uintptr_t(bytes) != 0) fail("copies %d bytes from %p, which are not aligned", bytes, from);
    check_read(from, bytes);
  }
  each_cell(to, bytes, [](const Access& access, Cell& cell, int offset) {
    writes(access, cell, offset);
    cell.awaited = true;
  });
  Copies& own = copies[size_t(thread_index())];
  own.pending.push_back({to, bytes, own.committed, reads_memory ? from : nullptr});
}

void commit_copies() { copies[size_t(thread_index())].committed++; }

void wait_copies(int pending) {
  Copies& own = copies[size_t(thread_index())];
  const auto arrives = [&](const Copy& copy) { return copy.group < own.committed - pending; };
  for (const Copy& copy : own.pending) {
    if (!arrives(copy)) continue;
    char* to = memory.data() + copy.to;
    if (copy.from) std::memcpy(to, copy.from, size_t(copy.bytes));
    else std::memset(to, 0, size_t(copy.bytes));
    each_cell(copy.to, copy.bytes, [](const Access& access, Cell& cell, int) {
      cell.awaited = false;
      cell.writer = int16_t(access.me);
      cell.written = access.time;
    });
  }
  std::erase_if(own.pending, arrives);
}

}  // namespace cnnc::emulator
