import { expect, test } from "vitest";
import { check } from "../../compiler/check/check.ts";
import { parse, render } from "../../grammar/index.ts";
import { isFullRun } from "../support/full-run.ts";
import { filesBelow, readText } from "../support/paths.ts";
import { sectionsOf } from "../support/sections.ts";

const COUNT = isFullRun ? 40_000 : 3_000;

/** A linear congruential generator: the same mutants in every run. */
function drawer(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

test(`${COUNT} files with a few tokens changed are checked without a fault`, () => {
  const sources = filesBelow("test/check/cases", /\.cnn$/).map(readText);
  const cut = (text: string): string[] => text.match(/\s+|\w+|->|[^\s\w]/g) ?? [];
  const tokens = sources.flatMap(cut);
  const draw = drawer(12_345);
  for (let i = 0; i < COUNT; i++) {
    const parts = cut(sources[draw(sources.length)]!);
    for (let changes = 1 + draw(4); changes > 0; changes--) {
      const token = tokens[draw(tokens.length)]!;
      parts.splice(draw(parts.length), draw(2), ...(draw(3) === 0 ? [] : [" ", token, " "]));
    }
    const text = parts.join("");
    // Trees of files that do not parse are whole as far as they go: an editor checks them too.
    const { main, load } = sectionsOf("mutant.cnn", text);
    const { diagnostics } = check(parse(main).ast, { load });
    for (const { message } of diagnostics) expect(message, text).not.toMatch(/undefined|NaN|\[object|\{\w+\}/);
    render(diagnostics);
  }
});
