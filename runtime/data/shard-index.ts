import { CnncDataError } from "../errors.ts";
import { chunkAt } from "./dataset.ts";
import { endings, type Field } from "./fields.ts";
import { tarMembers } from "./tar.ts";

/** Where a member's contents are in its shard, and what they are. */
export interface Place {
  readonly offset: number;
  readonly size: number;
  /** As in `endings`. */
  readonly ending: string;
}

/** A sample while its shard is gone through: its members by what stands behind the first dot of their names. */
interface Sample {
  readonly key: string;
  readonly members: Map<string, Place>;
}

/** Shards whose headers are read at the same time. */
const atOnce = 4;
const allEndings = [...new Set(Object.values(endings).flat())];
/** Numbers of a place. */
const stride = 3;

/** Where in shards the members of samples are: 24 bytes for each. */
export class ShardIndex {
  readonly files: readonly string[];
  /** The fields that there is something of. */
  readonly fields: readonly Field[];
  /** The first sample of each shard. */
  readonly starts: Int32Array;
  readonly size: number;
  /** Of each shard, the places of its samples' fields. */
  readonly #places: readonly Float64Array[];

  private constructor(files: readonly string[], fields: readonly Field[], places: readonly Float64Array[]) {
    const sizes = places.map(({ length }) => length / (stride * fields.length));
    let size = 0;
    this.files = files;
    this.fields = fields;
    this.starts = Int32Array.from(sizes, (own) => (size += own) - own);
    this.size = size;
    this.#places = places;
  }

  /** Goes through the headers of all shards. The first sample tells which fields there are besides those that must be there. */
  static async of(files: readonly string[], wanted: readonly Field[]): Promise<ShardIndex> {
    let fields: readonly Field[] = [];
    for await (const sample of samplesIn(files[0]!)) {
      fields = fieldsIn(files[0]!, sample, wanted);
      break;
    }
    const places: Float64Array[] = [];
    for (let from = 0; from < files.length; from += atOnce) {
      places.push(...(await Promise.all(files.slice(from, from + atOnce).map((file) => placesIn(file, fields)))));
    }
    return new ShardIndex(files, fields, places);
  }

  /** The number of a sample's shard. */
  shardOf(sample: number): number {
    return chunkAt(this.starts, sample);
  }

  place(sample: number, field: number): Place {
    const shard = this.shardOf(sample);
    const at = ((sample - this.starts[shard]!) * this.fields.length + field) * stride;
    const [offset, size, ending] = this.#places[shard]!.subarray(at, at + stride) as unknown as [
      number,
      number,
      number,
    ];
    return { offset, size, ending: allEndings[ending]! };
  }

  /** From the first byte of a sample's members to behind the last. */
  extent(sample: number): readonly [number, number] {
    const places = this.fields.map((_, field) => this.place(sample, field));
    return [
      Math.min(...places.map(({ offset }) => offset)),
      Math.max(...places.map(({ offset, size }) => offset + size)),
    ];
  }
}

/** Members that follow each other and have one name up to the first dot are a sample. */
async function* samplesIn(file: string): AsyncGenerator<Sample> {
  let sample: Sample | undefined;
  for await (const { name, offset, size } of tarMembers(file)) {
    const [, key = "", ending] = /^(.*?[^/]*?)\.([^/]*)$/.exec(name) ?? [];
    // Files without an ending, and hidden ones, belong to no sample.
    if (ending === undefined || key === "" || key.endsWith("/")) continue;
    if (sample?.key !== key) {
      if (sample) yield sample;
      sample = { key, members: new Map() };
    }
    const last = ending.slice(ending.lastIndexOf(".") + 1).toLowerCase();
    sample.members.set(ending.slice(0, ending.length - last.length) + last, { offset, size, ending: last });
  }
  if (sample) yield sample;
}

async function placesIn(file: string, fields: readonly Field[]): Promise<Float64Array> {
  const numbers: number[] = [];
  for await (const sample of samplesIn(file)) {
    for (const field of fields) {
      const { offset, size, ending } = memberOf(sample, field) ?? lacks(file, sample, field);
      numbers.push(offset, size, allEndings.indexOf(ending));
    }
  }
  if (numbers.length === 0) throw new CnncDataError(`${file}: there are no samples in it`);
  return Float64Array.from(numbers);
}

/** A member that is named for the field, `000123.mask.png`, else one of a kind that it takes, `000123.png`. */
function memberOf({ members }: Sample, { name, kind }: Field): Place | undefined {
  for (const prefix of [`${name}.`, ""])
    for (const ending of endings[kind]) {
      const found = members.get(prefix + ending);
      if (found) return found;
    }
  return undefined;
}

/** Fields that must be there, and those besides that have a member which is no other field's. */
function fieldsIn(file: string, sample: Sample, wanted: readonly Field[]): readonly Field[] {
  const owners = new Map<Place, Field>();
  return wanted.filter((field) => {
    const place = memberOf(sample, field);
    const owner = place && owners.get(place);
    // Objects of JSON have several fields.
    if (place && (owner === undefined || place.ending === "json")) return owners.set(place, field);
    if (!field.required) return false;
    if (!owner) return true;
    const member = place.ending;
    throw new CnncDataError(
      `${file}: sample ${sample.key} has one .${member} for both ${owner.name} and ${field.name}; ` +
        `name its members ${sample.key}.${owner.name}.${member} and ${sample.key}.${field.name}.…`,
    );
  });
}

function lacks(file: string, { key, members }: Sample, { name, kind }: Field): never {
  const found = [...members.keys()].map((ending) => `.${ending}`);
  const taken = endings[kind].map((ending) => `.${ending}`);
  throw new CnncDataError(
    `${file}: sample ${key} has no ${name}: it needs ${taken.join(" or ")} (or .${name}${taken[0]}), and has ${found.join(", ")}; ` +
      "the files of a sample must follow each other",
  );
}
