import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { modelsOf, NativeModel, type Tensors } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { checkForward, draw, expectClose, open, targetsOf } from "./network-check.ts";
import { buildQuickly } from "../support/build-quickly.ts";

/** The same network without and with an average of its weights. */
const network = (name: string, ema: string): string => `
model ${name} {
  input x: f32[3, 7, 6]
  stem = x -> conv(5, kernel=3, pad=1, bias=false) -> batch_norm -> tanh
  logits = stem -> conv(5, kernel=3, bias=false) -> batch_norm -> tanh -> dropout(0.2) -> flatten -> dense(3)
  output kind: class[3] = logits -> softmax
  train {
    loss = cross_entropy(logits, kind)
    optimizer = adam(lr=0.05)
    lr_scale = stem.conv1 * 0.5
    freeze = stem.batch_norm1
    clip = norm(1)
    ${ema}
  }
}`;
const [plain, averaged] = modelsOf(`cnn 1${network("Plain", "")}${network("Averaged", "ema = 0.4")}`);
/** Of Adam's two. */
const weightSlot = 2;

let addon: Addon;
beforeAll(async () => {
  addon = await buildQuickly("average", [plain!, averaged!], nativeIsa(), () => ["infer", "step"]);
}, 600_000);

const { inputs, parameters, targets } = draw(plain!, 6);
const given = targetsOf(plain!, targets);

class Stepped extends NativeModel {
  /** What the optimiser has moved. */
  weights(): Tensors {
    return this.byName((i, into) => this.instance.getState(weightSlot, i, into));
  }
}

function openBoth() {
  const both = [new Stepped(addon, plain!), new Stepped(addon, averaged!)] as const;
  for (const native of both) native.setParameters(parameters);
  return both;
}

const isLearned = (name: string): boolean => !/running|stem\.batch_norm1/.test(name);

describe("an average of the weights", () => {
  it("is what the net has, while the optimiser moves the weights just as without", () => {
    const [alone, native] = openBoth();
    const mean = new Map([...parameters].map(([name, { data }]) => [name, Float64Array.from(data)]));
    // Before the first step they are alike.
    expect(native.weights()).toEqual(native.parameters());
    for (let step = 0; step < 12; step++) {
      const call = { seed: 7, step };
      expect(native.step(inputs, given, call)).toEqual(alone.step(inputs, given, call));
      const [moved, kept] = [native.weights(), native.parameters()];
      const share = Math.min(0.4, (1 + step) / (10 + step));
      for (const [name, { data }] of alone.parameters()) {
        const average = mean.get(name)!;
        if (!isLearned(name)) expect([name, kept.get(name)!.data]).toEqual([name, data]);
        else {
          expect([name, moved.get(name)!.data]).toEqual([name, data]);
          data.forEach((w, i) => (average[i]! += (1 - share) * (w - average[i]!)));
          expectClose(kept.get(name)!.data, average, 1e-6, name);
        }
      }
    }
    // Prediction is by the average.
    alone.setParameters(native.parameters());
    expect(native.infer(inputs)).toEqual(alone.infer(inputs));
    alone.dispose();
    native.dispose();
  });

  it("begins anew at weights that are set", () => {
    const [alone, native] = openBoth();
    for (const both of [alone, native]) {
      both.step(inputs, given, { step: 0 });
      both.setParameters(parameters);
    }
    expect(native.step(inputs, given, { step: 1 })[0]).toBe(alone.step(inputs, given, { step: 1 })[0]);
    alone.dispose();
    native.dispose();
  });

  it("leaves prediction and threads as they are", () => {
    checkForward(addon, averaged!, 3, 2);
    const steps = (threads: number) => {
      const native = open(addon, averaged!, parameters, threads);
      for (let step = 0; step < 5; step++) native.step(inputs, given, { step });
      const moved = native.parameters();
      native.dispose();
      return moved;
    };
    const one = steps(1);
    for (const threads of [2, 4]) expect(steps(threads)).toEqual(one);
  });
});
