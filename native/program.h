// What generated programs are written with: loops over the units that the compiler cut.
#pragma once
#include "addon/model.h"
#include "kernels/reduce.h"
#include "memory.h"
#include "tensor/tensor.h"

namespace cnnc::CNNC_ISA {

// Runs f(unit, thread) for every unit; f is called through a pointer, once a unit.
template <class F>
CNNC_INLINE void for_units(const Call& call, long units, const F& f) {
  struct Task {
    static void run(void* f, int64_t unit, int thread) { (*static_cast<const F*>(f))(unit, thread); }
  };
  if (units > 0) call.parallel(call.pool, units, Task::run, const_cast<F*>(&f));
}

// What works in memory of its thread takes the thread's number as well.
template <class F, class... At>
CNNC_INLINE void on_thread(int thread, const F& f, At... at) {
  if constexpr (requires { f(at..., thread); }) f(at..., thread);
  else f(at...);
}

// f(n0, n1) for groups of samples.
template <int Samples, class F>
CNNC_INLINE void for_samples(const Call& call, const F& f) {
  for_units(call, (call.batch + Samples - 1) / Samples, [&](long unit, int thread) {
    long n0 = unit * Samples, n1 = n0 + Samples;
    on_thread(thread, f, n0, n1 < call.batch ? n1 : call.batch);
  });
}

// The parts that `units` equal ones are each cut into, so that threads finish together: few of them do not come out even.
CNNC_INLINE int parts_of(const Call& call, long units, int most) {
  return units % call.threads == 0 || units >= 8 * call.threads ? 1 : min(call.threads, most);
}

// f(b, n0, n1, h0, h1) for blocks of outputs and groups of samples, one group after another: the weights of a block are read by all.
// Of blocks that may be cut, results have Height rows.
template <int Samples, int Height, class F>
CNNC_INLINE void for_blocks(const Call& call, int blocks, const F& f) {
  const long groups = (call.batch + Samples - 1) / Samples;
  const int parts = parts_of(call, blocks * groups, Height);
  for_units(call, blocks * groups * parts, [&](long unit, int thread) {
    const int part = int(unit % parts);
    long group = unit / parts, n0 = group % groups * Samples, n1 = n0 + Samples;
    on_thread(thread, f, int(group / groups), n0, n1 < call.batch ? n1 : call.batch, Height * part / parts,
              Height * (part + 1) / parts);
  });
}

// f(n, h0, h1) for bands of about Rows rows of each sample, in whole steps of Step, as many for each thread; for whole samples where
// the batch alone gives work enough, or there is one thread, since weights are then read less often. A row's bits do not depend on
// the band it is in.
template <int Height, int Rows, int Step, class F>
CNNC_INLINE void for_bands(const Call& call, const F& f) {
  constexpr int steps = ceil_div(Height, Step);
  const int wanted = ceil_div(Height, Rows), threads = call.threads;
  const int bands = call.batch >= 16 || threads == 1 ? 1
                    : wanted < threads               ? wanted
                                                     : min(steps, ceil_div(wanted, threads) * threads);
  for_units(call, call.batch * bands, [&](long unit, int thread) {
    const int band = int(unit % bands);
    on_thread(thread, f, unit / bands, steps * band / bands * Step, min(Height, steps * (band + 1) / bands * Step));
  });
}

// A block of `size` floats is cut into ranges of Floats, the last one with what is left.
struct BlockRange {
  long i0, i1;
};
template <int Floats>
CNNC_INLINE long block_ranges(long size) { return (size + Floats - 1) / Floats; }
template <int Floats>
CNNC_INLINE BlockRange block_range(long size, long unit) {
  long i0 = unit * Floats, i1 = i0 + Floats;
  return {i0, i1 < size ? i1 : size};
}

// f(i0, i1) for ranges of a block of floats.
template <int Floats, class F>
CNNC_INLINE void for_ranges(const Call& call, long size, const F& f) {
  for_units(call, block_ranges<Floats>(size), [&](long unit, int) {
    const auto [i0, i1] = block_range<Floats>(size, unit);
    f(i0, i1);
  });
}

// √(Σ x[i]²) over a block of floats: each range into a place of its own in `squares`, those in order.
template <int Floats>
CNNC_INLINE double block_norm(const Call& call, const float* x, long size, double* squares) {
  for_ranges<Floats>(call, size, [&](long i0, long i1) { squares[i0 / Floats] = sum_of_squares(x, i0, i1); });
  double total = 0;
  for (long i = 0; i < block_ranges<Floats>(size); i++) total += squares[i];
  return __builtin_sqrt(total);
}

// Each part of a batch adds its gradients, means over its own samples, to the sum over those before it, by its share of the batch:
// Σ n_p/N · g_p. True where the batch is at its end: then the gradients are that sum.
template <int Floats, class V>
CNNC_INLINE bool add_up_gradients(const Call& call, long size, long block) {
  if (call.batch == call.whole) return true;
  const bool begins = call.first == 0, ends = call.first + call.batch == call.whole;
  const V share(float(double(call.batch) / double(call.whole)));
  float* const gradients = call.gradients;
  float* const sums = gradients + block;
  for_ranges<Floats>(call, size, [&](long i0, long i1) {
    for (long i = i0; i < i1; i += V::lanes) {
      V sum = V::load(gradients + i) * share;
      if (!begins) sum = sum + V::load(sums + i);
      sum.store((ends ? gradients : sums) + i);
    }
  });
  return ends;
}

// Work of several kinds that may run at the same time.
template <class F>
struct Job {
  long units;
  F f;
};
template <class F>
Job(long, F) -> Job<F>;

// How many of a job's units come before share s: an equal part of them is in each.
template <class F>
CNNC_INLINE long units_to(const Job<F>& job, long s, long shares) { return job.units * s / shares; }

template <class F>
CNNC_INLINE bool run_job(long unit, long s, long shares, int thread, long& first, const Job<F>& job) {
  const long begin = units_to(job, s, shares), count = units_to(job, s + 1, shares) - begin, i = unit - first;
  first += count;
  if (i < 0 || i >= count) return false;
  on_thread(thread, job.f, begin + i);
  return true;
}

// A thread takes units that stand side by side: as they stand here, the same part of every job. What sums over a part of the batch then
// finds it in the cache of the core that computed it.
template <class... F>
CNNC_INLINE void for_jobs(const Call& call, const Job<F>&... jobs) {
  const long shares = call.threads;
  for_units(call, (jobs.units + ... + 0), [&](long unit, int thread) {
    long s = 0;
    while (unit >= (units_to(jobs, s + 1, shares) + ... + 0)) s++;
    long first = (units_to(jobs, s, shares) + ... + 0);
    (run_job(unit, s, shares, thread, first, jobs) || ...);
  });
}

// Samples of part i when the batch is cut into `chunks` parts.
struct Samples {
  long n0, n1;
};
struct PartAndTile {
  long part;
  int tile;
};
CNNC_INLINE PartAndTile part_and_tile(long unit, int tiles) { return {unit / tiles, int(unit % tiles)}; }
CNNC_INLINE Samples chunk(long batch, long chunks, long i) {
  return {batch * i / chunks, batch * (i + 1) / chunks};
}

}  // namespace cnnc::CNNC_ISA
