import { defineOperator } from "../../opkit/operator.ts";
import { lowerPictures, onnxPictures } from "./fourier.ts";
import { framingAttributes, framingOf, transformAttributes } from "./framing.ts";
import { lowerLogMel, melMacs, onnxLogMel } from "./log-bands.ts";
import { bandAttributes, checkMel, melAttributes } from "./mel.ts";
import { logMelReference } from "./reference.ts";

export const logMel = defineOperator({
  name: "log_mel",
  category: "spectrum",
  summary: "Logarithms of the power in bands of frequencies, spaced as the ear hears.",
  doc:
    "y[c, j, p] = log(max(Σ_k w[j, k]·s[c, k, p], floor)), the natural logarithm, s being the power that `spectrogram` " +
    "computes: from f32[C, L] f32[C, bands, P]. Band j is a triangle of height 1, w[j, k] = max(0, min((f - l)/(c - l), " +
    "(u - f)/(u - c))) at f = k·rate/fft, over the edges l, c, u = e[j], e[j + 1], e[j + 2]; these are evenly spaced from " +
    "`fmin` to `fmax` on the mel scale, m = 2595·log10(1 + f/700) (O'Shaughnessy 1987; HTK's). The logarithm of " +
    'torchaudio\'s `MelSpectrogram` (mel_scale="htk", norm=None), with a floor.',
  operands: ["x"],
  attributes: { ...framingAttributes, ...bandAttributes, ...transformAttributes, ...melAttributes },
  shape: ({ operands: [x], attributes, ...report }) => {
    const { frames } = checkMel("log_mel", x!, attributes, report);
    return { dtype: "f32", shape: [x!.shape[0]!, attributes.bands, frames] };
  },
  lower: ({ b, operands: [x], types: [type], attributes }) =>
    lowerPictures(b, lowerLogMel(b, x!, framingOf(attributes, type!.shape), attributes)),
  macs: ({ operands: [x], attributes }) => melMacs(x!.shape, framingOf(attributes, x!.shape), attributes),
  onnx: ({ b, operands: [x], types: [type], attributes }) =>
    onnxPictures(b, onnxLogMel(b, x!, type!.shape, framingOf(attributes, type!.shape), attributes)),
  rate: ({ rate }) => rate,
  reference: ({ operands: [x], attributes }) =>
    logMelReference(x!, framingOf(attributes, x!.shape.slice(1)), attributes),
  samples: [
    { link: "log_mel(rate=8kHz, window=4ms, hop=1ms, bands=5)", input: [1, 100], batch: 3 },
    { link: "log_mel(rate=8kHz, window=4ms, hop=2ms, bands=20, fft=256)", input: [1, 90], batch: 1 },
    { link: "log_mel(4000, window=20, hop=8, bands=3, fmin=300Hz, fmax=1.5kHz, floor=0.2)", input: [3, 41], batch: 17 },
    { link: "log_mel(rate=1kHz, window=12ms, hop=5ms, bands=2) -> relu", input: [19, 40], batch: 1 },
    { link: "log_mel(rate=4kHz, window=5ms, hop=2ms, bands=6) -> conv(4, kernel=3)", input: [1, 64], batch: 3 },
  ],
});
