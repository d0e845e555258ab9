import protobuf from "protobufjs/light.js";

/**
 * The messages of onnx.proto (github.com/onnx/onnx, Apache-2.0) that a file is made of, with the standard's field numbers.
 */
const fields = {
  ModelProto: {
    irVersion: one("int64", 1),
    producerName: one("string", 2),
    producerVersion: one("string", 3),
    docString: one("string", 6),
    graph: one("GraphProto", 7),
    opsetImport: many("OperatorSetIdProto", 8),
    metadataProps: many("StringStringEntryProto", 14),
  },
  OperatorSetIdProto: { version: one("int64", 2) },
  StringStringEntryProto: { key: one("string", 1), value: one("string", 2) },
  GraphProto: {
    node: many("NodeProto", 1),
    name: one("string", 2),
    initializer: many("TensorProto", 5),
    docString: one("string", 10),
    input: many("ValueInfoProto", 11),
    output: many("ValueInfoProto", 12),
    valueInfo: many("ValueInfoProto", 13),
  },
  NodeProto: {
    input: many("string", 1),
    output: many("string", 2),
    name: one("string", 3),
    opType: one("string", 4),
    attribute: many("AttributeProto", 5),
  },
  AttributeProto: {
    name: one("string", 1),
    f: one("float", 2),
    i: one("int64", 3),
    s: one("bytes", 4),
    ints: many("int64", 8),
    type: one("int32", 20),
  },
  ValueInfoProto: { name: one("string", 1), type: one("TypeProto", 2), docString: one("string", 3) },
  TypeProto: { tensorType: one("TensorTypeProto", 1) },
  TensorTypeProto: { elemType: one("int32", 1), shape: one("TensorShapeProto", 2) },
  TensorShapeProto: { dim: many("DimensionProto", 1) },
  DimensionProto: { dimValue: one("int64", 1), dimParam: one("string", 2) },
  TensorProto: {
    dims: many("int64", 1),
    dataType: one("int32", 2),
    name: one("string", 8),
    rawData: one("bytes", 9),
    externalData: many("StringStringEntryProto", 13),
    dataLocation: one("int32", 14),
  },
} as const;

function one<const T extends string>(type: T, id: number) {
  return { type, id };
}

function many<const T extends string>(type: T, id: number) {
  return { rule: "repeated", type, id } as const;
}

type Fields = typeof fields;

interface Scalars {
  readonly int32: number;
  readonly int64: number;
  readonly float: number;
  readonly string: string;
  readonly bytes: Uint8Array;
}

type Content<T> = T extends keyof Scalars ? Scalars[T] : T extends keyof Fields ? Proto<T> : never;

/** A message as a plain object; a field that is left out takes no byte. */
export type Proto<M extends keyof Fields> = {
  readonly [F in keyof Fields[M]]?: Fields[M][F] extends { readonly rule: "repeated"; readonly type: infer T }
    ? readonly Content<T>[]
    : Fields[M][F] extends { readonly type: infer T }
      ? Content<T>
      : never;
};

const messages = Object.entries(fields).map(([name, own]) => [name, { fields: own }] as const);
const modelProto = protobuf.Root.fromJSON({ nested: Object.fromEntries(messages) }).lookupType("ModelProto");

/** The bytes of a model's file. */
export function encodeModel(model: Proto<"ModelProto">): Uint8Array {
  return modelProto.encode(model).finish();
}

/** What a file holds, with numbers for int64. */
export function decodeModel(bytes: Uint8Array): Proto<"ModelProto"> {
  return modelProto.toObject(modelProto.decode(bytes), { longs: Number }) as Proto<"ModelProto">;
}
