import type { Batch, ModelTypes } from "../bind/model-types.ts";
import { CnncDataError } from "../errors.ts";
import { ChunkCache, chunkBytes, defaultBuffer } from "./chunk-cache.ts";
import type { CorruptOptions } from "./corrupt-samples.ts";
import { checkIndices, chunkAt, type Chunks, type Dataset } from "./dataset.ts";
import { fieldsOf, type Described } from "./fields.ts";
import { readRange } from "./read-bytes.ts";
import { readFields, type Cell, type ReadOptions } from "./read-field.ts";
import { ShardIndex } from "./shard-index.ts";
import { tarMembers } from "./tar.ts";

export interface ShardOptions extends CorruptOptions, ReadOptions {
  /**
   * How many bytes of shards are in memory, and mixed with each other; default 128 MiB. Another number is another order of
   * samples. Shards that have no more in them are mixed as if they were arrays.
   */
  readonly bufferBytes?: number | undefined;
}

/**
 * Samples in tar files as WebDataset has them (Aizman et al. 2019): the files of a sample follow each other and have one name up to
 * its first dot. Opening goes through the headers; of the contents only what a batch asks for is read, in chunks.
 */
export async function openShards<M extends ModelTypes>(
  files: readonly string[],
  { manifest }: Described<M>,
  options: ShardOptions = {},
): Promise<Dataset<Batch<M>>> {
  if (files.length === 0) throw new CnncDataError("there are no shards");
  const index = await ShardIndex.of(files, fieldsOf(manifest));
  const ranges = cut(index);
  const total = ranges.reduce((sum, { from, to }) => sum + (to - from), 0);
  const { bufferBytes = defaultBuffer } = options;
  const starts = Int32Array.from(ranges, ({ first }) => first);
  const cache = new ChunkCache(
    bufferBytes + 2 * chunkBytes,
    (chunk) => ranges[chunk]!.to - ranges[chunk]!.from,
    (chunk) => {
      const { file, from, to } = ranges[chunk]!;
      return readRange(file, from, to);
    },
  );
  const cell = (sample: number, field: number): Cell => {
    const { offset, size, ending } = index.place(sample, field);
    const chunk = chunkAt(starts, sample);
    const { file, from } = ranges[chunk]!;
    return {
      ending,
      bytes: async () => (await cache.get(chunk)).subarray(offset - from, offset - from + size),
      where: () => nameAt(file, offset),
    };
  };
  const gather = (indices: ArrayLike<number>): Promise<Batch<M>> => {
    checkIndices(indices, index.size);
    const columns = index.fields.map((field, f) => ({
      field,
      cells: Array.from(indices, (sample) => cell(sample, f)),
    }));
    return readFields(columns, options) as Promise<unknown> as Promise<Batch<M>>;
  };
  const chunks: Chunks = { starts, buffer: Math.ceil((index.size * bufferBytes) / total) };
  return { size: index.size, gather, ...(total > bufferBytes && { chunks }) };
}

/** Bytes of a shard that are read at once, and the first of the samples that they are of. */
interface Range {
  readonly shard: number;
  readonly file: string;
  readonly first: number;
  readonly from: number;
  readonly to: number;
}

/** Whole samples of one shard, as many as there is room for in a chunk. */
function cut(index: ShardIndex): readonly Range[] {
  const ranges: Range[] = [];
  for (let sample = 0; sample < index.size; sample++) {
    const shard = index.shardOf(sample);
    const [from, to] = index.extent(sample);
    const last = ranges.at(-1);
    if (last?.shard === shard && to - last.from <= chunkBytes) ranges[ranges.length - 1] = { ...last, to };
    else ranges.push({ shard, file: index.files[shard]!, first: sample, from, to });
  }
  return ranges;
}

/** Names are not kept: whoever wants to know one goes through the headers again. */
async function nameAt(file: string, offset: number): Promise<string> {
  for await (const member of tarMembers(file)) if (member.offset === offset) return `${file}: ${member.name}`;
  throw new CnncDataError(`${file}: it was changed after it was opened`);
}
