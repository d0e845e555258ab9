import { describe, expect, it } from "vitest";
import { familyNames, familyOf } from "../../compiler/ir/families/index.ts";
import type { Family } from "../../compiler/ir/graph.ts";
import { differentiate } from "../../compiler/passes/differentiate.ts";
import { lower } from "../../compiler/lower/lower.ts";
import { print } from "../../compiler/ir/print.ts";
import { modelOf, sampleModels } from "../../compiler/testing/index.ts";
import { conv, graphOf, lines, pool, shown } from "./support.ts";

const gradient = "program gradient M outputs";
const after = (text: string, head = gradient): string => shown(differentiate(graphOf(text, head)));

/** Gradients of one node of a family, from a seed. */
const every = `{"map":"line","start":0,"step":1,"beyond":"nothing"}`;

const families: Readonly<Partial<Record<Family, { readonly text: string; readonly expected: readonly string[] }>>> = {
  map: {
    text: `
      input x: f32[4,2,2]
      node map (x)
        store y: f32[4,2,2] = (tanh x)
          gradient x = (mul gradient (sub 1 (mul y y)))`,
    expected: ["x.gradient: f32[4,2,2] = (mul seed.y.staged (sub 1 (mul y y)))"],
  },
  conv: {
    text: `
      input x: f32[2,5,5]
      parameter w: f32[3,2,3,3] once
      node ${conv(3)} (x, w)
        store y: f32[3,3,3] = core`,
    expected: ["node conv_data_grad (seed.y.staged, w)", "node conv_weight_grad (x, seed.y.staged)"],
  },
  // A transposed convolution, whose gradients are a convolution and one to the same weights.
  conv_data_grad: {
    text: `
      input x: f32[3,3,3]
      parameter w: f32[3,2,3,3] once
      node ${conv(3).replace("conv", "conv_data_grad")} (x, w)
        store y: f32[2,5,5] = core`,
    expected: [
      "node conv (seed.y.staged, w)\n  store x.gradient: f32[3,3,3] = core",
      "node conv_weight_grad (seed.y.staged, x)\n  store w.gradient: f32[3,2,3,3] once = core",
    ],
  },
  dense: {
    text: `
      input x: f32[2]
      parameter w: f32[3,2] once
      node dense (x, w)
        store y: f32[3] = core`,
    expected: ["node dense_data_grad (seed.y.staged, w)", "node dense_weight_grad (x, seed.y.staged)"],
  },
  pool: {
    text: `
      input x: f32[2,4,4]
      node ${pool("max", 2, { index: "y.index" })} (x)
        store y: f32[2,2,2] = core
        store y.index: u8[2,2,2] = extra`,
    expected: ["node pool_grad (seed.y.staged, y.index)"],
  },
  resample: {
    text: `
      input x: f32[2,5,4]
      node resample {"axes":[${every},${every},{"map":"nearest"}],"size":[2,5,8],"fill":1,"transposed":false} (x)
        store y: f32[2,5,8] = core`,
    expected: ["node resample (seed.y.staged)\n  store x.gradient: f32[2,5,4] = core"],
  },
  permute: {
    text: `
      input x: f32[6,2,3]
      node permute {"factors":[[2,3],[2],[3]],"order":[[1,0],[2],[3]]} (x)
        store y: f32[6,2,3] = core`,
    expected: ["node permute (seed.y.staged)\n  store x.gradient: f32[6,2,3] = core"],
  },
  concat: {
    text: `
      input x: f32[2,4,4]
      input z: f32[3,4,4]
      node concat (x, z)
        store y: f32[5,4,4] = core`,
    expected: [
      "node resample (seed.y.staged)\n  store x.gradient: f32[2,4,4] = core",
      "node resample (seed.y.staged)\n  store z.gradient: f32[3,4,4] = core",
    ],
  },
  softmax: {
    text: `
      input x: f32[5]
      node softmax {"log":false} (x)
        store y: f32[5] = core`,
    expected: ["node softmax_grad (y, seed.y.staged)"],
  },
  group_norm: {
    text: `
      input x: f32[4,3,3]
      node group_norm {"groups":2,"eps":0.1,"scale":"y.scale"} (x)
        store y: f32[4,3,3] = core
        store y.scale: f32[4] = extra`,
    expected: ["node group_norm_grad (y, seed.y.staged, y.scale)\n  store x.gradient: f32[4,3,3] = core"],
  },
  channel_norm: {
    text: `
      input x: f32[4,3,3]
      node channel_norm {"eps":0.1,"scale":"y.scale"} (x)
        store y: f32[4,3,3] = core
        store y.scale: f32[1,3,3] = extra`,
    expected: ["node channel_norm_grad (y, seed.y.staged, y.scale)\n  store x.gradient: f32[4,3,3] = core"],
  },
  channel_window: {
    text: `
      input x: f32[6,3,3]
      node channel_window {"before":1,"after":2} (x)
        store y: f32[6,3,3] = core`,
    expected: ["node channel_window (seed.y.staged)\n  store x.gradient: f32[6,3,3] = core"],
  },
  reshape: {
    text: `
      input x: f32[5,2,2]
      node reshape {"shape":[20]} (x)
        store y: f32[20] = core`,
    expected: ["node reshape (seed.y.staged)\n  store x.gradient: f32[5,2,2] = core"],
  },
};

describe("the gradient of each family", () => {
  it.each(Object.entries(families))("%s", (_, { text, expected }) => {
    const found = after(`${text}\n      result y = y`);
    for (const part of expected) expect(found).toContain(part);
    expect(found).toContain("result x.gradient = x.gradient");
  });

  it("of joined values is cut where they meet, and added up for one that is there twice", () => {
    const graph = differentiate(
      graphOf(
        `
        input x: f32[2]
        input z: f32[3]
        node concat (x, z, x)
          store y: f32[7] = core
        result y = y`,
        gradient,
      ),
    );
    const cut = graph.nodes.flatMap(({ core, outputs }) =>
      core.family === "resample" ? [[outputs[0], core.axes[0], core.size[0]]] : [],
    );
    const from = (start: number) => ({ map: "line", start, step: 1, beyond: "nothing" });
    expect(cut).toEqual([
      ["x.gradient", from(0), 2],
      ["z.gradient", from(2), 3],
      ["x.gradient2", from(5), 2],
    ]);
    expect(shown(graph)).toContain("store x.gradient3: f32[2] = (add x.gradient x.gradient2)");
  });

  it("of a window over channels looks the other way", () => {
    const text = `
      input x: f32[6,3,3]
      node channel_window {"before":1,"after":2} (x)
        store y: f32[6,3,3] = core
      result y = y`;
    const { core } = differentiate(graphOf(text, gradient)).nodes.at(-1)!;
    expect(core).toEqual({ family: "channel_window", before: 2, after: 1 });
  });

  it("of a parameter is the sum over its uses, last use first", () => {
    const graph = differentiate(
      graphOf(
        `
        input x: f32[4]
        parameter w: f32[4,4]
        node dense (x, w)
          store h: f32[4] = core
        node dense (h, w)
          store y: f32[4] = core
        result y = y`,
        gradient,
      ),
    );
    expect(shown(graph)).toContain(
      "node dense_weight_grad (h, seed.y.staged)\n  store w.gradient: f32[4,4] once = core",
    );
    expect(shown(graph)).toContain("node dense_weight_grad (x, h.gradient)\n  store w.gradient2: f32[4,4] once = core");
    expect(shown(graph)).toContain(
      "node gradient_total (w.gradient, w.gradient2)\n  store w.gradient3: f32[4,4] once = core",
    );
    expect(graph.gradients).toEqual(["w.gradient3"]);
  });

  it("of an embedding goes to its table, not to the tokens", () => {
    const graph = differentiate(
      graphOf(
        `
        input t: tokens[6] in 9
        parameter w: f32[9,4] once
        node embedding {"padding":2} (t, w)
          store y: f32[4,6] = core
        result y = y`,
        gradient,
      ),
    );
    expect(print(graph)).toContain('node embedding_weight_grad {"padding":2} (t, seed.y.staged)');
    expect(graph.values.get("w.gradient")).toMatchObject({ type: { dtype: "f32", shape: [9, 4] }, batched: false });
    expect([graph.gradients, graph.results]).toEqual([["w.gradient"], []]);
  });

  it("of a loss starts from one over the batch", () => {
    const found = after(
      `
      input x: f32[5]
      target t: i32[]
      parameter w: f32[3,5] once
      node dense (x, w)
        store y: f32[3] = core
      node cross_entropy (y, t)
        store l: f32[] = core
      result loss = l`,
      "program gradient M loss",
    );
    expect(found).toContain("store l.gradient: f32[] = (scalar inverse_batch)");
    expect(found).toContain("node cross_entropy_grad (y, t, l.gradient)");
    expect(found).toContain("node batch_mean (l)");
    expect(found).toContain("result loss = loss.mean");
  });

  it("is told by every family that a sample's way to the loss can pass", () => {
    const differentiable = familyNames.filter((family) => familyOf({ family } as never).adjoint);
    expect(new Set(differentiable)).toEqual(
      new Set([
        ...(["conv", "conv_data_grad", "dense", "pool", "concat", "batch_norm", "sample_sum"] as const),
        ...(["softmax", "cross_entropy", "reshape", "resample", "permute", "embedding"] as const),
        ...(["group_norm", "channel_norm", "channel_window"] as const),
      ] satisfies Family[]),
    );
    // Steps have gradients of their own, but for those of tokens.
    const lowered = sampleModels().flatMap(({ model }) => {
      const { nodes, values } = lower(model, "gradient");
      return nodes.filter(({ inputs }) => inputs.some((id) => values.get(id)!.type.dtype !== "tokens"));
    });
    for (const { core, body } of lowered)
      if (core.family === "map") expect(body[0]!.gradients, body[0]!.value).toBeDefined();
      else expect(differentiable).toContain(core.family);
  });
});

it("gradients of a value that several read are added up", () => {
  const found = after(`
    input x: f32[5]
    node map (x)
      store a: f32[5] = (mul x 2)
        gradient x = (mul gradient 2)
    node map (x)
      store b: f32[5] = (mul x 3)
        gradient x = (mul gradient 3)
    node map (a, b)
      store y: f32[5] = (add a b)
        gradient a = gradient
        gradient b = gradient
    result y = y
  `);
  expect(found).toBe(
    lines(`
      node map (seed.y)
        store seed.y.staged: f32[5] = seed.y
      node map (seed.y.staged)
        store x.gradient: f32[5] = (mul seed.y.staged 3)
      node map (seed.y.staged)
        store x.gradient2: f32[5] = (mul seed.y.staged 2)
      node map (x.gradient, x.gradient2)
        store x.gradient3: f32[5] = (add x.gradient x.gradient2)
      result x.gradient = x.gradient3
    `),
  );
});

it("a number per channel of a sample gets the sum over that sample's rows and columns", () => {
  const found = after(`
    input x: f32[3,2,4]
    input s: f32[3]
    node map (x, s)
      store y: f32[3,2,4] = (mul x s)
        gradient x = (mul gradient s)
        gradient s = (mul gradient x)
    result y = y
  `);
  expect(found).toContain("store y.part: f32[3,2,4] = (mul seed.y.staged x)");
  expect(found).toContain("node pool (y.part)\n  store s.gradient: f32[3] = core");
});

it("a parameter per channel gets the sum over samples, rows and columns", () => {
  const found = after(`
    input x: f32[3,2,2]
    parameter b: f32[3] once
    parameter s: f32[3] once
    node map (x, b)
      store y: f32[3,2,2] = (add x b)
        gradient x = gradient
        gradient b = gradient
    node map (y, s)
      store z: f32[3,2,2] = (mul y s)
        gradient y = (mul gradient s)
        gradient s = (mul gradient y)
    result z = z
  `);
  expect(found).toContain("store z.part: f32[3,2,2] = (mul seed.z.staged y)");
  expect(found).toContain("node channel_sum (z.part)\n  store s.gradient: f32[3] once = core");
  // Nothing is multiplied on the way to b: the gradient that arrives is summed itself.
  expect(found).toContain("node channel_sum (y.gradient)\n  store b.gradient: f32[3] once = core");
  expect(found).toContain("gradient b.gradient\ngradient s.gradient");
});

describe("what needs no gradient", () => {
  const picture = `
    input x: u8[3,5,5]
    parameter w: f32[4,3,3,3] once
    node map (x)
      store s: f32[3,5,5] = x
        gradient x = gradient
    node ${conv(3)} (s, w)
      store y: f32[4,3,3] = core
    result y = y
  `;
  it("bytes: no gradient to data is computed", () => {
    const found = after(picture);
    expect(found).not.toContain("conv_data_grad");
    expect(found).toContain("conv_weight_grad");
    expect(found).not.toContain("x.gradient");
  });

  it("inputs, in a training step", () => {
    const floats = picture.replace("u8", "f32");
    expect(after(floats)).toContain("conv_data_grad");
    expect(after(floats, "program step M outputs")).not.toContain("conv_data_grad");
  });

  it("values beside the way to the end", () => {
    const found = after(`
      input x: f32[4]
      parameter w: f32[2,4] once
      node dense (x, w)
        store y: f32[2] = core
      node map (y)
        store idle: f32[2] = (tanh y)
          gradient y = (mul gradient idle)
      result y = y
    `);
    expect(found).not.toContain("idle");
  });
});

it("prediction stays as it is", () => {
  const graph = graphOf("input x: f32[4]\nnode map (x)\n  store y: f32[4] = (exp x)\nresult y = y");
  expect(differentiate(graph)).toBe(graph);
});

it("a parameter that nothing reads is an error that names it", () => {
  const text = "input x: f32[4]\nparameter w: f32[4] once\nnode map (x)\n  store y: f32[4] = (exp x)\nresult y = y";
  expect(() => differentiate(graphOf(text, gradient))).toThrow("no gradient reaches the parameter w");
});

it("watched layers get bytes that tell which units fire", () => {
  const found = after(
    `
    input x: f32[4]
    target t: i32[]
    parameter w: f32[2,4] once
    node dense (x, w)
      store y: f32[2] = core
    node map (y)
      store r: f32[2] = (max y 0)
        gradient y = (where_greater r 0 gradient 0)
    node cross_entropy (r, t)
      store loss: f32[] = core
    watch relu = r
    result loss = loss
  `,
    "program step M loss",
  );
  expect(found).toContain("node activity (r)\n  store relu.units: u8[2] once = core");
  expect(found).toContain("watch relu = relu.units");
});

it("a training step ends in the optimiser and hands back means", () => {
  const model = modelOf(
    "Tiny",
    `  input x: f32[4]
  y = x -> dense(3)
  output a: class[3] = y -> softmax
  train { loss = cross_entropy(y, a)  optimizer = sgd(lr=0.1, momentum=0.9)  batch = 2  epochs = 1 }`,
  );
  const graph = differentiate(lower(model, "step"));
  const last = graph.nodes.at(-1)!;
  expect(last.core).toEqual({ family: "update", slots: ["velocity"] });
  expect(last.inputs).toEqual(graph.gradients);
  expect(graph.gradients).toEqual(["y.dense1.weight.gradient", "y.dense1.bias.gradient"]);
  expect(graph.results.map(({ name }) => name)).toEqual(["loss", "a.accuracy"]);
  // No step carries a gradient any more.
  expect(graph.nodes.flatMap(({ body }) => body).filter(({ gradients }) => gradients)).toEqual([]);
});
