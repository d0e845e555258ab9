import type { InputManifest, Manifest, OutputManifest } from "../../../runtime/bind/manifest.ts";
import type { EmittedFile } from "../emitted-file.ts";

/** The ES module that people import: `index.js` and its types, `package.json` so that it is one, `manifest.json` for tools. */
export function emitWrapper(manifests: readonly Manifest[]): readonly EmittedFile[] {
  const [{ compiler, source }] = manifests as [Manifest];
  const head = `// Compiled from ${source.file} by ${compiler}. Made anew by each build.\n`;
  return [
    { name: "index.js", text: head + emitModule(manifests) },
    { name: "index.d.ts", text: head + emitTypes(manifests) },
    { name: "manifest.json", text: `${JSON.stringify({ models: manifests }, null, 2)}\n` },
    { name: "package.json", text: `${JSON.stringify({ type: "module", private: true }, null, 2)}\n` },
    { name: ".gitignore", text: "*\n" },
  ];
}

/** It imports what models need, not all of `cnnc/runtime`: a program that only predicts starts sooner, in less memory. */
function emitModule(manifests: readonly Manifest[]): string {
  const models = manifests.map((manifest) => {
    const addon = `new URL(${JSON.stringify(`./${manifest.addon}`)}, import.meta.url)`;
    return `export const ${manifest.model} = defineModel(\n  ${JSON.stringify(manifest)},\n  ${addon},\n);\n`;
  });
  return `import { defineModel } from "cnnc/runtime/model";\n\n${models.join("\n")}`;
}

function emitTypes(manifests: readonly Manifest[]): string {
  const used = ["ModelClass", "Net"];
  const kinds = new Set(manifests.flatMap(({ outputs }) => outputs.map((output) => outputKinds[output.kind])));
  const imports = ["Input", ...kinds, ...used].sort().join(", ");
  return `import type { ${imports} } from "cnnc/runtime";\n\n${manifests.map((manifest) => modelTypes(manifest, typesName(manifest.model, manifests))).join("\n")}`;
}

const outputKinds = {
  class: "ClassOutput",
  labels: "LabelsOutput",
  mask: "MaskOutput",
  tensor: "TensorOutput",
} as const;

/** `LeNetTypes`, unless a model has that name. */
function typesName(model: string, manifests: readonly Manifest[]): string {
  let name = `${model}Types`;
  while (manifests.some((other) => other.model === name)) name += "_";
  return name;
}

function modelTypes({ model, doc, inputs, outputs, train }: Manifest, types: string): string {
  const targets = union(train?.targets ?? []);
  const metrics = union(train?.metrics ?? []);
  return `${docComment(doc, "")}export declare const ${model}: ModelClass<${types}>;

/** A loaded ${model}. */
export type ${model} = Net<${types}>;

/** What goes into ${model} and comes out of it. */
export interface ${types} {
  inputs: {
${inputs.map((input) => `${docComment(input.doc, "    ")}    ${input.name}: ${inputType(input)};`).join("\n")}
  };
  outputs: {
${outputs.map((output) => `${docComment(output.doc, "    ")}    ${output.name}: ${outputType(output)};`).join("\n")}
  };
  targets: ${targets};
  metrics: ${metrics};
}
`;
}

function union(names: readonly string[]): string {
  return names.length === 0 ? "never" : names.map((name) => JSON.stringify(name)).join(" | ");
}

const arrays = { u8: "Uint8Array", f32: "Float32Array", tokens: "Int32Array" } as const;

function inputType({ dtype, shape }: InputManifest): string {
  return `Input<${arrays[dtype]}, readonly [${shape.join(", ")}]>`;
}

function outputType({ kind, shape, labels }: OutputManifest): string {
  const type = outputKinds[kind];
  if (kind === "mask" || kind === "tensor") return `${type}<readonly [${shape.join(", ")}]>`;
  if (!labels) return type;
  const names = labels.map((label) => JSON.stringify(label));
  const oneLine = names.join(" | ");
  if (oneLine.length <= 60) return `${type}<${oneLine}>`;
  return `${type}<\n${names.map((name) => `      | ${name}`).join("\n")}\n    >`;
}

function docComment(doc: string | undefined, indent: string): string {
  if (!doc) return "";
  const lines = doc.trim().replaceAll("*/", "* /").split("\n");
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}
