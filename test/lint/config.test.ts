import * as fs from "node:fs";
import * as path from "node:path";
import { Ajv } from "ajv";
import { format } from "prettier";
import { describe, expect, test } from "vitest";
import { configSchema } from "../../compiler/docs/config-schema.ts";
import { ConfigError, defaultConfig, levelOf, readConfig } from "../../compiler/lint/config.ts";
import { findSubject } from "../../compiler/lint/subjects.ts";
import { readText, root } from "../support/paths.ts";

const schemaFile = "docs/cnnc.config.schema.json";
const accepts = new Ajv().compile(configSchema() as object);

function faultOf(text: string): ConfigError {
  try {
    readConfig(text);
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error("nothing is wrong with it");
}

test("the schema is fresh", async () => {
  const text = await format(JSON.stringify(configSchema(), null, 2), { parser: "json", printWidth: 120 });
  if (process.env["UPDATE_GOLDENS"] === "1") fs.writeFileSync(path.join(root, schemaFile), text);
  expect(readText(schemaFile)).toBe(text);
});

describe("a configuration", () => {
  test("may be empty", () => {
    expect(readConfig("{}")).toEqual(defaultConfig);
    expect(accepts({})).toBe(true);
  });

  test("sets severities by code and by name", () => {
    const value = {
      $schema: "./node_modules/cnnc/docs/cnnc.config.schema.json",
      lint: { extends: "strict", rules: { CNN502: "error", "unused-value": "off" }, suppressions: "forbid" },
    };
    const config = readConfig(JSON.stringify(value));
    expect(accepts(value), JSON.stringify(accepts.errors)).toBe(true);
    expect(config.suppressions).toBe("forbid");
    const level = (word: string) => levelOf(findSubject(word)!, config);
    expect(["CNN502", "CNN207", "CNN503", "CNN504", "CNN511"].map(level)).toEqual([
      "error",
      "off",
      "error",
      "warning",
      "warning",
    ]);
    expect(levelOf(findSubject("CNN511")!, defaultConfig)).toBe("off");
  });

  test.each([
    ["{", "", /^is no JSON/, /no last comma/],
    ["[]", "", /^must be an object; found \[\]$/, /./],
    ['{ "lnt": {} }', "lnt", /no setting called lnt/, /did you mean lint\?/],
    ['{ "$schema": 1 }', "$schema", /must be a text/, /./],
    ['{ "lint": { "extend": "strict" } }', "lint.extend", /no setting called extend/, /did you mean extends\?/],
    [
      '{ "lint": { "extends": "strickt" } }',
      "lint.extends",
      /must be one of "recommended", "strict"/,
      /did you mean strict\?/,
    ],
    ['{ "lint": { "rules": [] } }', "lint.rules", /must be an object/, /./],
    ['{ "lint": { "rules": { "CNN502": 2 } } }', "lint.rules.CNN502", /"off", "warning", "error"; found 2$/, /./],
    [
      '{ "lint": { "rules": { "unused-valu": "off" } } }',
      "lint.rules.unused-valu",
      /no rule called/,
      /did you mean unused-value\?/,
    ],
    [
      '{ "lint": { "rules": { "CNN599": "off" } } }',
      "lint.rules.CNN599",
      /no rule called CNN599/,
      /docs\/lint.md lists the rules/,
    ],
    ['{ "lint": { "rules": { "toString": "off" } } }', "lint.rules.toString", /no rule called/, /./],
    ['{ "lint": { "rules": { "CNN202": "off" } } }', "lint.rules.CNN202", /is an error of the language/, /./],
    [
      '{ "lint": { "rules": { "CNN207": "off", "unused-value": "off" } } }',
      "lint.rules.unused-value",
      /same rule/,
      /./,
    ],
    ['{ "lint": { "suppressions": "never" } }', "lint.suppressions", /must be one of "allow", "forbid"/, /./],
  ])("that is wrong says where and what: %s", (text, where, message, mend) => {
    const fault = faultOf(text);
    expect(fault.where).toBe(where);
    expect(fault.message).toMatch(message);
    expect(fault.mend).toMatch(mend);
    // The schema cannot know that a code and a name are the same rule.
    if (text !== "{" && !/same rule/.test(fault.message)) expect(accepts(JSON.parse(text))).toBe(false);
  });
});
