import type { CheckedModel } from "../../compiler/check/program.ts";
import { augmentingOf } from "../../compiler/lower/augment.ts";
import { augmentedPicture } from "../../compiler/reference/augmented-picture.ts";
import { sizeOf, type Shape } from "../../compiler/shape/tensor-type.ts";
import { modelOf } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { RandomStream } from "../../runtime/random/philox.ts";

export const batch = 8;
/** Twice as many classes as samples, and both powers of two: see `seenBy`. */
const classes = 16;
const labels = Array.from({ length: classes }, (_, i) => `"c${i}"`).join(", ");

export interface Pictures {
  readonly dtype: "u8" | "f32";
  readonly shape: Shape;
}

/** A model whose only weights see the augmented picture as it is. */
export function seeing(name: string, augment: string, { dtype, shape }: Pictures): CheckedModel {
  const numbers = `[${Array.from({ length: shape[0]! }, (_, c) => c).join(", ")}]`;
  const [mean, std] = [numbers.replace(/\d+/g, "0"), numbers.replace(/\d+/g, "1/255")];
  const bytes = dtype === "u8" ? `normalize(mean=${mean}, std=${std}) -> ` : "";
  return modelOf(
    name,
    `  input image: ${dtype}[${shape.join(", ")}]
  logits = image -> ${bytes}flatten -> dense(${classes}, bias=false)
  output kind: class(${labels}) = logits -> softmax
  train {
    loss = cross_entropy(logits, kind)
    optimizer = sgd(lr=0.1)
    ${augment}
  }`,
  );
}

export interface Occasions {
  readonly seed?: number;
  readonly step?: number;
  readonly threads?: number;
  readonly hwc?: boolean;
}

/**
 * The augmented pictures, read off the gradient of the dense layer. With weights of zero every class has the same
 * probability, and sample n has class n, so dW[k] = Σ_n (1/K - [k = n])·x_n/N: the last class, which no sample has,
 * gives the sum, and x_k = N·(dW[K - 1] - dW[k]). With powers of two nothing is rounded where the pictures are whole.
 */
export function seenBy(
  addon: Addon,
  model: CheckedModel,
  pictures: ArrayLike<number>,
  { seed = 1, step = 0, threads = 1, hwc = false }: Occasions = {},
): Float64Array[] {
  const [{ type }] = model.inputs as [CheckedModel["inputs"][0]];
  const size = sizeOf(type.shape);
  const instance = addon.create(model.name, threads);
  instance.setParameter(0, new Float32Array(classes * size));
  const given = hwc ? transposed(pictures, type.shape) : Array.from(pictures);
  const elements = type.dtype === "u8" ? Uint8Array.from(given) : Float32Array.from(given);
  const targets = Int32Array.from({ length: batch }, (_, n) => n);
  instance.gradientSync(batch, [elements], hwc ? 1 : 0, [targets], seed, step, 1, [null]);
  const gradient = instance.getGradient(0, new Float32Array(classes * size));
  instance.dispose();
  const of = (k: number, i: number): number => gradient[k * size + i]!;
  return Array.from({ length: batch }, (_, n) =>
    Float64Array.from({ length: size }, (_, i) => batch * (of(classes - 1, i) - of(n, i))),
  );
}

/** C,H,W to H,W,C, picture by picture. */
function transposed(pictures: ArrayLike<number>, [channels = 1, height = 1, width = 1]: Shape): number[] {
  const size = channels * height * width;
  return Array.from({ length: pictures.length }, (_, i) => {
    const [n, at] = [Math.floor(i / size), i % size];
    const [pixel, c] = [Math.floor(at / channels), at % channels];
    return pictures[n * size + c * height * width + pixel]!;
  });
}

/** What `seenBy` should find, by the reference. */
export function expectedOf(model: CheckedModel, pictures: readonly number[], { seed = 1, step = 0 }: Occasions = {}) {
  const { type } = model.inputs[0]!;
  const { shape } = type;
  const size = sizeOf(shape);
  const augmenting = augmentingOf(model.train!.augments[0]!, type);
  return Array.from({ length: batch }, (_, sample) => {
    const picture = pictures.slice(sample * size, (sample + 1) * size);
    return augmentedPicture(augmenting, shape, picture, { seed, step, sample });
  });
}

/** A batch of whole numbers from 0 to 255. */
export function draw({ shape }: Pictures): number[] {
  const random = new RandomStream(5, 5);
  return Array.from({ length: batch * sizeOf(shape) }, () => random.below(256));
}
