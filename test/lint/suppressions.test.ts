import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { defaultConfig } from "../../compiler/lint/config.ts";
import { mend } from "../../compiler/lint/fixes.ts";
import { lint } from "../../compiler/lint/lint.ts";
import { render } from "../../grammar/index.ts";
import { readText, root } from "../support/paths.ts";
import { sectionsOf } from "../support/sections.ts";

const options = { config: defaultConfig };

/** A model with one finding, CNN502, and comments around it. */
function withComments(above: string, behind = "", rest = ""): string {
  return `cnn 1
model M {
  input image: f32[3, 8, 8]
  output y: f32[8, 6, 6] = image
    ${above}
    -> conv(8, kernel=3)${behind}
    -> batch_norm${rest}
}
`;
}

function answerTo(text: string, config: Partial<typeof defaultConfig> = {}) {
  const { main, load } = sectionsOf("test.cnn", text);
  const { findings, suppressed } = lint(main, { config: { ...defaultConfig, ...config }, load });
  return {
    findings: findings.map(({ code, span }) => `${code}:${main.position(span.start).line}`),
    suppressed: suppressed.map(({ diagnostic, reason }) => `${diagnostic.code}: ${reason}`),
  };
}

describe("a suppression", () => {
  test.each([
    ["on the line before", withComments("// cnnc-ignore CNN502: loaded")],
    ["at the end of the line", withComments("", " // cnnc-ignore CNN502: loaded")],
    ["above another comment and a blank line", withComments("// cnnc-ignore CNN502: loaded\n\n // first layer")],
    ["with blanks as one likes", withComments("//   cnnc-ignore   CNN502 :  loaded  ")],
    ["in a file with CRLF", withComments("// cnnc-ignore CNN502: loaded").replaceAll("\n", "\r\n")],
  ])("%s is obeyed", (_, text) => {
    expect(answerTo(text)).toEqual({ findings: [], suppressed: ["CNN502: loaded"] });
  });

  test("may name several codes", () => {
    const text = withComments("// cnnc-ignore CNN502, CNN307: a probe");
    expect(answerTo(text)).toEqual({ findings: ["CNN593:5"], suppressed: ["CNN502: a probe"] });
  });

  test("of a whole file stands before its first declaration", () => {
    const text = `// cnnc-ignore CNN501: generated\n${withComments("", "", "").replace("cnn 1\n", "").replace("8, kernel=3", "8, kernel=3, bias=false")}`;
    expect(answerTo(text)).toEqual({ findings: [], suppressed: ["CNN501: generated"] });
  });

  test.each([
    ["without a reason", "// cnnc-ignore CNN502", ["CNN591:5", "CNN502:6"]],
    ["with an empty reason", "// cnnc-ignore CNN502:  ", ["CNN591:5", "CNN502:6"]],
    ["of nothing", "// cnnc-ignore : loaded", ["CNN591:5", "CNN502:6"]],
    ["of an unknown code", "// cnnc-ignore CNN599: loaded", ["CNN592:5", "CNN502:6"]],
    ["by a name", "// cnnc-ignore bias-before-batch-norm: loaded", ["CNN592:5", "CNN502:6"]],
    ["of an error", "// cnnc-ignore CNN202: loaded", ["CNN592:5", "CNN502:6"]],
    ["of suppressions", "// cnnc-ignore CNN593: loaded", ["CNN592:5", "CNN502:6"]],
    ["of another line", "// cnnc-ignore CNN504: loaded", ["CNN593:5", "CNN502:6"]],
    ["in a block comment, which is text", "/* cnnc-ignore CNN502: loaded */", ["CNN502:6"]],
  ])("%s suppresses nothing", (_, comment, findings) => {
    const found = answerTo(withComments(comment));
    expect([found.suppressed, found.findings.sort()]).toEqual([[], [...findings].sort()]);
  });

  test("is an error where the configuration forbids it", () => {
    const found = answerTo(withComments("// cnnc-ignore CNN502: loaded"), { suppressions: "forbid" });
    expect(found).toEqual({ findings: ["CNN502:6", "CNN594:5"], suppressed: [] });
  });

  test("in an imported file holds for what is found there", () => {
    const text = `cnn 1
import { Convolved } from "blocks.cnn"
model M {
  input image: f32[3, 8, 8]
  output y: f32[8, 6, 6] = image -> Convolved -> batch_norm
}
// file: blocks.cnn
cnn 1
block Convolved {
  // cnnc-ignore CNN502: also used without batch_norm
  out in -> conv(8, kernel=3)
}
`;
    expect(answerTo(text)).toEqual({ findings: [], suppressed: ["CNN502: also used without batch_norm"] });
    const { load } = sectionsOf("test.cnn", text);
    expect(lint(load("blocks.cnn")!, options).findings).toEqual([]);
  });

  test("that is not needed is removed by --fix", () => {
    const clean = withComments("", "", "").replace("kernel=3", "kernel=3, bias=false");
    const alone = clean.replace("    -> conv", "    // cnnc-ignore CNN502: old\n    -> conv");
    const behind = clean.replace("bias=false)", "bias=false) // cnnc-ignore CNN502: old");
    for (const text of [alone, behind]) {
      const { source, count } = mend(sectionsOf("test.cnn", text).main, options);
      expect([count, source.text]).toEqual([1, clean]);
    }
  });
});

test("suppressions that are wrong are reported as a person can read it", () => {
  const golden = "test/lint/suppressions.txt";
  const comments = ["CNN502", "cnn502: lower case", "CNN101: an error", "CNN591: itself", "CNN502, CNN307: half of it"];
  const text = withComments(comments.map((comment) => `// cnnc-ignore ${comment}`).join("\n    "));
  const { findings } = lint(sectionsOf("test.cnn", text).main, options);
  const forbidden = lint(sectionsOf("test.cnn", withComments("// cnnc-ignore CNN502: no")).main, {
    config: { ...defaultConfig, suppressions: "forbid" },
  });
  const shown = `${render(findings)}\n${render(forbidden.findings)}`;
  if (process.env["UPDATE_GOLDENS"] === "1") fs.writeFileSync(path.join(root, golden), shown);
  expect(shown).toBe(readText(golden));
});

describe("fixes", () => {
  test("of one file are applied together, and until there are none left", () => {
    const text = withComments("", "", " -> conv(8, kernel=1) -> batch_norm -> relu").replace("cnn 1\n", "");
    const { source, count } = mend(sectionsOf("test.cnn", text).main, options);
    expect(count).toBe(3);
    expect(source.text).toContain("cnn 1\nmodel M");
    expect(source.text.match(/bias=false/g)).toHaveLength(2);
  });

  test("of errors are guesses, which nobody applies", () => {
    const text = withComments("").replace("batch_norm", "batch_nrom");
    const { source, count, result } = mend(sectionsOf("test.cnn", text).main, options);
    expect([count, source.text, result.findings.map(({ code }) => code)]).toEqual([0, text, ["CNN202"]]);
  });
});
