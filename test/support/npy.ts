/** What `numpy.save` writes: version 1.0, the header filled up with spaces to a multiple of 64 bytes. */
export function npy(descr: string, shape: readonly number[], elements: ArrayBufferView, order = "False"): Buffer {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dictionary = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${tuple}), }`;
  const header = `${dictionary.padEnd(Math.ceil((dictionary.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.from("\x93NUMPY\x01\x00\0\0", "latin1");
  start.writeUInt16LE(header.length, 8);
  const { buffer, byteOffset, byteLength } = elements;
  return Buffer.concat([start, Buffer.from(header, "latin1"), Buffer.from(buffer, byteOffset, byteLength)]);
}
