import type { OnnxAttribute, OnnxConstant, OnnxName, OnnxNode } from "../opkit/onnx.ts";
import { sizeOf, type DType, type Shape } from "../shape/tensor-type.ts";
import { version } from "../version.ts";
import type { OnnxGraph, OnnxValue } from "./graph.ts";
import { encodeModel, type Proto } from "./schema.ts";

/** The operators' version, and the oldest version of the format that may use it. */
export const opset = 17;
const irVersion = 8;

/** TensorProto.DataType */
const elementTypes: Readonly<Record<DType | "i64", number>> = { f32: 1, u8: 2, i32: 6, tokens: 6, i64: 7 };

/** AttributeProto.AttributeType */
const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** TensorProto.DataLocation */
const external = 1;

/** A protobuf message is at most 2 GiB; the rest of a graph is small beside its weights. */
export const mostBytesInside = 2 ** 31 - 2 ** 24;

/** Where the weights are: inside the file, by their names; or at places of a file beside it. */
export type WeightsOf =
  | { readonly kind: "inside"; readonly values: ReadonlyMap<OnnxName, Float32Array> }
  | { readonly kind: "beside"; readonly location: string; readonly places: ReadonlyMap<OnnxName, number> };

export function weightBytes({ parameters }: Pick<OnnxGraph, "parameters">): number {
  return parameters.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
}

/** In a file beside the graph each tensor begins at a page of memory, so that it can be mapped. */
const pageSize = 4096;

/** The first byte of each tensor in a file beside the graph. */
export function placesBeside({ parameters }: Pick<OnnxGraph, "parameters">): ReadonlyMap<OnnxName, number> {
  const places = new Map<OnnxName, number>();
  let end = 0;
  for (const { name, shape } of parameters) {
    const begin = Math.ceil(end / pageSize) * pageSize;
    places.set(name, begin);
    end = begin + 4 * sizeOf(shape);
  }
  return places;
}

/** The bytes of an ONNX file; the same for the same graph, weights and metadata. */
export function onnxFile(
  graph: OnnxGraph,
  weights: WeightsOf,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  return encodeModel({
    irVersion,
    producerName: "cnnc",
    producerVersion: version,
    ...documented(graph),
    graph: graphProto(graph, weights),
    // Without a domain: ai.onnx.
    opsetImport: [{ version: opset }],
    metadataProps: entries(metadata),
  });
}

function graphProto(graph: OnnxGraph, weights: WeightsOf): Proto<"GraphProto"> {
  const { name, nodes, inputs, outputs, inner, parameters, constants } = graph;
  return {
    node: nodes.map(nodeProto),
    name,
    initializer: [...parameters.map((it) => parameterProto(it, weights)), ...constants.map(constantProto)],
    ...documented(graph),
    input: inputs.map(valueProto),
    output: outputs.map(valueProto),
    valueInfo: inner.map(valueProto),
  };
}

function nodeProto({ op, inputs, output, attributes }: OnnxNode): Proto<"NodeProto"> {
  return {
    input: inputs,
    output: [output],
    name: output,
    opType: op,
    attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...attributeProto(value) })),
  };
}

function attributeProto(value: OnnxAttribute): Proto<"AttributeProto"> {
  if (typeof value === "number") return { i: value, type: attributeTypes.int };
  if (typeof value === "string") return { s: new TextEncoder().encode(value), type: attributeTypes.string };
  if ("float" in value) return { f: value.float, type: attributeTypes.float };
  return { ints: value, type: attributeTypes.ints };
}

function valueProto({ name, type: { dtype, shape }, doc }: OnnxValue): Proto<"ValueInfoProto"> {
  const dim = [{ dimParam: "N" }, ...shape.map((dimValue) => ({ dimValue }))];
  return { name, type: { tensorType: { elemType: elementTypes[dtype], shape: { dim } } }, ...documented({ doc }) };
}

function parameterProto(
  { name, shape }: { readonly name: OnnxName; readonly shape: Shape },
  weights: WeightsOf,
): Proto<"TensorProto"> {
  const tensor = { dims: shape, dataType: elementTypes.f32, name };
  if (weights.kind === "inside") return { ...tensor, rawData: bytesOf(weights.values.get(name)!) };
  const place = { location: weights.location, offset: `${weights.places.get(name)!}`, length: `${4 * sizeOf(shape)}` };
  return { ...tensor, externalData: entries(place), dataLocation: external };
}

function constantProto({ name, dtype, shape, data }: OnnxConstant): Proto<"TensorProto"> {
  const values = dtype === "f32" ? Float32Array.from(data) : BigInt64Array.from(data, BigInt);
  return { dims: shape, dataType: elementTypes[dtype], name, rawData: bytesOf(values) };
}

/** Little-endian, as the standard wants it and as the processors that are compiled for have it. */
export function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function entries(values: Readonly<Record<string, string>>): readonly Proto<"StringStringEntryProto">[] {
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}

function documented({ doc }: { readonly doc?: string | undefined }): { readonly docString?: string } {
  return doc === undefined ? {} : { docString: doc };
}
