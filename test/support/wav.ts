export interface WavOptions {
  readonly rate?: number;
  readonly channels?: number;
  /** 1: whole numbers; 3: floating-point ones. */
  readonly format?: number;
  readonly bits?: number;
  readonly extensible?: boolean;
  /** A chunk of so many bytes, which readers must pass over, before the samples. */
  readonly note?: number;
}

/** A WAV file of samples from -1 to 1, channels side by side. */
export function wav(samples: ArrayLike<number>, options: WavOptions = {}): Buffer {
  const { rate = 16_000, channels = 1, format = 1, bits = 16, extensible = false, note } = options;
  const block = (channels * bits) / 8;
  const fmt = Buffer.alloc(extensible ? 40 : 16);
  fmt.writeUInt16LE(extensible ? 0xfffe : format, 0);
  fmt.writeUInt16LE(channels, 2);
  fmt.writeUInt32LE(rate, 4);
  fmt.writeUInt32LE(rate * block, 8);
  fmt.writeUInt16LE(block, 12);
  fmt.writeUInt16LE(bits, 14);
  if (extensible) {
    fmt.writeUInt16LE(22, 16);
    fmt.writeUInt16LE(bits, 18);
    fmt.writeUInt16LE(format, 24);
  }
  const data = Buffer.concat(Array.from(samples, (x) => encoded(x, format, bits)));
  const chunks = [chunk("fmt ", fmt), ...(note === undefined ? [] : [chunk("LIST", Buffer.alloc(note))])];
  const body = Buffer.concat([Buffer.from("WAVE"), ...chunks, chunk("data", data)]);
  return chunk("RIFF", body);
}

function encoded(x: number, format: number, bits: number): Buffer {
  const bytes = Buffer.alloc(bits / 8);
  if (format === 3) {
    if (bits === 64) bytes.writeDoubleLE(x);
    else bytes.writeFloatLE(x);
  } else if (bits === 8) bytes.writeUInt8(Math.round(x * 127) + 128);
  else bytes.writeIntLE(Math.min(Math.round(x * 2 ** (bits - 1)), 2 ** (bits - 1) - 1), 0, bits / 8);
  return bytes;
}

function chunk(name: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, "latin1");
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}
