import * as fs from "node:fs";
import * as path from "node:path";
import { format } from "prettier";
import { expect, test } from "vitest";
import { definitionIndex, definitionPage, type Example } from "../../compiler/docs/definition-page.ts";
import type { Definition } from "../../compiler/opkit/operator.ts";
import { registry } from "../../compiler/ops/registry.ts";
import { sampleModels, type SampleModel } from "../../compiler/testing/samples.ts";
import { filesBelow, readText, root } from "../support/paths.ts";

const folder = "docs/operators";
const update = process.env["UPDATE_GOLDENS"] === "1";

const samples = sampleModels();

/** A sample's own operand and result, and the parameters of the operator it is a sample of. */
function exampleOf({ operator, sample, model }: SampleModel): Example {
  const layers = model.layers.filter((layer) => layer.operator.name === operator);
  const parameters = layers.flatMap((layer) =>
    layer.parameters.map(({ name, spec }) => ({ name: name.slice(layer.name.length + 1), shape: spec.shape })),
  );
  return { link: sample.link, input: model.inputs[0]!.type, output: model.layers.at(-1)!.type, parameters };
}

async function pageOf(definition: Definition): Promise<string> {
  const own = samples.filter(({ operator }) => definition.kind === "operator" && operator === definition.name);
  return layOut(definitionPage(definition, own.map(exampleOf)));
}

const layOut = (text: string): Promise<string> => format(text, { parser: "markdown", printWidth: 120 });

test("docs/operators holds one fresh page per word of the registry", async () => {
  const definitions = [...registry.values()];
  const pages = new Map<string, string>();
  for (const definition of definitions) pages.set(`${folder}/${definition.name}.md`, await pageOf(definition));
  pages.set(`${folder}/README.md`, await layOut(definitionIndex(definitions)));
  if (update) {
    fs.rmSync(path.join(root, folder), { recursive: true, force: true });
    fs.mkdirSync(path.join(root, folder), { recursive: true });
    for (const [file, text] of pages) fs.writeFileSync(path.join(root, file), text);
  }
  const stale = `run UPDATE_GOLDENS=1 npx vitest run test/docs`;
  expect(filesBelow(folder, /./), stale).toEqual([...pages.keys()].sort());
  for (const [file, text] of pages) expect(readText(file), `${file}: ${stale}`).toBe(text);
});

test("every word says what its attributes mean", () => {
  for (const { name, summary, doc, attributes } of registry.values()) {
    for (const text of [summary, doc]) expect(text, name).toMatch(/[.)]$/);
    for (const attribute of Object.values(attributes)) expect(attribute.doc, name).toMatch(/\.$/);
  }
});
