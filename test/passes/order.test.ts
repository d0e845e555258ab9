import { describe, expect, it } from "vitest";
import { order } from "../../compiler/passes/order.ts";
import { graphOf, shown } from "./support.ts";

describe("order", () => {
  it("brings nodes together that see one sample at a time", () => {
    const graph = graphOf(
      `
      input x: f32[8]
      target t: i32[]
      parameter w: f32[4,8] once
      node dense (x, w)
        store y: f32[4] = core
      node cross_entropy (y, t)
        store l: f32[] = core
      node batch_mean (l)
        store m: f32[] once = core
      node map ()
        store one: f32[] = (scalar inverse_batch)
      node cross_entropy_grad (y, t, one)
        store dy: f32[4] = core
      node dense_weight_grad (x, dy)
        store dw: f32[4,8] once = core
      gradient dw
      result loss = m`,
      "program step M loss",
    );
    expect(shown(order(graph)).match(/node \w+/g)).toEqual(
      ["dense", "cross_entropy", "map", "cross_entropy_grad", "batch_mean", "dense_weight_grad"].map(
        (f) => `node ${f}`,
      ),
    );
  });

  it("brings what mixes samples to its operands where little memory is wanted, in the order in which it moves buffers", () => {
    const graph = graphOf(
      `
      input x: f32[8]
      parameter w: f32[4,8] once
      buffer mean: f32[4] once
      buffer var: f32[4] once
      node dense (x, w)
        store a: f32[4] = core
      node map (a)
        store b: f32[4] = (tanh a)
      node map (b)
        store c: f32[4] = (exp b)
      node batch_moments {"momentum":0.1,"eps":0.1,"invStd":"b.inv"} (b, mean, var)
        store b.mean: f32[4] once = core
        store b.inv: f32[4] once = extra
      node batch_moments {"momentum":0.1,"eps":0.1,"invStd":"a.inv"} (a, mean, var)
        store a.mean: f32[4] once = core
        store a.inv: f32[4] once = extra
      node sample_sum (c)
        store s: f32[] = core
      node dense_weight_grad (x, a)
        store dw: f32[4,8] once = core
      node batch_mean (s)
        store m: f32[] once = core
      gradient dw
      result loss = m`,
      "program step M loss",
    );
    const ordered = order({ ...graph, memory: "low" });
    expect(shown(ordered).match(/store \w+\.?\w*/g)).toEqual(
      ["a", "dw", "b", "b.mean", "b.inv", "a.mean", "a.inv", "c", "s", "m"].map((id) => `store ${id}`),
    );
  });

  it("leaves a graph alone that is in order", () => {
    const graph = graphOf(`
      input x: f32[8]
      node map (x)
        store a: f32[8] = x
      node softmax {"log":false} (a)
        store y: f32[8] = core
      result y = y
    `);
    expect(order(graph).nodes).toEqual(graph.nodes);
  });
});
