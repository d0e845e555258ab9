import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { plotOf } from "../../../compiler/cli/sweep/plot.ts";
import { ranked, rankingTable } from "../../../compiler/cli/sweep/ranking.ts";
import type { Trial } from "../../../compiler/cli/sweep/record.ts";

function trial(name: string, [macs, params]: [number, number], value: number | undefined, more: object = {}): Trial {
  const results = value === undefined ? [] : [{ epochs: 4, score: { metric: "accuracy", value } as const }];
  return { name, values: { size: name }, macs, params, epochs: 4, weights: "", results, seconds: 1, ...more };
}

const trials = [
  trial("small", [1000, 50], 0.8),
  trial("left", [3000, 70], 0.85, { epochs: 8 }),
  trial("large", [9000, 90], 0.9),
  trial("dear", [9000, 40], 0.7),
  trial("wrong", [0, 0], undefined, { failed: "it does not check", epochs: 0 }),
];

describe("the ranking", () => {
  test("has the best of those that were trained to the end first", () => {
    expect(ranked(trials).map(({ name, state, fronts }) => [name, state, fronts])).toEqual([
      ["large", "whole", ["macs", "params"]],
      ["small", "whole", ["macs", "params"]],
      ["dear", "whole", ["params"]],
      ["left", "left", []],
      ["wrong", "failed", []],
    ]);
  });

  test("is a table", () => {
    expect(rankingTable(ranked(trials)).slice(0, 3).join("\n"))
      .toBe(`    size  accuracy   MACs  parameters  epochs   time  best for its
─  ─────  ────────  ─────  ──────────  ──────  ─────  ────────────────
1  large     90.0%  9,000          90     4/4  1.0 s  MACs, parameters`);
  });
});

describe("the plot", () => {
  const pixels = async (text: string): Promise<number> => {
    const { data } = await sharp(Buffer.from(text))
      .flatten({ background: "#fff" })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return data.filter((value) => value < 128).length;
  };

  test("is an SVG file that shows each point in both panels, and what lies on a front below", async () => {
    const text = plotOf(ranked(trials), "Net");
    expect(await pixels(text)).toBeGreaterThan(500);
    expect(text.match(/<circle/g)).toHaveLength(8);
    expect(text).toContain("1: large, accuracy 90.0%, 9,000 MACs, 90 parameters");
    expect(text).toContain("3: dear");
    expect(text.match(/https?:[^"]*/g)).toEqual(["http://www.w3.org/2000/svg"]);
  });

  test.each([
    ["one point", [trial("alone", [0, 1], 1)]],
    ["equal points", [trial("a", [5, 5], 0), trial("b", [5, 5], 0)]],
    ["names of any kind", [trial(`</text><script>"'&\u0000`, [5, 5], 0.5), trial("b", [6, 6], 0.4)]],
  ])("can show %s", async (_, list) => {
    const text = plotOf(ranked(list), "</title>");
    expect(await pixels(text)).toBeGreaterThan(500);
    expect(text).not.toMatch(/NaN|Infinity|<script/);
  });
});
