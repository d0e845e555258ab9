import type { Duration } from "../../opkit/attributes.ts";
import { duration, frequency, whole, type Values } from "../../opkit/attributes.ts";
import { countOf } from "../../opkit/axes.ts";
import type { ShapeContext } from "../../opkit/operator.ts";
import { checkRank } from "../../opkit/windows.ts";
import type { Shape, TensorType } from "../../shape/tensor-type.ts";

/** How a signal is cut into pieces: what every analysis of its frequencies has. */
export const framingAttributes = {
  rate: frequency({ doc: "Samples of the signal a second.", min: 1 }),
  window: duration({ doc: "How long a piece is.", default: { seconds: 0.025 } }),
  hop: duration({ doc: "From one piece to the next.", default: { seconds: 0.01 } }),
};
/** Behind those that have a say more often. */
export const transformAttributes = {
  fft: whole({
    doc: "Length of the Fourier transform, whose bins are rate/fft apart: a longer one pads the piece with zeros. 0: that of the piece.",
    default: 0,
    min: 0,
    max: 65_536,
  }),
};

export type FramingValues = Values<typeof framingAttributes & typeof transformAttributes>;

/** In samples. */
export interface Framing {
  readonly window: number;
  readonly hop: number;
  /** Points of the transform, of which the window fills those in the middle. */
  readonly fft: number;
  /** Of the mirror image in front of the signal. */
  readonly before: number;
  /** Of all that windows reach. */
  readonly length: number;
  readonly frames: number;
}

/** In whole samples. */
function samplesOf(time: Duration, rate: number): number {
  return "samples" in time ? time.samples : Math.round(time.seconds * rate);
}

/**
 * Piece p is centred at sample p·hop: with F = fft, F/2 mirrored samples are put on both sides of the L that there are, which
 * makes 1 + ⌊(L + 2·⌊F/2⌋ - F)/hop⌋ pieces.
 */
export function framingOf({ rate, window, hop, fft: given }: FramingValues, [, samples = 1]: Shape): Framing {
  const [size, step] = [samplesOf(window, rate), samplesOf(hop, rate)];
  const fft = given === 0 ? size : given;
  const half = fft >> 1;
  const frames = 1 + Math.floor((samples + 2 * half - fft) / step);
  return {
    window: size,
    hop: step,
    fft,
    before: half - ((fft - size) >> 1),
    length: (frames - 1) * step + size,
    frames,
  };
}

/** How many bins a transform has: the others are theirs mirrored, since signals are real. */
export const binsOf = ({ fft }: Framing): number => (fft >> 1) + 1;

/** Fails unless the operand is a signal that can be cut so. */
export function checkFraming(
  operator: string,
  x: TensorType,
  values: FramingValues,
  { fail, warn }: Pick<ShapeContext<{}>, "fail" | "warn">,
): Framing {
  checkRank(operator, x, [2], "a signal C×L", { fail, warn });
  const { rate } = values;
  for (const [attribute, least] of [
    ["window", 2],
    ["hop", 1],
  ] as const) {
    const samples = samplesOf(values[attribute], rate);
    const expected = `at least ${least} sample${least > 1 ? "s" : ""} at ${rate} Hz`;
    if (samples < least) fail("CNN357", { operator, attribute, expected, found: `${samples}` }, attribute);
  }
  const framing = framingOf(values, x.shape);
  const { window, fft, before, length } = framing;
  if (fft < window)
    fail("CNN357", { operator, attribute: "fft", expected: `at least the window, ${window}`, found: `${fft}` }, "fft", {
      write: [{ title: "the window's own length", text: `${window}` }],
    });
  const count = x.shape[1]!;
  const most = Math.max(before, length - before - count);
  if (most >= count)
    fail("CNN347", { operator, amount: `${most}`, count: countOf(x.shape, 1) }, "window", {
      help: "half a window is mirrored at each end of the signal: take a shorter one",
    });
  return framing;
}
