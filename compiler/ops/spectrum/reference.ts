import { tensor, type Tensor } from "../../opkit/tensor.ts";
import { binsOf, type Framing } from "./framing.ts";
import type { MelValues } from "./mel.ts";

/** y[n, c, k, p] = |Σ_t h[t]·x[n, c, p·hop + t - before]·exp(-2πi·k·t/F)|^power over the window, x mirrored at its ends. */
export function powerReference(x: Tensor, framing: Framing, power = 2): Tensor {
  const { window, hop, fft, before, frames } = framing;
  const [samples = 1, channels = 1, length = 1] = x.shape;
  const bins = binsOf(framing);
  const y = tensor([samples, channels, bins, frames]);
  const mirrored = (i: number): number => (i < 0 ? -i : i >= length ? 2 * (length - 1) - i : i);
  const angle = (2 * Math.PI) / fft;
  let to = 0;
  for (let signal = 0; signal < samples * channels; signal++)
    for (let k = 0; k < bins; k++)
      for (let p = 0; p < frames; p++) {
        let [re, im] = [0, 0];
        for (let t = 0; t < window; t++) {
          const hann = 0.5 * (1 - Math.cos((2 * Math.PI * t) / window));
          const value = hann * x.data[signal * length + mirrored(p * hop + t - before)]!;
          re += value * Math.cos(angle * k * t);
          im -= value * Math.sin(angle * k * t);
        }
        y.data[to++] = Math.hypot(re, im) ** power;
      }
  return y;
}

/** log(max(Σ_k weight[j, k]·x[n, c, k, p], floor)) with triangles over bands that are evenly spaced on the mel scale. */
export function logMelReference(x: Tensor, framing: Framing, { rate, bands, fmin, fmax, floor }: MelValues): Tensor {
  const mel = (f: number): number => 2595 * Math.log10(1 + f / 700);
  const [low, high] = [mel(fmin), mel(fmax === 0 ? rate / 2 : fmax)];
  const edges = Array.from({ length: bands + 2 }, (_, j) => {
    return 700 * (10 ** ((low + ((high - low) * j) / (bands + 1)) / 2595) - 1);
  });
  const weight = (j: number, k: number): number => {
    const f = (k * rate) / framing.fft;
    const [from, centre, to] = [edges[j]!, edges[j + 1]!, edges[j + 2]!];
    if (f <= from || f >= to) return 0;
    return f < centre ? (f - from) / (centre - from) : (to - f) / (to - centre);
  };
  const sums = mixed(powerReference(x, framing), bands, weight);
  return { ...sums, data: sums.data.map((value) => Math.log(Math.max(value, floor))) };
}

/** y[n, c, j, p] = Σ_k weight(j, k)·x[n, c, k, p] */
export function mixed(x: Tensor, count: number, weight: (j: number, k: number) => number): Tensor {
  const [samples = 1, channels = 1, bins = 1, frames = 1] = x.shape;
  const y = tensor([samples, channels, count, frames]);
  for (let picture = 0; picture < samples * channels; picture++)
    for (let j = 0; j < count; j++)
      for (let k = 0; k < bins; k++)
        for (let p = 0; p < frames; p++)
          y.data[(picture * count + j) * frames + p]! += weight(j, k) * x.data[(picture * bins + k) * frames + p]!;
  return y;
}
