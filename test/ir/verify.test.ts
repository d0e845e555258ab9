import { describe, expect, it } from "vitest";
import { parseGraph } from "../../compiler/ir/parse.ts";
import type { Graph } from "../../compiler/ir/graph.ts";
import { verify } from "../../compiler/ir/verify.ts";

const good = `program infer M outputs
input x: f32[4,6,6]
parameter w: f32[8,4,1,1] once
parameter bias: f32[8] once

# m.cnn:3: conv(8, kernel=1)
node conv {"window":{"kernel":[1,1],"stride":[1,1],"dilation":[1,1],"pad":[0,0,0,0]},"groups":1} (x, w)
  let y.product: f32[8,6,6] = core
  store y: f32[8,6,6] = (add y.product bias)

# m.cnn:4: relu
node map (y)
  store z: f32[8,6,6] = (max y 0)

result z = z
`;
const graph = (from = "", to = ""): Graph => parseGraph(good.replace(from, to));

describe("verify", () => {
  it("accepts a whole graph", () => {
    verify(graph());
  });

  it.each<[string, string, string, string]>([
    ["a use before its definition", "node map (y)", "node map (q)", "z reads q before it is defined"],
    ["a step's use before its definition", "(max y 0)", "(max z.late 0)", "z reads z.late before it is defined"],
    ["an operand of another shape", "bias: f32[8]", "bias: f32[4]", "y is 8×6×6 but reads bias, 4"],
    ["a map that reads a kernel's result", "(max y 0)", "(max core 0)", "z: a map has no core"],
    ["a gradient that is left over", "(max y 0)", "(max gradient 0)", "z still reads a gradient"],
    ["a value that is defined twice", "store z: ", "store y: ", "y is defined twice"],
    ["a lost result", "result z = z", "result z = q", "the result q is computed nowhere"],
    ["a result that stays in registers", "result z = z", "result z = y.product", "the result y.product is computed"],
    ["a lost gradient", "result z = z", "gradient w.gradient", "the result w.gradient is computed nowhere"],
  ])("rejects %s", (_, from, to, message) => {
    expect(() => verify(graph(from, to))).toThrow(message);
  });

  it("rejects an output that its node does not compute", () => {
    const whole = graph();
    const nodes = whole.nodes.map((node, i) => (i === 1 ? { ...node, outputs: ["other"] } : node));
    expect(() => verify({ ...whole, nodes })).toThrow("z stores other, which it does not compute");
  });

  it("rejects a value that nobody declared", () => {
    const whole = graph();
    const values = new Map(whole.values);
    values.delete("z");
    expect(() => verify({ ...whole, values })).toThrow("no value z");
  });

  it("rejects nodes in the wrong order", () => {
    const whole = graph();
    expect(() => verify({ ...whole, nodes: [...whole.nodes].reverse() })).toThrow("z reads y before it is defined");
  });
});
