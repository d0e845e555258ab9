import { e, type Expression } from "../../ir/expression.ts";
import { whole } from "../../opkit/attributes.ts";
import { defineOperator } from "../../opkit/operator.ts";
import { lowerPictures, lowerProduct, onnxPictures, onnxProduct } from "./fourier.ts";
import { framingAttributes, framingOf, transformAttributes } from "./framing.ts";
import { lowerLogMel, melMacs, onnxLogMel } from "./log-bands.ts";
import { bandAttributes, checkMel, melAttributes } from "./mel.ts";
import { logMelReference, mixed } from "./reference.ts";

/** The orthonormal cosine transform (DCT-II), of [coefficients, bands, 1, 1]. */
function cosines(bands: number): Expression {
  const factor = e.whereGreater(e.index(0), 0, Math.sqrt(2 / bands), Math.sqrt(1 / bands));
  return e.mul(factor, e.cos(e.mul(Math.PI / bands, e.mul(e.index(0), e.add(e.index(1), 0.5)))));
}

export const mfcc = defineOperator({
  name: "mfcc",
  category: "spectrum",
  summary: "Mel-frequency cepstral coefficients: the form of the spectrum, in few numbers.",
  doc:
    "y[c, i, p] = s[i]·Σ_j cos(π·i·(j + 1/2)/bands)·m[c, j, p], s[0] = √(1/bands), else √(2/bands), m being what `log_mel` " +
    "computes: from f32[C, L] f32[C, coefficients, P] (Davis & Mermelstein 1980). torchaudio's `MFCC` (log_mels=True), with a " +
    "floor.",
  operands: ["x"],
  attributes: {
    ...framingAttributes,
    ...bandAttributes,
    coefficients: whole({ doc: "The first so many of the transform, at most as many as bands.", default: 13, min: 1 }),
    ...transformAttributes,
    ...melAttributes,
  },
  shape: ({ operands: [x], attributes, ...report }) => {
    const { frames } = checkMel("mfcc", x!, attributes, report);
    const { coefficients, bands } = attributes;
    if (coefficients > bands) {
      const holes = { operator: "mfcc", attribute: "coefficients", expected: `at most the bands, ${bands}` };
      report.fail("CNN357", { ...holes, found: `${coefficients}` }, "coefficients");
    }
    return { dtype: "f32", shape: [x!.shape[0]!, coefficients, frames] };
  },
  lower: ({ b, operands: [x], types: [type], attributes }) => {
    const { coefficients, bands } = attributes;
    const logarithms = lowerLogMel(b, x!, framingOf(attributes, type!.shape), attributes);
    return lowerPictures(b, lowerProduct(b, logarithms, "dct", coefficients, cosines(bands)));
  },
  macs: ({ operands: [x], attributes }) => {
    const framing = framingOf(attributes, x!.shape);
    const { coefficients, bands } = attributes;
    return melMacs(x!.shape, framing, attributes) + x!.shape[0]! * framing.frames * coefficients * bands;
  },
  onnx: ({ b, operands: [x], types: [type], attributes }) => {
    const { coefficients, bands } = attributes;
    const logarithms = onnxLogMel(b, x!, type!.shape, framingOf(attributes, type!.shape), attributes);
    return onnxPictures(b, onnxProduct(b, logarithms, [coefficients, bands], cosines(bands)));
  },
  rate: ({ rate }) => rate,
  reference: ({ operands: [x], attributes }) => {
    const { coefficients, bands } = attributes;
    const logarithms = logMelReference(x!, framingOf(attributes, x!.shape.slice(1)), attributes);
    const norm = (i: number): number => Math.sqrt((i === 0 ? 1 : 2) / bands);
    return mixed(logarithms, coefficients, (i, j) => norm(i) * Math.cos((Math.PI * i * (2 * j + 1)) / (2 * bands)));
  },
  samples: [
    { link: "mfcc(rate=8kHz, window=4ms, hop=2ms, bands=7, coefficients=5)", input: [1, 90], batch: 3 },
    { link: "mfcc(rate=4kHz, window=20, hop=7, bands=5, coefficients=5, fmax=1.8kHz)", input: [2, 60], batch: 1 },
    { link: "mfcc(rate=1kHz, window=12ms, hop=5ms, bands=2, coefficients=1) -> relu", input: [19, 30], batch: 17 },
  ],
});
