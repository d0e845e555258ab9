import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { compile } from "../../compiler/compile.ts";
import { lower } from "../../compiler/lower/lower.ts";
import { print } from "../../compiler/ir/print.ts";
import { sourceFile } from "../../grammar/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { batch, draw, expectedOf, seenBy, seeing, type Pictures } from "./augmented.ts";
import { buildQuickly } from "../support/build-quickly.ts";

const grey: Pictures = { dtype: "u8", shape: [1, 9, 13] };
const coloured: Pictures = { dtype: "f32", shape: [3, 8, 7] };
const all = "flip(horizontal) -> shift([0.2, 0.1]) -> rotate(30deg) -> scale(0.7..1.3) -> crop(0.5..1)";

const colours = "brightness(0.5..1.5) -> contrast(0.5..1.5) -> noise(0..0.1) -> cutout([0.6, 0.3], p=0.7, grey=0.5)";

const lines: readonly (readonly [string, string, readonly Pictures[]])[] = [
  ["Across", "flip(horizontal)", [grey, coloured]],
  ["Upside", "flip(vertical, p=0.8)", [grey, coloured]],
  ["Shifted", "shift(0.3)", [grey, coloured]],
  ["ShiftedEdge", "shift([0.5, 0.1], fill=edge)", [grey, coloured]],
  ["Turned", "rotate(45deg)", [grey, coloured]],
  ["TurnedEdge", "rotate(-5deg..170deg, fill=edge)", [grey, coloured]],
  ["Scaled", "scale(0.4..2)", [grey, coloured]],
  ["ScaledEdge", "scale(0.4..0.9, fill=edge)", [grey, coloured]],
  ["Sheared", "shear(40deg)", [grey, coloured]],
  ["ShearedEdge", "shear(-5deg..60deg, vertical, fill=edge)", [grey, coloured]],
  ["Whole", "shift([0.5, 2/13], whole=true)", [grey, coloured]],
  ["Cropped", "crop", [grey, coloured]],
  ["CroppedFar", "crop(0.05..1, ratio=0.3..3)", [grey, coloured]],
  ["All", all, [grey, coloured, { dtype: "u8", shape: [3, 6, 11] }, { dtype: "f32", shape: [5, 7, 6] }]],
  ["AllEdge", `${all} -> shift(0.5, fill=edge)`, [grey, coloured, { dtype: "u8", shape: [10, 5, 6] }]],
  ["Far", "scale(0.1) -> scale(0.1) -> shift(1) -> scale(0.1)", [grey, { dtype: "f32", shape: [1, 1, 1] }]],
  ["Still", "shift(0) -> rotate(0deg) -> scale(1) -> crop(1, ratio=1) -> flip(vertical, p=0)", [grey, coloured]],
  ["Bright", "brightness(0.2..2)", [grey, coloured]],
  ["Contrast", "contrast(0..3)", [grey, coloured, { dtype: "f32", shape: [5, 7, 6] }]],
  ["Saturated", "saturation(0..3)", [{ dtype: "u8", shape: [3, 6, 11] }, coloured]],
  ["Noisy", "noise(0.2)", [grey, coloured]],
  ["CutOut", "cutout(0.4) -> cutout(0.3)", [grey, coloured, { dtype: "u8", shape: [10, 5, 6] }]],
  ["Colours", colours, [grey, coloured]],
  ["Everything", `${all} -> shear(10deg) -> saturation(0.5..2) -> ${colours}`, [coloured]],
];
const cases = lines.flatMap(([name, links, pictures]) =>
  pictures.map((each, i) => [`${name}${i}`, seeing(`${name}${i}`, `augment image -> ${links}`, each), each] as const),
);
const caseOf = (name: string) => cases.find((each) => each[0] === name)!;
const mirrored = (picture: ArrayLike<number>, width: number): Float64Array =>
  Float64Array.from(picture, (_, i) => picture[i - (i % width) + width - 1 - (i % width)]!);

describe.each([...new Set([nativeIsa(), "scalar" as const])])("augmentation, %s", (isa) => {
  let addon: Addon;
  beforeAll(async () => {
    const models = cases.map(([, model]) => model);
    addon = await buildQuickly(`augment_${isa}`, models, isa, () => ["gradient"]);
  });

  it.each(cases)("%s is what the reference makes of it, in either layout", (_, model, kind) => {
    const pictures = draw(kind);
    for (const occasion of [
      { seed: 1, step: 0 },
      { seed: 2 ** 40 + 3, step: 2 ** 33 + 5 },
    ]) {
      const wanted = expectedOf(model, pictures, occasion);
      for (const hwc of [false, true]) {
        const seen = seenBy(addon, model, pictures, { ...occasion, hwc });
        seen.forEach((picture, n) =>
          picture.forEach((value, i) =>
            expect(Math.abs(value - wanted[n]![i]!), `sample ${n}, element ${i}`).toBeLessThan(1e-5 * 255),
          ),
        );
      }
    }
  });

  it.each(["Across0", "Across1"])("%s: a flip moves pixels and changes none", (name) => {
    const [, model, kind] = caseOf(name);
    const pictures = draw(kind);
    const size = pictures.length / batch;
    let flips = 0;
    for (let step = 0; step < 4; step++)
      seenBy(addon, model, pictures, { step }).forEach((picture, n) => {
        const original = Float64Array.from(pictures.slice(n * size, (n + 1) * size));
        const flipped = mirrored(original, kind.shape[2]!);
        const isFlipped = picture[0] === flipped[0] && picture[0] !== original[0];
        flips += Number(isFlipped);
        expect(picture).toEqual(isFlipped ? flipped : original);
      });
    expect(flips).toBeGreaterThan(4);
    expect(flips).toBeLessThan(28);
  });

  it.each(["Still0", "Still1"])("%s: maps that change nothing give the picture's very numbers", (name) => {
    const [, model, kind] = caseOf(name);
    const pictures = draw(kind);
    expect(seenBy(addon, model, pictures).flatMap((picture) => Array.from(picture))).toEqual(pictures);
  });

  it("draws anew for another sample, step or seed, and the same for the same", () => {
    const [, model, kind] = caseOf("All0");
    const [first] = [draw(kind)];
    const size = first.length / batch;
    // The same picture in every place of the batch.
    const pictures = Array.from({ length: first.length }, (_, i) => first[i % size]!);
    const seen = seenBy(addon, model, pictures);
    expect(seenBy(addon, model, pictures)).toEqual(seen);
    for (let n = 1; n < batch; n++) expect(seen[n]).not.toEqual(seen[0]);
    for (const other of [{ step: 1 }, { step: 2 ** 32 }, { seed: 2 }, { seed: 2 ** 32 + 1 }])
      expect(seenBy(addon, model, pictures, other)[0]).not.toEqual(seen[0]);
  });

  it.each([2, 4])("gives the same bits on %d threads", (threads) => {
    for (const [, model, kind] of cases) {
      const pictures = draw(kind);
      expect(seenBy(addon, model, pictures, { threads })).toEqual(seenBy(addon, model, pictures));
    }
  });
});

describe("augmentation by name", () => {
  it("leaves inference as it is", () => {
    const [varied, plain] = [seeing("M", `augment image -> ${all}`, grey), seeing("M", "", grey)];
    expect(print(lower(varied, "infer"))).toBe(print(lower(plain, "infer")));
    expect(print(lower(varied, "step"))).toContain("node affine_sample");
  });

  it("can be left out of a build, which is another build then", () => {
    const text = `cnn 1
model M {
  input image: f32[1, 4, 4]
  y = image -> flatten -> dense(2)
  output kind: class[2] = y -> softmax
  train { loss = cross_entropy(y, kind)  optimizer = sgd(lr=0.1)  augment image -> shift(0.1) }
}`;
    const [varied, plain] = [true, false].map((augment) => {
      const { models } = compile(sourceFile("m.cnn", text), { cpus: ["x86-64"], augment });
      return models[0]!;
    });
    const families = (model: typeof varied) =>
      model!.variants[0]!.plans.plans.step!.graph.nodes.map(({ core }) => core.family);
    expect(families(varied)).toContain("affine_sample");
    expect(families(plain)).not.toContain("affine_sample");
    expect(plain!.manifest.hash).not.toBe(varied!.manifest.hash);
  });

  it("draws from streams that an edit elsewhere does not rename", () => {
    const streams = (links: string): string[] =>
      print(lower(seeing("M", `augment image -> ${links}`, grey), "step")).match(/(?<=\(random )[\w.]+/g) ?? [];
    const own = ["image.augment.rotate1.angle"];
    expect(streams("rotate(8deg)")).toEqual(expect.arrayContaining(own));
    expect(streams("flip(vertical) -> rotate(9deg) -> shift(0.1)")).toEqual(expect.arrayContaining(own));
    expect(streams("rotate(8deg) as tilt")).toEqual(expect.arrayContaining(["image.augment.tilt.angle"]));
    expect(new Set(streams("shift(0.1) -> shift(0.1)")).size).toBe(4);
  });
});
