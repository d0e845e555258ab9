import type { Family, Graph, Node } from "../ir/graph.ts";
import type { Choice, CudaTarget } from "../ir/plan.ts";
import { chooseCudaProduct } from "./choose-cuda-product.ts";

/** A thread for each element: nothing to choose. */
const pointwise = "a thread for each element";
const one = { pixels: 1, vectors: 1 } as const;

/** Parts of a batch whose sums are made apart, to have work for all multiprocessors; a fixed number, as on processors. */
const parts = 64;
const summed: readonly Family[] = ["channel_sum", "batch_moments", "batch_norm_sums"];

/** Which kernel computes a node on a CUDA device. Weights keep the order [outputs][rows][columns][inputs]. */
export function chooseCudaKernel(node: Node, graph: Graph, target: CudaTarget): Choice {
  const { family } = node.core;
  const product = chooseCudaProduct(node, graph, target);
  if (product) return product;
  const choice = { kernel: family, lanes: 1, tile: one };
  if (summed.includes(family)) return { ...choice, parts, reason: `${parts} parts of the batch` };
  return { ...choice, reason: pointwise };
}
