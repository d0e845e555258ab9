import { parametersOf } from "../check/cost.ts";
import type { CheckedModel, Layer } from "../check/program.ts";
import { layersBehind } from "../check/reachable.ts";
import { OnnxBuilder, type OnnxConstant, type OnnxName, type OnnxNode } from "../opkit/onnx.ts";
import type { Shape, TensorType } from "../shape/tensor-type.ts";

/** A model in inference, in terms of ONNX; the bytes of a file are made from it. */
export interface OnnxGraph {
  readonly name: string;
  readonly doc?: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Values of layers that are no outputs: what viewers show the shapes of. */
  readonly inner: readonly OnnxValue[];
  /** Names and shapes of the weights, which the graph does not hold. */
  readonly parameters: readonly { readonly name: OnnxName; readonly shape: Shape }[];
  readonly constants: readonly OnnxConstant[];
  /** In an order in which they can be computed. */
  readonly nodes: readonly OnnxNode[];
}

export interface OnnxValue {
  readonly name: OnnxName;
  /** Without the batch, which stands in front. */
  readonly type: TensorType;
  readonly doc?: string;
}

/**
 * What the outputs need of a model; what stands there for the loss alone is left out. Values have the names of the network,
 * and with `everyValue` each layer's is an output behind those that are declared.
 */
export function onnxGraph(model: CheckedModel, everyValue = false): OnnxGraph {
  const layers = layersBehind(
    model.layers,
    model.outputs.map(({ value }) => value),
  );
  const types = new Map([...model.inputs, ...layers].map(({ name, type }) => [name, type]));
  const [nodes, constants]: [OnnxNode[], OnnxConstant[]] = [[], []];
  const staged = new Map<string, OnnxName>();
  for (const { name, type } of model.inputs) {
    if (type.dtype !== "u8") continue;
    const b = new OnnxBuilder(name);
    staged.set(name, b.node("Cast", [name], { to: float }));
    nodes.push(...b.nodes);
  }
  for (const layer of layers) {
    const b = new OnnxBuilder(layer.name);
    nodes.push(...nodesOf(layer, b, staged, types));
    constants.push(...b.constants);
  }
  // An output is called as it is declared, whatever its value is called.
  for (const { name, value } of model.outputs)
    nodes.push({ op: "Identity", inputs: [staged.get(value) ?? value], output: name, attributes: {} });
  const declared = model.outputs.map(({ name, shape, doc }) => ({
    name,
    type: { dtype: "f32", shape } as const,
    ...(doc !== undefined && { doc }),
  }));
  const values = layers.map(({ name, type: { dtype, shape } }) => {
    // What is made of bytes as they are has been cast with them.
    return { name, type: { dtype: dtype === "u8" ? "f32" : dtype, shape } } as const;
  });
  return {
    name: model.name,
    ...(model.doc !== undefined && { doc: model.doc }),
    inputs: model.inputs,
    outputs: everyValue ? [...declared, ...values] : declared,
    inner: everyValue ? [] : values,
    parameters: parametersOf({ layers }).map(({ name, spec: { shape } }) => ({ name, shape })),
    constants,
    nodes,
  };
}

/** TensorProto.DataType.FLOAT */
const float = 1;

/** The nodes of a layer; the last computes its value, and has its name. */
function nodesOf(
  { name, operator, operands, attributes, parameters, part, type }: Layer,
  b: OnnxBuilder,
  staged: ReadonlyMap<string, OnnxName>,
  types: ReadonlyMap<string, TensorType>,
): readonly OnnxNode[] {
  const result = operator.onnx({
    b,
    operands: operands.map((operand) => staged.get(operand) ?? operand),
    types: operands.map((operand) => types.get(operand)!),
    type,
    parameters: parameters.map((parameter) => parameter.name),
    attributes: attributes as never,
    part,
  });
  const last = b.nodes.at(-1);
  if (last?.output === result) return [...b.nodes.slice(0, -1), { ...last, output: name }];
  return [...b.nodes, { op: "Identity", inputs: [result], output: name, attributes: {} }];
}
