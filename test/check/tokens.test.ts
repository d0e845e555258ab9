import { describe, expect, test } from "vitest";
import { operators } from "../../compiler/testing/index.ts";
import { checkText, codesOf } from "./support.ts";

/** The call of an operator in a link of its samples: up to the bracket that closes it. */
function callOf(link: string, name: string): string {
  const start = link.search(new RegExp(`(?<= |^)${name}\\b`));
  let depth = 0;
  for (let at = start + name.length; at < link.length; at++) {
    if (link[at] === "(") depth++;
    if (link[at] === ")") depth--;
    if (depth === 0) return link.slice(start, link[at] === ")" ? at + 1 : at);
  }
  return link.slice(start);
}

const calls = operators.map(({ name, category, operands, samples }) => {
  const call = callOf(samples[0]!.link, name);
  // What has one operand takes it from the chain here.
  return { name, category, call: operands.length === 1 ? call.replace(`${name}(x, `, `${name}(`) : call };
});

describe("tokens", () => {
  test.each(calls)("are taken by $name only where it makes numbers of them", ({ category, call }) => {
    const { diagnostics } = checkText(
      `model M { input x: tokens[8] in 20   y = x -> ${call}   output z: f32[1] = y -> flatten -> dense(1) }`,
    );
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    expect(codesOf(errors), call).toEqual(category === "embedding" ? [] : ["CNN308"]);
  });
});
