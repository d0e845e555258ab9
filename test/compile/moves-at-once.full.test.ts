import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { modelsOf, NativeModel, type Tensors } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { draw, targetsOf } from "./network-check.ts";
import { buildQuickly } from "../support/build-quickly.ts";

/** Two dense layers whose gradients are worth not being stored, of inputs with a halo and of single values; one that is not. */
const network = (name: string, train: string): string => `
model ${name} {
  input x: f32[20, 7, 9]
  y = x -> conv(20, kernel=3, pad=1) -> tanh
  wide = y -> flatten -> dense(850) -> tanh
  again = wide -> dense(1250, bias=false) -> tanh
  logits = again -> dense(3)
  output kind: class[3] = logits -> softmax
  train { loss = cross_entropy(logits, kind) ${train} lr_scale = wide.dense1 * 0.5 }
}`;
const adam = "optimizer = adamw(lr=0.01, weight_decay=0.1)";
// A norm that clips nothing still has to be known before anything moves, and so has the last part of a batch.
const models = modelsOf(
  `cnn 1${network("Moved", adam)}${network("Stored", `${adam} clip = norm(1e30)`)}${network("Averaged", `${adam} ema = 0.5`)}`,
);
const [moved, stored, averaged] = models as [(typeof models)[0], (typeof models)[0], (typeof models)[0]];

let addon: Addon;
beforeAll(async () => {
  addon = await buildQuickly("moves-at-once", models, nativeIsa(), () => ["infer", "step"]);
}, 600_000);

const { inputs, parameters, targets } = draw(moved, 5);
const given = targetsOf(moved, targets);

class Stepped extends NativeModel {
  keepGradients(all: boolean): void {
    this.instance.keepGradients(all);
  }

  /** Of the latest step. */
  gradients(): Tensors {
    return this.byName((i, into) => this.instance.getGradient(i, into));
  }
}

/** A net after some steps, and their losses. */
function trained(model: (typeof models)[0], threads: number, keep = false): { net: Stepped; losses: unknown[] } {
  const net = new Stepped(addon, model, threads);
  net.setParameters(parameters);
  net.keepGradients(keep);
  return { net, losses: [0, 1, 2].map((step) => net.step(inputs, given, { seed: 3, step })) };
}

/** Names of tensors whose bits differ. Millions of numbers are too many for a matcher. */
const differing = (found: Tensors, expected: Tensors): string[] =>
  [...found].flatMap(([name, { data }]) =>
    Buffer.compare(bytes(data), bytes(expected.get(name)!.data)) ? [name] : [],
  );
const bytes = ({ buffer }: Float64Array): Buffer => Buffer.from(buffer);

describe("weights that move where their gradients are computed", () => {
  it("have the bits of those that move by stored gradients, on any number of threads", () => {
    const { net: reference, losses } = trained(stored, 1);
    const expected: Tensors = reference.parameters();
    for (const threads of [1, 2, 4]) {
      const one = trained(moved, threads);
      expect(one.losses).toEqual(losses);
      expect(differing(one.net.parameters(), expected)).toEqual([]);
      one.net.dispose();
    }
    reference.dispose();
  });

  it("have them with an average of the weights, too", () => {
    const [first, second] = [trained(averaged, 1), trained(averaged, 3, true)];
    expect(first.losses).toEqual(trained(moved, 1).losses);
    expect(differing(first.net.parameters(), second.net.parameters())).toEqual([]);
  });

  it("show their gradients where these are kept, else tell how to keep them", () => {
    const [kept, reference] = [trained(moved, 2, true).net, trained(stored, 2).net];
    expect(differing(kept.gradients(), reference.gradients())).toEqual([]);
    expect(() => trained(moved, 2).net.gradients()).toThrow(
      "the step used up this gradient where it was computed: set parameters.keepGradients",
    );
  });
});
