import { whole } from "../../opkit/attributes.ts";
import { defineOperator } from "../../opkit/operator.ts";
import { lowerPictures, lowerPower, onnxPictures, onnxPower } from "./fourier.ts";
import { binsOf, checkFraming, framingAttributes, framingOf, transformAttributes } from "./framing.ts";
import { powerReference } from "./reference.ts";

export const spectrogram = defineOperator({
  name: "spectrogram",
  category: "spectrum",
  summary: "The frequencies of consecutive pieces of a signal: a picture of each channel.",
  doc:
    "y[c, k, p] = |Σ_t h[t]·x[c, p·hop + t - N/2]·exp(-2πi·k·t/F)|^power, h[t] = (1 - cos(2πt/N))/2 for 0 ≤ t < N (Hann, " +
    "periodic): from f32[C, L] f32[C, ⌊F/2⌋ + 1, P], whose row k is the frequency k·rate/F and whose column p is the piece " +
    "centred at p·hop. N samples are `window`, F is `fft`; the signal is mirrored at its ends, so with an even F there are " +
    "P = 1 + ⌊L/hop⌋ pieces. Times are rounded to whole samples. " +
    "torchaudio's `Spectrogram` (PyTorch's `stft` with `center` and `pad_mode=\"reflect\"`), without a factor for the window.",
  operands: ["x"],
  attributes: {
    ...framingAttributes,
    power: whole({ doc: "2 for the power, 1 for the magnitude.", default: 2, min: 1, max: 2 }),
    ...transformAttributes,
  },
  shape: ({ operands: [x], attributes, ...report }) => {
    const framing = checkFraming("spectrogram", x!, attributes, report);
    return { dtype: "f32", shape: [x!.shape[0]!, binsOf(framing), framing.frames] };
  },
  lower: ({ b, operands: [x], types: [type], attributes }) => {
    const framing = framingOf(attributes, type!.shape);
    const bins = { first: 0, count: binsOf(framing) };
    return lowerPictures(b, lowerPower(b, x!, framing, bins, attributes.power === 1));
  },
  macs: ({ operands: [x], attributes }) => {
    const framing = framingOf(attributes, x!.shape);
    return 2 * x!.shape[0]! * binsOf(framing) * framing.window * framing.frames;
  },
  onnx: ({ b, operands: [x], types: [type], attributes }) => {
    const framing = framingOf(attributes, type!.shape);
    const power = onnxPower(b, x!, type!.shape, framing, { first: 0, count: binsOf(framing) });
    return onnxPictures(b, attributes.power === 1 ? b.node("Sqrt", [power]) : power);
  },
  rate: ({ rate }) => rate,
  reference: ({ operands: [x], attributes }) =>
    powerReference(x!, framingOf(attributes, x!.shape.slice(1)), attributes.power),
  samples: [
    { link: "spectrogram(rate=1kHz, window=16ms, hop=5ms)", input: [1, 64], batch: 3 },
    { link: "spectrogram(8000, window=15, hop=7, power=1)", input: [1, 53], batch: 1 },
    { link: "spectrogram(rate=1kHz, window=12ms, hop=4ms, fft=19)", input: [2, 31], batch: 17 },
    { link: "spectrogram(rate=1kHz, window=6ms, hop=9ms, fft=8) -> relu", input: [19, 33], batch: 1 },
    { link: "conv(3, kernel=3) -> spectrogram(rate=1kHz, window=8ms, hop=6ms)", input: [2, 27], batch: 3 },
  ],
});
