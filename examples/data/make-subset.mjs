// Makes the embedded subset of Fashion-MNIST: the first images of each class, in file order.
//   node examples/data/make-subset.mjs [FOLDER OF THE FULL SET]
// The output holds no name and no time: the same to the byte on every run of one zlib.
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";

const classes = 10;
const splits = [
  { name: "train", perClass: 1200 },
  { name: "t10k", perClass: 200 },
];

const source = process.argv[2] ?? "/usr/share/datasets/fashion-mnist";
const target = path.dirname(fileURLToPath(import.meta.url));

for (const { name, perClass } of splits) {
  const images = readIdx(`${name}-images-idx3-ubyte.gz`);
  const labels = readIdx(`${name}-labels-idx1-ubyte.gz`);
  const kept = firstOfEachClass(labels.data, perClass);
  writeIdx(`${name}-images-idx3-ubyte.gz`, pick(images, kept));
  writeIdx(`${name}-labels-idx1-ubyte.gz`, pick(labels, kept));
  console.log(`${name}: ${kept.length} of ${labels.dims[0]} images`);
}

/** Positions, ascending, of the first `perClass` examples of every class. */
function firstOfEachClass(labels, perClass) {
  const seen = new Array(classes).fill(0);
  const kept = [];
  labels.forEach((label, position) => {
    if (seen[label]++ < perClass) kept.push(position);
  });
  if (kept.length !== classes * perClass) throw new Error("a class has too few images");
  return kept;
}

function pick({ dims, data }, positions) {
  const size = dims.slice(1).reduce((product, dim) => product * dim, 1);
  const picked = Buffer.alloc(positions.length * size);
  positions.forEach((from, to) => {
    picked.set(data.subarray(from * size, (from + 1) * size), to * size);
  });
  return { dims: [positions.length, ...dims.slice(1)], data: picked };
}

/** IDX: 0, 0, type (8: unsigned byte), number of dimensions, each as big-endian u32, then the data. */
function readIdx(name) {
  const bytes = gunzipSync(fs.readFileSync(path.join(source, name)));
  if (bytes.readUInt16BE(0) !== 0 || bytes[2] !== 8) throw new Error(`${name}: not IDX of bytes`);
  const dims = Array.from({ length: bytes[3] }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis));
  return { dims, data: bytes.subarray(4 + 4 * dims.length) };
}

function writeIdx(name, { dims, data }) {
  const header = Buffer.alloc(4 + 4 * dims.length);
  header[2] = 8;
  header[3] = dims.length;
  dims.forEach((dim, axis) => header.writeUInt32BE(dim, 4 + 4 * axis));
  const packed = gzipSync(Buffer.concat([header, data]), { level: 9 });
  packed.writeUInt32LE(0, 4); // time of modification
  packed[9] = 255; // operating system: unknown
  fs.writeFileSync(path.join(target, name), packed);
}
