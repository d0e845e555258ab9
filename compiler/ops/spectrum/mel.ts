import { e, type Expression } from "../../ir/expression.ts";
import { frequency, real, whole, type Values } from "../../opkit/attributes.ts";
import type { ShapeContext } from "../../opkit/operator.ts";
import type { Bins } from "./fourier.ts";
import { checkFraming, type Framing, type FramingValues } from "./framing.ts";
import type { TensorType } from "../../shape/tensor-type.ts";

export const bandAttributes = {
  bands: whole({ doc: "Bands, from low frequencies to high ones.", default: 64, min: 1, max: 4096 }),
};
export const melAttributes = {
  fmin: frequency({ doc: "Where the lowest band begins.", default: 0, min: 0 }),
  fmax: frequency({ doc: "Where the highest band ends. 0: at half the rate.", default: 0, min: 0 }),
  floor: real({
    doc: "Power below this is taken for it before the logarithm, which keeps silence, and what is rounding, finite.",
    default: 1e-6,
    min: 1e-30,
  }),
};

export type MelValues = FramingValues & Values<typeof bandAttributes & typeof melAttributes>;

/** m = 2595·log10(1 + f/700), the HTK formula, and back. */
const perMel = 2595 / Math.LN10;
const melOf = (hertz: number): number => perMel * Math.log1p(hertz / 700);
const hertzOf = (mel: number): number => 700 * Math.expm1(mel / perMel);

interface Scale {
  /** In mel: where the first band begins, and from each band's beginning to the next one's. */
  readonly begin: number;
  readonly step: number;
}

const topOf = ({ rate, fmax }: MelValues): number => (fmax === 0 ? rate / 2 : fmax);

/** Band j rises from edge j to edge j + 1 and falls to edge j + 2; edges are evenly spaced in mel. */
function scaleOf(values: MelValues): Scale {
  const [begin, end] = [melOf(values.fmin), melOf(topOf(values))];
  return { begin, step: (end - begin) / (values.bands + 1) };
}

/** The bins between the two ends: no band weighs others. */
export function binsWithin(values: MelValues, { fft }: Framing): Bins {
  const perHertz = fft / values.rate;
  const first = Math.floor(values.fmin * perHertz) + 1;
  return { first, count: Math.ceil(topOf(values) * perHertz) - first };
}

/**
 * The weight of bin k for band j, of [bands, bins, 1, 1]: the triangle max(0, min((f - l)/(c - l), (u - f)/(u - c))) over its
 * edges l, c, u, at the bin's frequency f.
 */
export function melWeights(values: MelValues, { fft }: Framing, { first }: Bins): Expression {
  const { begin, step } = scaleOf(values);
  const edge = (i: number): Expression => {
    const mel = e.add(e.mul(e.add(e.index(0), i), step), begin);
    return e.mul(700, e.sub(e.exp(e.div(mel, perMel)), 1));
  };
  const [lower, centre, upper] = [edge(0), edge(1), edge(2)];
  const f = e.mul(e.add(e.index(1), first), values.rate / fft);
  const rising = e.div(e.sub(f, lower), e.sub(centre, lower));
  const falling = e.div(e.sub(upper, f), e.sub(upper, centre));
  return e.max(0, e.min(rising, falling));
}

/** Checks the operand and all that is said of pieces and bands; warns of bands that see nothing. */
export function checkMel(
  operator: string,
  x: TensorType,
  values: MelValues,
  report: Pick<ShapeContext<{}>, "fail" | "warn">,
): Framing {
  const framing = checkFraming(operator, x, values, report);
  const { rate, fmin, bands } = values;
  const top = topOf(values);
  const beyond = (attribute: "fmin" | "fmax", expected: string): never =>
    report.fail("CNN357", { operator, attribute, expected, found: `${values[attribute]} Hz` }, attribute);
  if (top > rate / 2) beyond("fmax", `at most half the rate, ${rate / 2} Hz`);
  if (fmin >= top) beyond("fmin", `below ${top} Hz, where the bands end`);
  const between = `${fmin} Hz and ${top} Hz`;
  if (binsWithin(values, framing).count < 1) beyond("fmax", `so that a bin of the transform lies between ${between}`);
  const { begin, step } = scaleOf(values);
  const apart = rate / framing.fft;
  const empty = Array.from({ length: bands }, (_, j) => j).filter((j) => {
    const [from, to] = [hertzOf(begin + j * step), hertzOf(begin + (j + 2) * step)];
    return (Math.floor(from / apart) + 1) * apart >= to;
  });
  if (empty.length > 0)
    report.warn(
      "CNN358",
      { operator, empty: `${empty.length}`, bands: `${bands}`, apart: `${Math.round(apart)}` },
      "bands",
      {
        help: "take fewer bands, or a larger `fft`",
      },
    );
  return framing;
}
