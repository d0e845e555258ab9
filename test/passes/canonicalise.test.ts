import { describe, expect, it } from "vitest";
import { canonicalise } from "../../compiler/passes/canonicalise.ts";
import { graphOf, lines, pool, shown } from "./support.ts";

const after = (text: string): string => shown(canonicalise(graphOf(text)));

describe("a reshape", () => {
  it("disappears in front of a dense layer", () => {
    const found = after(`
      input x: f32[4,2,2]
      parameter w: f32[3,16] once
      node map (x)
        store s: f32[4,2,2] = x
      node reshape {"shape":[16]} (s)
        store f: f32[16] = core
      node dense (f, w)
        store y: f32[3] = core
      result y = y
    `);
    expect(found).toBe(
      lines(`
        node map (x)
          store s: f32[4,2,2] = x
        node dense (s, w)
          store y: f32[3] = core
        result y = y
      `),
    );
  });

  it("stays where others read it", () => {
    const found = after(`
      input x: f32[4,2,2]
      parameter w: f32[3,16] once
      node map (x)
        store s: f32[4,2,2] = x
      node reshape {"shape":[16]} (s)
        store f: f32[16] = core
      node dense (f, w)
        store y: f32[3] = core
      result y = y
      result f = f
    `);
    expect(found).toContain("node reshape (s)");
    expect(found).toContain("node dense (s, w)");
  });

  it("moves behind maps, so that dropout changes no packing; gradients move along", () => {
    const found = after(`
      input x: f32[4,2,2]
      parameter w: f32[3,16] once
      node map (x)
        store s: f32[4,2,2] = x
      node reshape {"shape":[16]} (s)
        store f: f32[16] = core
      node map (f)
        store d: f32[16] = (where_greater 0.5 (random d) 0 (mul f 2))
          gradient f = (where_greater 0.5 (random d) 0 (mul gradient 2))
      node map (d)
        store t: f32[16] = (tanh d)
          gradient d = (mul gradient (sub 1 (mul t t)))
      node dense (t, w)
        store y: f32[3] = core
      result y = y
    `);
    expect(found).toBe(
      lines(`
        node map (x)
          store s: f32[4,2,2] = x
        node map (s)
          store d.unflattened: f32[4,2,2] = (where_greater 0.5 (random d) 0 (mul s 2))
            gradient s = (where_greater 0.5 (random d) 0 (mul gradient 2))
        node map (d.unflattened)
          store t.unflattened: f32[4,2,2] = (tanh d.unflattened)
            gradient d.unflattened = (mul gradient (sub 1 (mul t.unflattened t.unflattened)))
        node dense (t.unflattened, w)
          store y: f32[3] = core
        result y = y
      `),
    );
  });

  it.each([
    ["a constant per channel", "(mul f (table 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16))", "(f)"],
    ["a parameter per channel", "(mul f b)", "(f, b)"],
    ["two values", "(add f g)", "(f, g)"],
  ])("does not move behind a map with %s", (_, expression, inputs) => {
    const found = after(`
      input x: f32[4,2,2]
      input g: f32[16]
      parameter b: f32[16] once
      node map (x)
        store s: f32[4,2,2] = x
      node reshape {"shape":[16]} (s)
        store f: f32[16] = core
      node map ${inputs}
        store y: f32[16] = ${expression}
      result y = y
    `);
    expect(found).toContain(`node map ${inputs}\n  store y: f32[16] = ${expression}`);
  });
});

describe("a map in front of a pool", () => {
  /** A map with one expression in front of a pool; `more` is added to the graph. */
  const mapThenPool = (expression: string, pooling = "max", more = ""): string => `
    input x: f32[4,4,4]
    parameter b: f32[4] once
    node map (x)
      store s: f32[4,4,4] = x
    node map (${expression.includes(" b") ? "s, b" : "s"})
      store m: f32[4,4,4] = ${expression}
        gradient s = (mul gradient m)
    node ${pool(pooling, 2)} (m)
      store p: f32[4,2,2] = core
    ${more}
    result p = p
  `;
  const moved = (expression: string, pooling?: string, more?: string): boolean =>
    after(mapThenPool(expression, pooling, more)).includes("p.largest");

  it("moves behind a maximum when it is monotone", () => {
    expect(after(mapThenPool("(tanh s)"))).toBe(
      lines(`
        node map (x)
          store s: f32[4,4,4] = x
        node pool (s)
          store p.largest: f32[4,2,2] = core
        node map (p.largest)
          store p: f32[4,2,2] = (tanh p.largest)
            gradient p.largest = (mul gradient p)
        result p = p
      `),
    );
  });

  it.each([
    ...["(max s 0)", "(add s b)", "(mul s 0.5)", "(sub (exp s) b)", "(div (log s) 3)"],
    ...[
      "(where_greater s 0 s (mul s 0.1))",
      "(where_greater s 0 s (mul (expm1 s) 2))",
      "(where_greater s 1 (add s 1) 1)",
    ],
  ])("%s moves", (expression) => {
    expect(moved(expression)).toBe(true);
  });

  it.each([
    ["falls", "(neg s)"],
    ["falls by a factor", "(mul s -1)"],
    ["is divided by", "(div 1 s)"],
    ["is subtracted", "(sub b s)"],
    ["rises and falls", "(cos s)"],
    ["has a factor of unknown sign", "(mul s b)"],
    ["is drawn", "(where_greater 0.5 (random m) 0 s)"],
    ["is random beside it", "(add s (random m))"],
    ["is squared", "(mul s s)"],
    ["falls where its pieces meet", "(where_greater s 1 s (mul s 2))"],
    ["rises in one piece only", "(where_greater s 0 s (neg s))"],
    ["has a piece of unknown height", "(where_greater s 0 s (add s b))"],
  ])("one that %s stays", (_, expression) => {
    expect(moved(expression)).toBe(false);
  });

  it("stays in front of an average", () => {
    expect(moved("(tanh s)", "average")).toBe(false);
    expect(moved("(tanh s)", "average_with_pad")).toBe(false);
  });

  it("stays when something else reads it", () => {
    expect(moved("(tanh s)", "max", "result m = m")).toBe(false);
    const second = `node map (m)\n      store other: f32[4,4,4] = (mul m 2)\n    result other = other`;
    expect(moved("(tanh s)", "max", second)).toBe(false);
  });

  it("takes along what watches its units", () => {
    expect(after(mapThenPool("(max s 0)", "max", "watch relu = m"))).toContain("watch relu = p");
    expect(after(mapThenPool("(max s 0)", "average", "watch relu = m"))).toContain("watch relu = m");
  });

  it("moves behind several pools, one after the other", () => {
    const found = after(`
      input x: f32[4,8,8]
      node map (x)
        store s: f32[4,8,8] = x
      node map (s)
        store m: f32[4,8,8] = (max s 0)
      node ${pool("max", 2)} (m)
        store p: f32[4,4,4] = core
      node ${pool("max", 2)} (p)
        store q: f32[4,2,2] = core
      result q = q
    `);
    expect(found.match(/node \w+/g)).toEqual(["node map", "node pool", "node pool", "node map"]);
  });
});

it("what nothing needs is dropped", () => {
  const found = after(`
    input x: f32[4]
    node map (x)
      store s: f32[4] = x
    node map (s)
      store unused: f32[4] = (exp s)
    result s = s
  `);
  expect(found).toBe("node map (x)\n  store s: f32[4] = x\nresult s = s");
});

describe("what hands on its operand as it is", () => {
  const every = `{"map":"line","start":0,"step":1,"beyond":"nothing"}`;
  const whole = `resample {"axes":[${every},${every},${every}],"size":[6,2,3],"fill":0,"transposed":false}`;
  const shuffle = (groups: number, each: number): string =>
    `permute {"factors":[[${groups},${each}],[2],[3]],"order":[[1,0],[2],[3]]}`;
  const between = (nodes: string): string =>
    after(`
      input x: f32[6,2,3]
      node map (x)
        store s: f32[6,2,3] = x
${nodes}
      node map (s, e)
        store y: f32[6,2,3] = (mul s e)
          gradient s = (mul gradient e)
          gradient e = (mul gradient s)
      result y = y
      result e = e
    `);
  const gone = lines(`
        node map (x)
          store s: f32[6,2,3] = x
        node map (s)
          store y: f32[6,2,3] = (mul s s)
            gradient s = (add (mul gradient s) (mul gradient s))
        result y = y
        result e = s
      `);

  it("disappears, and its readers' gradients are added", () => {
    expect(between(`      node ${whole} (s)\n        store e: f32[6,2,3] = core`)).toBe(gone);
    expect(between(`      node reshape {"shape":[6,2,3]} (s)\n        store e: f32[6,2,3] = core`)).toBe(gone);
    expect(
      between(
        `      node permute {"factors":[[6],[2],[3]],"order":[[0],[1],[2]]} (s)\n        store e: f32[6,2,3] = core`,
      ),
    ).toBe(gone);
  });

  it("may be two nodes, which become one", () => {
    const both = (first: string, second: string, between = "6,2,3"): string =>
      `      node ${first} (s)\n        store a: f32[${between}] = core\n      node ${second} (a)\n        store e: f32[6,2,3] = core`;
    expect(between(both(shuffle(2, 3), shuffle(3, 2)))).toBe(gone);
    expect(between(both(`reshape {"shape":[9,4]}`, `reshape {"shape":[6,2,3]}`, "9,4"))).toBe(gone);
    const dealt = `permute {"factors":[[2,3],[2],[3]],"order":[[1,0],[3],[2]]}`;
    const turned = `permute {"factors":[[6],[3],[2]],"order":[[0],[2],[1]]}`;
    expect(between(both(dealt, turned, "6,3,2"))).toContain("node permute (s)\n  store e: f32[6,2,3] = core");
  });

  it("is not a part, nor what stands elsewhere", () => {
    const part = whole.replace("[6,2,3]", "[5,2,3]");
    const found = after(`
      input x: f32[6,2,3]
      node map (x)
        store s: f32[6,2,3] = x
      node ${part} (s)
        store p: f32[5,2,3] = core
      node ${shuffle(2, 3)} (s)
        store q: f32[6,2,3] = core
      result p = p
      result q = q
    `);
    expect(found).toContain("node resample (s)");
    expect(found).toContain("node permute (s)");
  });
});
