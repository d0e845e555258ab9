import { RandomStream, hashName } from "../random/philox.ts";
import { shuffledOrder } from "../random/shuffle.ts";
import type { Chunks, Dataset } from "./dataset.ts";

/** The order of one epoch: it depends on nothing but the data set, seed and epoch, so a run that goes on finds its place in it. */
export function epochOrder({ size, chunks }: Dataset<unknown>, seed: number, epoch: number): Int32Array {
  if (chunks === undefined) return shuffledOrder(size, seed, epoch);
  return mixed(inChunks(size, chunks, shuffledOrder(chunks.starts.length, seed, epoch)), chunks.buffer, seed, epoch);
}

/** Chunk after chunk in an order of chunks, each from its first sample to its last. */
export function inChunks(size: number, { starts }: Chunks, order: Int32Array): Int32Array {
  const samples = new Int32Array(size);
  let at = 0;
  for (const chunk of order) {
    const end = starts[chunk + 1] ?? size;
    for (let sample = starts[chunk]!; sample < end; sample++) samples[at++] = sample;
  }
  return samples;
}

/**
 * Each sample is put off by a number of places drawn from 0 … buffer: sorted by place + delay, where equal ones keep
 * their order. What came in at place i goes out after all that came in at i - buffer, and before all that come in after
 * i + buffer: chunks that are open at one time have about as many samples as the buffer.
 */
function mixed(samples: Int32Array, buffer: number, seed: number, epoch: number): Int32Array {
  const random = new RandomStream(seed, hashName(`mix.${epoch}`));
  const places = samples.map((_, i) => i + random.below(buffer + 1));
  // A counting sort: where the samples of each place begin.
  const begins = new Int32Array(samples.length + buffer + 1);
  for (const place of places) begins[place + 1]!++;
  for (let place = 1; place < begins.length; place++) begins[place]! += begins[place - 1]!;
  const result = new Int32Array(samples.length);
  samples.forEach((sample, i) => (result[begins[places[i]!]!++] = sample));
  return result;
}
