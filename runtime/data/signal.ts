import { CnncDataError } from "../errors.ts";
import { describeShape } from "../tensor/typed-array.ts";
import { readWav, type Wav } from "./wav.ts";

export interface SignalOptions {
  /** The input's shape: [channels, samples]. */
  readonly shape: readonly number[];
  /** The input's rate, of which files must be; absent: any. */
  readonly rate?: number | undefined;
  /**
   * What is done with files of another length: `exact` is an error, `end` puts zeros at the end, or cuts there.
   * Default: `exact`.
   */
  readonly fit?: "exact" | "end" | undefined;
  /** Called for each file whose length was changed. */
  readonly onFit?: ((fitted: FittedSignal) => void) | undefined;
}

export interface FittedSignal {
  readonly file: string;
  /** How many samples the file has, and how many the input takes. */
  readonly samples: number;
  readonly wanted: number;
}

/** Several WAV files as one batch; of an input with one channel the mean of a file's channels. */
export async function readSignals(files: readonly string[], options: SignalOptions): Promise<Float32Array> {
  const [channels = 0, wanted = 0] = options.shape;
  if (options.shape.length !== 2)
    throw new CnncDataError(`a signal has channels and samples, not ${describeShape(options.shape)}`);
  const batch = new Float32Array(files.length * channels * wanted);
  await Promise.all(
    files.map(async (file, n) => {
      const wav = await readWav(file);
      const length = checkedLength(file, wav, options);
      const one = channels === 1 && wav.channels > 1 ? mixedDown(wav) : wav;
      for (let c = 0; c < channels; c++) {
        const from = one.data.subarray(c * length, c * length + Math.min(length, wanted));
        batch.set(from, (n * channels + c) * wanted);
      }
    }),
  );
  return batch;
}

/** The length of a file that fits. */
function checkedLength(file: string, { rate, channels, data }: Wav, options: SignalOptions): number {
  const [count, wanted] = options.shape as [number, number];
  if (options.rate !== undefined && rate !== options.rate)
    throw new CnncDataError(`${file}: ${rate} samples a second, the network takes ${options.rate}; convert the file`);
  if (count !== 1 && channels !== count)
    throw new CnncDataError(`${file}: ${channels} channels, the network takes ${count}`);
  const samples = data.length / channels;
  if (samples === wanted) return samples;
  if (options.fit !== "end")
    throw new CnncDataError(`${file}: ${samples} samples, the network takes ${wanted}; \`fit: "end"\` pads and cuts`);
  options.onFit?.({ file, samples, wanted });
  return samples;
}

function mixedDown({ rate, channels, data }: Wav): Wav {
  const length = data.length / channels;
  const mean = (_: unknown, i: number): number => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += data[c * length + i]!;
    return sum / channels;
  };
  return { rate, channels: 1, data: Float32Array.from({ length }, mean) };
}
