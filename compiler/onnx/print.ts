import type { OnnxAttribute, OnnxConstant } from "../opkit/onnx.ts";
import type { DType, Shape } from "../shape/tensor-type.ts";
import type { OnnxGraph, OnnxValue } from "./graph.ts";

/** Element types as the standard's text form has them. */
const words: Readonly<Record<DType | "i64", string>> = {
  f32: "float",
  u8: "uint8",
  tokens: "int32",
  i32: "int32",
  i64: "int64",
};

/** A graph in the manner of the text form of ONNX: `y = Conv <strides = [1, 1]> (x, weight)`. */
export function printOnnx({ name, inputs, outputs, parameters, constants, nodes }: OnnxGraph): string {
  const lines = [
    `${name} (${inputs.map(printValue).join(", ")}) => (${outputs.map(printValue).join(", ")})`,
    "<",
    ...parameters.map((parameter) => `  float[${parameter.shape.join(", ")}] ${parameter.name}`),
    ...constants.map((constant) => `  ${printConstant(constant)}`),
    ">",
    "{",
    ...nodes.map(({ op, inputs, output, attributes }) => {
      const given = Object.entries(attributes).map(([key, value]) => `${key} = ${printAttribute(value)}`);
      return `  ${output} = ${op}${given.length > 0 ? ` <${given.join(", ")}>` : ""} (${inputs.join(", ")})`;
    }),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

function printValue({ name, type: { dtype, shape } }: OnnxValue): string {
  return `${words[dtype]}[${["N", ...shape].join(", ")}] ${name}`;
}

function printConstant({ name, dtype, shape, data }: OnnxConstant): string {
  const shown = data.length > mostNumbers ? [...data.slice(0, mostNumbers), "…"] : data;
  return `${words[dtype]}${printShape(shape)} ${name} = {${shown.join(", ")}}`;
}

/** Of a constant; the rest is left out. */
const mostNumbers = 12;

function printShape(shape: Shape): string {
  return shape.length === 0 ? "" : `[${shape.join(", ")}]`;
}

function printAttribute(value: OnnxAttribute): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return `${value}`;
  return "float" in value ? `${value.float}`.replace(/^(-?\d+)$/, "$1.0") : `[${value.join(", ")}]`;
}
