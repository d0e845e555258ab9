import { describe, expect, it } from "vitest";
import { sourceFile } from "../../grammar/index.ts";
import { compile } from "../../compiler/compile.ts";

/** The generated C++ of a stem, `repeats` residual blocks and a classifier, by program. */
function generated(repeats: number): { readonly infer: string; readonly step: string } {
  const text = `
    cnn 1
    block Residual(channels) {
      main = in -> conv(channels, kernel=3, pad=1, bias=false) -> batch_norm -> relu -> dropout(0.1)
        -> conv(channels, kernel=3, pad=1, bias=false) -> batch_norm
      out add(main, in) -> relu
    }
    model Deep {
      input image: f32[3, 16, 16]
      logits = image -> conv(32, kernel=3, pad=1) -> relu -> repeat ${repeats} { Residual(32) } -> global_avg_pool -> dense(5)
      output label: class[5] = logits -> softmax
      train { loss = cross_entropy(logits, label)  optimizer = sgd(lr=0.1, momentum=0.9)  batch = 4  epochs = 1 }
    }`;
  const { models, diagnostics } = compile(sourceFile("deep.cnn", text), { cpus: ["x86-64-v4"] });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const [infer, step] = models[0]!.variants[0]!.kernels.map((file) => file.text) as [string, string];
  return { infer, step };
}

const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1]!);

/** What the C++ compiler has to make code of: kernels with their template arguments and functors, each once. */
function instantiations(text: string): readonly string[] {
  const kernels = found(text, /^ +([a-z_]+<.*>\()\n.*;$/gm);
  const calls = [...text.matchAll(/^ +([a-z_]+<.*>\()\n(.*);$/gm)].map(([, kernel, operands]) => {
    const functors = found(operands!, /\b(\w+_(?:steps|before_pool))\{/g);
    return `${kernel} ${functors.join(" ")}`;
  });
  expect(calls.length).toBe(kernels.length);
  return [...new Set(calls)].sort();
}

const functorsOf = (text: string): string[] => found(text, /^struct (\w+_(?:steps|before_pool)) \{$/gm);
const functionsOf = (text: string): string[] => found(text, /^ +void (compute_\w+)\(/gm);

describe("code grows with distinct shapes and steps, not with layers", () => {
  it("of infer: blocks are alike but for the last, which no convolution follows", () => {
    const [two, six] = [generated(2).infer, generated(6).infer];
    expect(functorsOf(six).length).toBe(functorsOf(two).length);
    expect(instantiations(six).length).toBe(instantiations(two).length);
    // A function for each node binds them to memory: of a block, two convolutions, and factor and summand of two
    // normalisations.
    expect(functionsOf(six).length).toBe(functionsOf(two).length + 4 * (2 + 2 * 2));
  });

  it("of step: blocks are alike but for the first and the last", () => {
    const [three, seven] = [generated(3).step, generated(7).step];
    expect(functorsOf(seven).length).toBe(functorsOf(three).length);
    expect(instantiations(seven).length).toBe(instantiations(three).length);
  });

  it("a dropout's stream of random numbers is an operand", () => {
    const { step } = generated(3);
    const streams = new Set(found(step, /(0x[0-9a-f]+u)/g));
    expect(streams.size).toBe(3);
    expect(functorsOf(step).filter((name) => name.includes("dropout")).length).toBeLessThan(3);
  });

  it("what is shared is named for what it does, and stands under the lines that it is for", () => {
    const { infer, step } = generated(5);
    expect(step).toMatch(
      /^\/\/ deep\.cnn:5: batch_norm -> add.*; 3 more in line 5\nstruct batch_norm_add_relu_32x16x16_steps \{$/m,
    );
    expect(infer).toContain("using f32_32x16x16_halo1x1_t = Tensor<16, 16, 32, 32, 1, 1, float, slice / 4>;");
  });
});
