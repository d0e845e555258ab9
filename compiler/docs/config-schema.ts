import { levels, ruleSets, suppressionModes } from "../lint/config.ts";
import { catalogue, subjects } from "../lint/subjects.ts";

/** The JSON schema of `cnnc.config.json`, by which editors complete and check it. */
export function configSchema(): unknown {
  const level = (title: string) => ({ description: title, enum: levels });
  const rules = subjects.flatMap(({ code, name }) => {
    const { title } = catalogue[code]!;
    return [
      [code, level(`${name}: ${title}`)],
      [name, level(`${code}: ${title}`)],
    ] as const;
  });
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Configuration of cnnc",
    type: "object",
    additionalProperties: false,
    properties: {
      $schema: { type: "string" },
      lint: {
        description: "What `cnnc lint` reports.",
        type: "object",
        additionalProperties: false,
        properties: {
          extends: {
            description: "The rules that are on unless `rules` says otherwise.",
            enum: ruleSets,
            default: "recommended",
          },
          rules: {
            description: "Severities, by code or by name.",
            type: "object",
            additionalProperties: false,
            properties: Object.fromEntries(rules),
          },
          suppressions: {
            description: "Whether comments like `// cnnc-ignore CNN502: reason` may suppress reports.",
            enum: suppressionModes,
            default: "allow",
          },
        },
      },
    },
  };
}
