import { expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { augmentingOf, maskSampling } from "../../compiler/lower/augment.ts";
import { sampledPicture } from "../../compiler/reference/augmented-picture.ts";
import { modelOf } from "../../compiler/testing/index.ts";
import { RandomStream } from "../../runtime/random/philox.ts";
import { buildQuickly } from "../support/build-quickly.ts";

const [samples, height, width] = [3, 8, 10];

/** Scores of a mask, of the picture's size or half of it, by two layers of zero weights; the one sees which sample it is. */
function segmenting(name: string, augment: string, [h, w]: readonly [number, number]) {
  return modelOf(
    name,
    `  input image: f32[1, ${height}, ${width}]
  input which: f32[${samples}]
  seen = image -> flatten -> dense(${h * w}, bias=false)
  logits = which -> dense(${h * w}, bias=false) -> add(seen) -> reshape([1, ${h}, ${w}])
  output mask: mask[${h}, ${w}] = logits -> sigmoid
  train {
    loss = binary_cross_entropy(logits, mask)
    optimizer = sgd(lr=0.1)
    augment image -> ${augment}
  }`,
  );
}

const moving = "flip(horizontal) -> rotate(30deg) -> shear(20deg) -> shift([0.3, 0.2])";
const models = [
  segmenting("Alike", `${moving} -> brightness(0.5) -> cutout(0.5)`, [height, width]),
  segmenting("AlikeEdge", `${moving} -> shift(0.5, fill=edge)`, [height, width]),
  segmenting("Half", moving, [height / 2, width / 2]),
  segmenting("Narrow", moving, [height, width / 2]),
  segmenting("Coloured", "noise(0.2) -> contrast(2) -> cutout(0.5)", [height, width]),
];

it("moves masks as pictures, whatever their size, and leaves their numbers alone", async () => {
  const addon = await buildQuickly("augment_masks", models, nativeIsa(), () => ["gradient"]);
  const random = new RandomStream(3, 3);
  for (const model of models) {
    const { shape } = model.outputs[0]!;
    const size = shape[1]! * shape[2]!;
    const masks = Float32Array.from({ length: samples * size }, () => random.below(2));
    const pictures = Float32Array.from({ length: samples * height * width }, () => random.below(256));
    const which = Float32Array.from({ length: samples ** 2 }, (_, i) => Number(i % (samples + 1) === 0));
    const instance = addon.create(model.name, 1);
    // In front of `which` or of the picture: the order of the layers is that of the file.
    const weights = model.layers.flatMap(({ parameters }) => parameters);
    weights.forEach(({ spec }, i) => instance.setParameter(i, new Float32Array(spec.shape.reduce((a, b) => a * b))));
    instance.gradientSync(samples, [pictures, which], 0, [masks], 4, 2, 1, [null, null]);
    const at = weights.findIndex(({ spec }) => spec.shape[1] === samples);
    const gradient = instance.getGradient(at, new Float32Array(size * samples));
    instance.dispose();
    const { sampling } = augmentingOf(model.train!.augments[0]!, model.inputs[0]!.type);
    const core = maskSampling(sampling, [1, height, width], shape);
    for (let sample = 0; sample < samples; sample++) {
      const mask = masks.subarray(sample * size, (sample + 1) * size);
      const wanted = sampledPicture(core, shape, mask, { seed: 4, step: 2, sample });
      // Of logits of 0 the gradient of the mean loss is (1/2 - t)/(samples·size).
      for (let p = 0; p < size; p++) {
        const target = 0.5 - gradient[p * samples + sample]! * samples * size;
        expect(Math.abs(target - wanted[p]!), `${model.name}, sample ${sample}, pixel ${p}`).toBeLessThan(1e-5);
      }
    }
  }
});

it("a mask of half the size shows half of what the picture shows", () => {
  const [, , half] = models;
  const { sampling } = augmentingOf(half!.train!.augments[0]!, half!.inputs[0]!.type);
  const occasion = { seed: 1, step: 0, sample: 0 };
  // A ramp is the same ramp at any size: x of the centre of a 2×2 block is the mean of its pixels' x.
  const ramp = (h: number, w: number, slope: number) =>
    Float64Array.from({ length: h * w }, (_, i) => 100 + slope * ((i % w) - (w - 1) / 2));
  const whole = sampledPicture(sampling, [1, height, width], ramp(height, width, 1), occasion);
  const core = maskSampling(sampling, [1, height, width], [1, height / 2, width / 2]);
  const small = sampledPicture(core, [1, height / 2, width / 2], ramp(height / 2, width / 2, 2), occasion);
  const [h, w] = [height / 4, Math.floor(width / 4)];
  const block = [0, 1, width, width + 1].map((to) => whole[2 * h * width + 2 * w + to]!);
  expect(small[(h * width) / 2 + w]).toBeCloseTo(block.reduce((a, b) => a + b) / 4, 9);
});
