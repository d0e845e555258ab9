import type { Manifest } from "../../../runtime/bind/manifest.ts";
import type { EmittedFile } from "../emitted-file.ts";

/** The function that a library exports: `lenet_cnnc_api`. */
export function entryName(name: string): string {
  return `${cName(name)}_cnnc_api`;
}

/** `NAME.h`: typed C functions over the library's table. `api` is the text of c-api.h, so that the header stands alone. */
export function emitHeader(name: string, manifests: readonly Manifest[], api: string): EmittedFile {
  const guard = `CNNC_${cName(name).toUpperCase()}_H`;
  const [{ compiler, source }] = manifests as [Manifest];
  const text = `/* ${name}: compiled from ${source.file} by ${compiler}. Link lib${name}.a, -lstdc++, -lm and -lpthread. */
#ifndef ${guard}
#define ${guard}

${api.trim()}
#ifdef __cplusplus
extern "C" {
#endif

const cnnc_api* ${entryName(name)}(void);

${manifests.map((manifest) => modelFunctions(name, manifest)).join("\n")}
#ifdef __cplusplus
}
#endif

#endif
`;
  return { name: `${name}.h`, text };
}

function cName(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, "_").replace(/^(?=[0-9])/, "_");
}

/**
 * Text that neither ends the comment it stands in nor seems to start another, not even where lines are joined: by a
 * backslash or, up to C17, by the trigraph that stands for one.
 */
function inComment(text: string): string {
  const line = text.replace(/[\r\n]+/g, " ").replaceAll("??/", "? ?/");
  return line.replaceAll("*/", "* /").replaceAll("/*", "/ *");
}

/** What a caller passes has a prefix of its own, beside `net` and `batch`. */
const argument = (name: string): string => `${cName(name)}_values`;

const elementTypes = { u8: "uint8_t", f32: "float", tokens: "int32_t" } as const;

/** Functions carry the model's name as it is written: two models never share one. */
function modelFunctions(name: string, { model, inputs, outputs, doc }: Manifest): string {
  const entry = `${entryName(name)}()`;
  const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  const inputArgs = inputs.map((input) => `const ${elementTypes[input.dtype]}* ${argument(input.name)}`);
  const outputArgs = outputs.map((output) => `float* ${argument(output.name)}`);
  const meaning = (labels?: readonly string[]): string => (labels ? `, probabilities of ${labels.join(", ")}` : "");
  const lines = [
    ...(doc ? doc.split("\n") : []),
    ...inputs.map(({ name: input, shape, below }) => {
      const range = below === undefined ? "" : `, each from 0 to ${below - 1}`;
      return `${argument(input)}: ${size(shape)} values a sample, ${shape.join("×")}${range}`;
    }),
    ...outputs.map(
      (output) => `${argument(output.name)}: ${size(output.shape)} values a sample${meaning(output.labels)}`,
    ),
  ];
  return `/* ${model}
${lines.map((line) => ` * ${inComment(line)}`.trimEnd()).join("\n")}
 */
static inline cnnc_net* ${model}_create(int32_t threads, const char** error) {
  return ${entry}->create("${model}", threads, error);
}
static inline void ${model}_destroy(cnnc_net* net) { ${entry}->destroy(net); }
static inline int32_t ${model}_load(cnnc_net* net, const char* safetensors) { return ${entry}->load(net, safetensors); }
static inline const char* ${model}_error(const cnnc_net* net) { return ${entry}->error(net); }
static inline int32_t ${model}_predict(cnnc_net* net, int64_t batch, ${[...inputArgs, ...outputArgs].join(", ")}) {
  const cnnc_input inputs[] = {${inputs.map((input) => `{${argument(input.name)}, 0}`).join(", ")}};
  float* const outputs[] = {${outputs.map((output) => argument(output.name)).join(", ")}};
  return ${entry}->predict(net, batch, inputs, outputs);
}
`;
}
