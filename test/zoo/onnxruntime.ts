import { createRequire } from "node:module";
import { tensor, type Tensor, type Tensors } from "../../compiler/testing/index.ts";
import { sizeOf, type DType, type TensorType } from "../../compiler/shape/tensor-type.ts";

/** What is used of onnxruntime-node, which is installed in test/bench and nowhere else. */
interface Runtime {
  readonly InferenceSession: { create(model: Uint8Array): Promise<Session> };
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => RuntimeTensor;
}
interface Session {
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, RuntimeTensor>>): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
}
interface RuntimeTensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

const elements = {
  f32: ["float32", Float32Array],
  u8: ["uint8", Uint8Array],
  i32: ["int32", Int32Array],
  tokens: ["int32", Int32Array],
} as const satisfies Record<DType, unknown>;

function loadRuntime(): Runtime {
  const load = createRequire(new URL("../bench/package.json", import.meta.url));
  try {
    return load("onnxruntime-node") as Runtime;
  } catch (error) {
    throw new Error("there is no onnxruntime-node: `npm ci --ignore-scripts` in test/bench installs it", {
      cause: error,
    });
  }
}

/** Runs the bytes of an ONNX file, once for each call of `inputs`; gives all outputs by name. */
export async function runOnnx(
  model: Uint8Array,
  types: readonly { readonly name: string; readonly type: TensorType }[],
  inputs: readonly Tensors[],
): Promise<readonly Tensors[]> {
  const runtime = loadRuntime();
  const session = await runtime.InferenceSession.create(model);
  const results: Tensors[] = [];
  for (const given of inputs) {
    const feeds = types.map(({ name, type }) => {
      const { shape, data } = given.get(name)!;
      const [word, List] = elements[type.dtype];
      return [name, new runtime.Tensor(word, List.from(data), shape)] as const;
    });
    const found = await session.run(Object.fromEntries(feeds));
    results.push(new Map(Object.entries(found).map(([name, value]) => [name, asTensor(value)])));
  }
  await session.release();
  return results;
}

function asTensor({ dims, data }: RuntimeTensor): Tensor {
  if (data.length !== sizeOf(dims)) throw new Error(`${data.length} numbers for [${dims.join(", ")}]`);
  return tensor(dims, data);
}
