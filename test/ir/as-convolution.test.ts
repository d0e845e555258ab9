import { describe, expect, it } from "vitest";
import { asConvolution } from "../../compiler/ir/as-convolution.ts";
import type { Window } from "../../compiler/shape/window.ts";

const window = (changes: Partial<Window> = {}): Window => ({
  kernel: [3, 5],
  stride: [1, 1],
  dilation: [1, 1],
  pad: [1, 0, 2, 3],
  ...changes,
});

describe("the gradient of a convolution to its input", () => {
  it("is a convolution with what the window lacks of a full padding", () => {
    const core = { family: "conv_data_grad", window: window(), groups: 1 } as const;
    expect(asConvolution(core)).toEqual({ family: "conv", window: window({ pad: [1, 4, 0, 1] }), groups: 1 });
  });

  it.each([
    ["a stride", window({ stride: [1, 2] }), 1],
    ["a dilation", window({ dilation: [2, 1] }), 1],
    ["more padding than the window covers", window({ pad: [3, 0, 0, 0] }), 1],
    ["groups", window(), 2],
  ])("is none with %s", (_, of, groups) => {
    expect(asConvolution({ family: "conv_data_grad", window: of, groups })).toBeUndefined();
  });
});

it("a convolution is itself, whatever its window", () => {
  const core = { family: "conv", window: window({ stride: [2, 2] }), groups: 4 } as const;
  expect(asConvolution(core)).toBe(core);
});
