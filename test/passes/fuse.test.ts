import { describe, expect, it } from "vitest";
import { fuse } from "../../compiler/passes/fuse.ts";
import { cudaTarget, targets } from "../../compiler/passes/targets.ts";
import type { Graph } from "../../compiler/ir/graph.ts";
import type { Target } from "../../compiler/ir/plan.ts";
import { channelsOf, conv, graphOf, lines, pool, shown } from "./support.ts";

const fused = (graph: Graph, target: Target = targets.avx512): Graph => fuse({ graph, target }).graph;
const after = (text: string, head?: string): string => shown(fused(graphOf(text, head)));

describe("pointwise steps", () => {
  it("move into the kernel before them, and what nobody reads is not stored", () => {
    const found = after(`
      input x: f32[2,6,6]
      parameter w: f32[4,2,3,3] once
      parameter b: f32[4] once
      node ${conv(3)} (x, w)
        store y.product: f32[4,4,4] = core
      node map (y.product, b)
        store y: f32[4,4,4] = (add y.product b)
      node map (y)
        store t: f32[4,4,4] = (tanh y)
      result t = t
    `);
    expect(found).toBe(
      lines(`
        node conv (x, w)
          let y: f32[4,4,4] = (add core b)
          store t: f32[4,4,4] = (tanh y)
        result t = t
      `),
    );
  });

  it("store every value that others read: several results from one pass", () => {
    const found = after(`
      input x: f32[8]
      parameter w: f32[4,8] once
      parameter v: f32[3,4] once
      node dense (x, w)
        store y: f32[4] = core
      node map (y)
        store t: f32[4] = (tanh y)
      node dense (t, v)
        store z: f32[3] = core
      result y = y
      result z = z
    `);
    expect(found).toBe(
      lines(`
        node dense (x, w)
          store y: f32[4] = core
          store t: f32[4] = (tanh core)
        node dense (t, v)
          store z: f32[3] = core
        result y = y
        result z = z
      `),
    );
  });

  it("of a residual join the operand that is computed last", () => {
    const found = after(`
      input x: f32[2,6,6]
      parameter v: f32[4,2,1,1] once
      parameter w: f32[4,2,1,1] once
      node ${conv(1)} (x, v)
        store a: f32[4,6,6] = core
      node ${conv(1)} (x, w)
        store b: f32[4,6,6] = core
      node map (b, a)
        store sum: f32[4,6,6] = (add b a)
      node map (sum)
        store y: f32[4,6,6] = (max sum 0)
      result y = y
    `);
    expect(found).toBe(
      lines(`
        node conv (x, v)
          store a: f32[4,6,6] = core
        node conv (x, w)
          let sum: f32[4,6,6] = (add core a)
          store y: f32[4,6,6] = (max sum 0)
        result y = y
      `),
    );
  });

  it("follow a transposed convolution as they follow a convolution", () => {
    const found = after(`
      input x: f32[2,3,3]
      parameter w: f32[2,4,2,2] once
      parameter scale: f32[4] once
      parameter shift: f32[4] once
      node ${conv(2, { stride: 2 }).replace("conv", "conv_data_grad")} (x, w)
        store product: f32[4,6,6] = core
      node map (product, scale, shift)
        store normed: f32[4,6,6] = (add (mul product scale) shift)
      node map (normed)
        store y: f32[4,6,6] = (max normed 0)
      result y = y
    `);
    expect(found).toBe(
      lines(`
        node conv_data_grad (x, w)
          let normed: f32[4,6,6] = (add (mul core scale) shift)
          store y: f32[4,6,6] = (max normed 0)
        result y = y
      `),
    );
  });

  it("follow joined values, and the gradient of one of them", () => {
    const found = after(`
      input x: f32[2,4,4]
      input z: f32[3,4,4]
      node concat (x, z)
        store y: f32[5,4,4] = core
      node map (y)
        store t: f32[5,4,4] = (tanh y)
      node ${channelsOf(2, [3, 4, 4])} (t)
        store z.part: f32[3,4,4] = core
      node map (z.part, z)
        store d: f32[3,4,4] = (mul z.part z)
      result d = d
    `);
    expect(found).toBe(
      lines(`
        node concat (x, z)
          store t: f32[5,4,4] = (tanh core)
        node resample (t)
          store d: f32[3,4,4] = (mul core z)
        result d = d
      `),
    );
  });

  it("of a chain become one map", () => {
    const found = after(`
      input x: u8[3,2,2]
      node map (x)
        store s: f32[3,2,2] = x
      node map (s)
        store n: f32[3,2,2] = (mul s 0.5)
      node map (n)
        store y: f32[3,2,2] = (exp n)
      result y = y
    `);
    expect(found).toBe(
      lines(`
        node map (x)
          let n: f32[3,2,2] = (mul x 0.5)
          store y: f32[3,2,2] = (exp n)
        result y = y
      `),
    );
  });

  it("stay apart behind sums over the batch and losses, which take none", () => {
    const found = after(
      `
      input x: f32[8]
      target t: i32[]
      node cross_entropy (x, t)
        store l: f32[] = core
      node map (l)
        store half: f32[] = (mul l 0.5)
      node batch_mean (half)
        store m: f32[] once = core
      result loss = m`,
      "program step M loss",
    );
    expect(found.match(/node \w+/g)).toEqual(["node cross_entropy", "node map", "node batch_mean"]);
  });

  it("stay apart where the order of elements changes", () => {
    const found = after(`
      input x: f32[4,2,2]
      node map (x)
        store s: f32[4,2,2] = x
      node reshape {"shape":[16]} (s)
        store f: f32[16] = core
      node map (f)
        store y: f32[16] = (exp f)
      result y = y
    `);
    expect(found.match(/node \w+/g)).toEqual(["node map", "node reshape"]);
  });
});

describe("a pool", () => {
  const convThenPool = (more = "", results = "result p = p", width = 6, poolText = pool("max", 2)): string => `
    input x: f32[2,${width},${width}]
    parameter w: f32[4,2,1,1] once
    parameter b: f32[4] once
    node ${conv(1)} (x, w)
      store y.product: f32[4,${width},${width}] = core
    node map (y.product, b)
      store y: f32[4,${width},${width}] = (add y.product b)
    node ${poolText} (y)
      store p: f32[4,${width / 2},${width / 2}] = core
    ${more}
    ${results}
  `;

  it("moves behind the convolution, with the steps behind it", () => {
    const found = after(convThenPool(`node map (p)\n      store r: f32[4,3,3] = (max p 0)`, "result r = r"));
    expect(found).toBe(
      lines(`
        node conv (x, w)
          let y: f32[4,6,6] = (add core b)
          then pool
          store r: f32[4,3,3] = (max core 0)
        result r = r
      `),
    );
  });

  it("keeps what stands before it for others", () => {
    const found = after(convThenPool("", "result p = p\n    result y = y"));
    expect(found).toBe(
      lines(`
        node conv (x, w)
          store y: f32[4,6,6] = (add core b)
          then pool
          store p: f32[4,3,3] = core
        result p = p
        result y = y
      `),
    );
  });

  it("leaves steps apart that read what stood before it", () => {
    // The upsampled difference, say: values at other positions than the pooled ones.
    const found = after(
      convThenPool(`node map (y)\n      store e: f32[4,6,6] = (exp y)`, "result p = p\n    result e = e"),
    );
    expect(found).toContain("then pool");
    expect(found).toContain("node map (y)\n  store e: f32[4,6,6] = (exp y)");
  });

  it("stays apart when the rows between would not fit a small stack", () => {
    expect(after(convThenPool("", "result p = p", 1290))).toContain("then pool");
    expect(after(convThenPool("", "result p = p", 1296))).not.toContain("then pool");
  });

  it("of a whole picture stays apart: one row of results would be one unit of work", () => {
    const graph = `
      input x: f32[3,6,6]
      parameter w: f32[4,3,3,3] once
      node ${conv(3, { pad: 1 })} (x, w)
        store y: f32[4,6,6] = core
      node ${pool("max", 6)} (y)
        store p: f32[4,1,1] = core
      result p = p
    `;
    expect(after(graph)).not.toContain("then pool");
  });

  it("is fused, and what stands before it stored, when another convolution reads that", () => {
    const reader = (pad: number): string =>
      convThenPool(
        `parameter v: f32[2,4,3,3] once
    node ${conv(3, { pad })} (y, v)
      store c: f32[2,${4 + 2 * pad},${4 + 2 * pad}] = core`,
        "result p = p\n    result c = c",
      );
    expect(after(reader(0))).toContain("then pool");
    expect(after(reader(1))).toMatch(/store y: .*\n {2}then pool/);
  });

  it("stays apart behind grouped convolutions", () => {
    const found = after(
      convThenPool().replace('"groups":1', '"groups":2').replace("w: f32[4,2,1,1]", "w: f32[4,1,1,1]"),
    );
    expect(found.match(/node \w+/g)).toEqual(["node conv", "node pool"]);
  });

  it("behind a pool stays apart: one tail to a kernel", () => {
    const found = after(convThenPool(`node ${pool("max", 3)} (p)\n      store q: f32[4,1,1] = core`, "result q = q"));
    expect(found.match(/node \w+|then \w+/g)).toEqual(["node conv", "then pool", "node pool"]);
  });

  it("stands by itself where the target has not its rows", () => {
    const graph = graphOf(convThenPool("", "result p = p", 6));
    expect(fused(graph).nodes.length).toBe(1);
    expect(fused(graph, cudaTarget("f32")).nodes.map(({ core }) => core.family)).toEqual(["conv", "pool"]);
  });

  it.each([
    ["is read", "result p = p\n    result i = p.index", true],
    ["is idle", "result p = p", false],
  ])("stores its index where that %s", (_, results, stored) => {
    const indexed = pool("max", 2, { index: "p.index" });
    const text = convThenPool("", results, 6, indexed).replace(
      "store p: f32[4,3,3] = core",
      "store p: f32[4,3,3] = core\n      store p.index: u8[4,3,3] = extra",
    );
    const [node] = fused(graphOf(text)).nodes;
    expect(node!.tail!.core.index).toBe(stored ? "p.index" : undefined);
    expect(node!.outputs.includes("p.index")).toBe(stored);
  });
});

describe("the scale of a norm", () => {
  const text = `
      input x: f32[4,3,3]
      parameter g: f32[4] once
      node group_norm {"groups":2,"eps":0.1,"scale":"y.scale"} (x)
        store y.normalised: f32[4,3,3] = core
        store y.scale: f32[4] = extra
      node map (y.normalised, g)
        store y: f32[4,3,3] = (mul y.normalised g)
      node map (y)
        store t: f32[4,3,3] = (tanh y)
      result t = t
    `;

  it("is kept where something reads it; what follows is done in registers", () => {
    expect(after(`${text}result s = y.scale\n`)).toContain("store y.scale: f32[4] = extra");
    expect(after(text)).toBe(
      lines(`
        node group_norm (x)
          let y: f32[4,3,3] = (mul core g)
          store t: f32[4,3,3] = (tanh y)
        result t = t
      `),
    );
  });
});
